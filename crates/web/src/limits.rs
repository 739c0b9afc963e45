//! How often the ways in, and signatures, may be tried from one address: a layer around the routes that name a door. How
//! often an account may is for the use cases, but for signatures, where the session says whose it is.

use app::limits::{CallerAddress, Door};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::session::{Problem, Session};
use crate::site::Site;

/// Lets a request through while its address, and for a signature its session's owner, has an allowance left.
pub(crate) async fn layer(
    State((site, door)): State<(Site, Door)>,
    request: Request,
    next: Next,
) -> Response {
    let from = request.extensions().get::<CallerAddress>().map(|caller| caller.0);
    let live = request.extensions().get::<Session>().and_then(|session| session.live.as_ref());
    let outcome = site.app.admit_address(door, from).and_then(|()| match live {
        Some(live) if door == Door::Signature => site.app.admit_account(door, &live.owner),
        _ => Ok(()),
    });
    match outcome {
        Ok(()) => next.run(request).await,
        Err(error) => Problem::from(error).into_response(),
    }
}
