//! `POST /texts/receipts` and `POST /texts/received`: what the provider of texts sends of its own accord, for GOV.UK Notify's form.
//!
//! The provider proves itself by the bearer token that the settings hold. Whatever is taken in once changes nothing when it comes
//! again, so the provider may repeat itself.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::Secret;
use http_body_util::BodyExt;
use kernel::intake::Visit;
use kernel::limits::{self, CallerAddress, Door};
use kernel::{App, AppError};
use losses_app::{Replied, Reply};
use notices_app::deliveries::ReceiptCame;
use serde::Deserialize;

use crate::Gate;

/// The longest id that is taken.
const LONGEST_ID: usize = 100;

#[derive(Deserialize)]
struct Receipt {
    id: String,
    reference: Option<String>,
    status: String,
}

#[derive(Deserialize)]
struct Received {
    id: String,
    source_number: String,
    message: String,
}

/// Takes in what became of a text.
pub(crate) async fn receipt(State(gate): State<Gate>, request: Request) -> Response {
    let read = read::<Receipt>(&gate, request).await;
    answer(async {
        let Receipt { id, reference, status } = read?;
        let came = ReceiptCame { provider_id: checked(id)?, reference, status };
        if !notices_app::deliveries::take_receipt(&gate.app, came).await? {
            tracing::info!("a receipt is about no text of ours");
        }
        Ok(())
    })
    .await
}

/// Takes in a text that somebody sent.
pub(crate) async fn received(State(gate): State<Gate>, request: Request) -> Response {
    let read = read::<Received>(&gate, request).await;
    answer(async {
        let Received { id, source_number, message } = read?;
        let reply = Reply { id: checked(id)?, from: Secret::new(source_number), text: Secret::new(message) };
        if losses_app::take_text(&gate.app, reply).await? == Replied::Unknown {
            tracing::info!("a text came from a number that is nobody's");
        }
        Ok(())
    })
    .await
}

/// Why a request was not taken in.
enum Fault {
    NoToken,
    Unreadable,
    App(AppError),
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

fn checked(id: String) -> Result<String, Fault> {
    if id.is_empty() || id.len() > LONGEST_ID { Err(Fault::Unreadable) } else { Ok(id) }
}

/// Reads the body of a request whose sender proved itself.
async fn read<T: for<'de> Deserialize<'de>>(gate: &Gate, request: Request) -> Result<T, Fault> {
    let (parts, body) = request.into_parts();
    proven(&gate.app, gate.options.callback_token.as_ref(), &parts)?;
    let limited = http_body_util::Limited::new(body, kernel::intake::SMALL);
    let bytes: Bytes = limited.collect().await.map_err(|_| Fault::Unreadable)?.to_bytes();
    serde_json::from_slice(&bytes).map_err(|_| Fault::Unreadable)
}

/// Compares the token of a request with the one in the settings, in constant time. Wrong ones count against the address.
fn proven(app: &App, token: Option<&Secret<String>>, parts: &Parts) -> Result<(), Fault> {
    let given = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let is_right = token
        .zip(given)
        .is_some_and(|(token, (_, given))| kernel::is_same_secret(token.expose(), given.trim()));
    if is_right {
        if let Some(visit) = parts.extensions.get::<Visit>() {
            visit.prove();
        }
        return Ok(());
    }
    let from = parts.extensions.get::<CallerAddress>().map(|caller| caller.0);
    limits::admit_address(app, Door::Token, from)?;
    Err(Fault::NoToken)
}

async fn answer(work: impl Future<Output = Result<(), Fault>>) -> Response {
    match work.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(Fault::NoToken) => {
            let challenge = [(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Lanyard\""))];
            (StatusCode::UNAUTHORIZED, challenge, "the token is not the one in the settings\n")
                .into_response()
        }
        Err(Fault::Unreadable) => {
            (StatusCode::BAD_REQUEST, "this is not what the provider of texts sends\n").into_response()
        }
        Err(Fault::App(AppError::TooMany { .. })) => {
            (StatusCode::TOO_MANY_REQUESTS, "too many tries: wait, then try again\n").into_response()
        }
        Err(Fault::App(error)) => {
            // The provider sends it again.
            tracing::error!(%error, "what the provider of texts sent could not be taken in");
            (StatusCode::SERVICE_UNAVAILABLE, "try again later\n").into_response()
        }
    }
}
