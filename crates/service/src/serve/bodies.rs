//! The bodies of requests against the memory of the process: each piece that arrives takes room from one intake, and what
//! finds none is refused at once with 503 and a time to come again.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::CONNECTION;
use axum::http::header::RETRY_AFTER as RETRY_AFTER_HEADER;
use axum::http::{HeaderValue, StatusCode, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use kernel::intake::{Intake, RETRY_AFTER, Visit};

use super::places::Connection;
use super::seldom::Seldom;

/// How long a request may take until its answer begins.
const LONGEST: Duration = Duration::from_secs(60);

/// What all requests share.
pub(super) struct Room {
    intake: Arc<Intake>,
    refused: Seldom,
}

impl Room {
    pub(super) fn new(bytes: usize) -> Arc<Self> {
        Arc::new(Self { intake: Arc::new(Intake::new(bytes)), refused: Seldom::default() })
    }
}

/// Answers a request within its time, with a body that takes room.
pub(super) async fn layer(State(room): State<Arc<Room>>, mut request: Request, next: Next) -> Response {
    let connection = request.extensions().get::<Connection>();
    if let Some(connection) = connection.filter(|connection| !connection.asked.load(Ordering::Relaxed)) {
        connection.asked.store(true, Ordering::Relaxed);
    }
    let visit = Visit::new(&room.intake, connection.map(|connection| Arc::clone(&connection.proved)));
    let unread = connection.map(|connection| Arc::clone(&connection.unread));
    request.extensions_mut().insert(visit.clone());
    let whole = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    if !whole.load(Ordering::Relaxed) {
        let (visit, whole) = (visit.clone(), Arc::clone(&whole));
        request = request.map(|body| Body::new(Counted { body, visit, whole }));
    }
    let version = request.version();
    let answer = tokio::time::timeout(LONGEST, next.run(request)).await;
    let mut answer = answered(&room, &visit, answer.ok(), whole.load(Ordering::Relaxed));
    // A client that did not know would send its next request into a connection that ends (RFC 9112, 9.6).
    if !whole.load(Ordering::Relaxed) && version < Version::HTTP_2 {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        if let Some(unread) = unread {
            unread.store(true, Ordering::Relaxed);
        }
    }
    answer
}

/// Returns the answer to a request: its handler's, or why there is none. `whole` says whether the body was read to its end.
fn answered(room: &Room, visit: &Visit, answer: Option<Response>, whole: bool) -> Response {
    if visit.found_no_room() {
        if let Some(count) = room.refused.now() {
            let held = room.intake.held();
            tracing::warn!(
                count,
                held,
                "requests found no room for their bodies; bytes_in_flight says how much"
            );
        }
        return busy(answer);
    }
    answer.unwrap_or_else(|| {
        // Whose fault it is: a body that does not come is not ours.
        let status = if whole { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::REQUEST_TIMEOUT };
        status.into_response()
    })
}

/// Returns the answer to a request that found no room: that of its handler where it says so itself, as pages do.
fn busy(answer: Option<Response>) -> Response {
    let mut answer =
        answer.filter(|answer| answer.status() == StatusCode::SERVICE_UNAVAILABLE).unwrap_or_else(|| {
            let said = "The service is busy and took nothing of this. Try again in a few seconds.\n";
            (StatusCode::SERVICE_UNAVAILABLE, said).into_response()
        });
    answer.headers_mut().insert(RETRY_AFTER_HEADER, HeaderValue::from_static(RETRY_AFTER));
    answer
}

/// A body each piece of which takes room.
struct Counted {
    body: Body,
    visit: Visit,
    whole: Arc<AtomicBool>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            None => self.whole.store(true, Ordering::Relaxed),
            Some(Ok(frame)) => {
                if let Err(full) = self.visit.take(frame.data_ref().map_or(0, Bytes::len)) {
                    return Poll::Ready(Some(Err(axum::Error::new(full))));
                }
                if self.body.is_end_stream() {
                    self.whole.store(true, Ordering::Relaxed);
                }
            }
            Some(Err(_)) => {}
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn what_finds_no_room_is_told_to_come_again_and_leaves_none_taken() {
        let room = Room::new(64 * 1024);
        let routes = Router::new()
            .route("/", post(|body: Bytes| async move { body.len().to_string() }))
            .layer(from_fn_with_state(room.clone(), layer));
        let send = async |bytes: usize| {
            let request = Request::post("/").body(Body::from(vec![0; bytes])).unwrap();
            routes.clone().oneshot(request).await.unwrap()
        };
        let taken = send(20_000).await;
        assert_eq!((taken.status(), taken.headers().get(CONNECTION)), (StatusCode::OK, None));
        let refused = send(40_000).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()[RETRY_AFTER_HEADER], RETRY_AFTER);
        assert_eq!(refused.headers()[CONNECTION], "close", "a part of the body was not read");
        assert_eq!(room.intake.held(), 0);
        assert_eq!(send(20_000).await.status(), StatusCode::OK);
    }
}
