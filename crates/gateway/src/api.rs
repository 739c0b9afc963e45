//! The API for the force's other systems: JSON and CSV under `/api/v1`, for callers with an API token of the scope that an
//! address requires.

mod device_use;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use kernel::access::{Action, Permit, ReportUse};
use kernel::{App, AppError, access};
use serde_json::{Value, json};

use crate::guard::{self, Route};
use crate::token;

/// The path below which these addresses are.
pub(crate) const UNDER: &str = "/api/v1";
/// The largest body in bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// The state of the handlers.
#[derive(Clone)]
pub(crate) struct Api {
    app: App,
}

/// The addresses.
pub(crate) const ROUTES: &[Route<Api>] =
    &[guard::token::<ReportUse, Api>("POST", "/device-use", || post(device_use::take))];

/// Builds the router of the addresses.
pub(crate) fn router(app: App) -> Router {
    guard::router(ROUTES).fallback(nowhere).layer(DefaultBodyLimit::max(MOST_BYTES)).with_state(Api { app })
}

/// A caller with a token that permits `A`.
pub(crate) struct Permitted<A: Action>(Permit<A>);

impl<A: Action> FromRequestParts<Api> for Permitted<A> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refused> {
        let Some(actor) = token::actor(&api.app, parts).await? else {
            return Err(Refused::new(StatusCode::UNAUTHORIZED, token::COME_WITH_ONE));
        };
        Ok(Self(access::permit(&actor).map_err(AppError::from)?))
    }
}

/// An error response: a status, a sentence, and the seconds until it may be tried again.
pub(crate) struct Refused(StatusCode, String, Option<i64>);

impl Refused {
    fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self(status, why.into(), None)
    }
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        use AppError as E;
        let retry_after = error.retry_after();
        match error {
            E::Denied(_) | E::NotPresent => Self::new(StatusCode::FORBIDDEN, error.to_string()),
            E::NotFound { .. } => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            E::Invalid { field, message } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{field}: {message}"))
            }
            E::TooMany { .. } => Self(StatusCode::TOO_MANY_REQUESTS, error.to_string(), retry_after),
            E::Conflict(why) => Self::new(StatusCode::CONFLICT, why),
            E::Store(error) => {
                if retry_after.is_none() {
                    tracing::error!(%error, "a request with a token failed");
                }
                let said = "the database does not answer; try again";
                Self(StatusCode::SERVICE_UNAVAILABLE, said.to_owned(), retry_after)
            }
            E::Keys(error) | E::Fault(error) => {
                tracing::error!(error, "a request with a token failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "an unexpected fault; the service's log has more",
                )
            }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = answer(self.0, &json!({ "error": self.1 }));
        if let Some(seconds) = self.2 {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if self.0 == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(token::CHALLENGE));
        }
        response
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Answers an unknown address; without a token the caller does not learn that it is unknown.
async fn nowhere(State(api): State<Api>, request: Request) -> Refused {
    let (parts, _) = request.into_parts();
    match token::actor(&api.app, &parts).await {
        Ok(Some(_)) => Refused::new(StatusCode::NOT_FOUND, "there is nothing at this address"),
        Ok(None) => Refused::new(StatusCode::UNAUTHORIZED, token::COME_WITH_ONE),
        Err(error) => error.into(),
    }
}
