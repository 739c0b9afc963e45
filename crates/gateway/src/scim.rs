//! The endpoints for the force's directory: SCIM 2.0 under `/scim/v2`, for callers with an API token of that scope.
//!
//! A request becomes a resource or a patch (`protocol-scim`), then one use case, then a response. A change is applied to the
//! version that was read. If somebody else changed it first, the change is retried on the current version, unless the client
//! named a version (`If-Match`), which then gets 412.

mod caller;
mod groups;
mod users;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, delete, get, patch, post, put};
use kernel::App;
use kernel::access::ProvisionPeople;
use protocol_scim::{MEDIA_TYPE, MOST_BYTES, ScimError, ScimType};
use serde_json::{Map, Value};

use caller::Caller;

use crate::guard::{self, Route};
use crate::token::CHALLENGE;

/// How often a change is tried while others change the same thing, before the client is told to retry.
const TRIES: usize = 4;

/// The state of the handlers.
#[derive(Clone)]
pub(crate) struct Desk {
    app: App,
    base: std::sync::Arc<str>,
}

/// The path below which the directory's addresses are.
pub(crate) const UNDER: &str = "/scim/v2";

/// The directory's addresses. [`Caller`] requires the token, even before answering that there is nothing.
pub(crate) const ROUTES: &[Route<Desk>] = &[
    directory("GET", "/Users", || get(users::list)),
    directory("POST", "/Users", || post(users::create)),
    directory("GET", "/Users/{id}", || get(users::read)),
    directory("PUT", "/Users/{id}", || put(users::replace)),
    directory("PATCH", "/Users/{id}", || patch(users::patch)),
    directory("DELETE", "/Users/{id}", || delete(users::remove)),
    directory("GET", "/Groups", || get(groups::list)),
    directory("POST", "/Groups", || post(groups::create)),
    directory("GET", "/Groups/{id}", || get(groups::read)),
    directory("PUT", "/Groups/{id}", || put(groups::replace)),
    directory("PATCH", "/Groups/{id}", || patch(groups::patch)),
    directory("DELETE", "/Groups/{id}", || delete(groups::remove)),
    directory("GET", "/ServiceProviderConfig", || get(service_provider_config)),
    directory("GET", "/ResourceTypes", || get(resource_types)),
    directory("GET", "/ResourceTypes/{name}", || get(resource_type)),
    directory("GET", "/Schemas", || get(schemas)),
    directory("GET", "/Schemas/{urn}", || get(schema)),
    directory("any", "/Me", || any(not_offered)),
    directory("any", "/Bulk", || any(not_offered)),
    directory("any", "/.search", || any(not_offered)),
    directory("any", "/Users/.search", || any(not_offered)),
    directory("any", "/Groups/.search", || any(not_offered)),
];

const fn directory(
    method: &'static str,
    path: &'static str,
    handler: fn() -> MethodRouter<Desk>,
) -> Route<Desk> {
    guard::token::<ProvisionPeople, Desk>(method, path, handler)
}

/// Builds the router of the directory's addresses.
pub(crate) fn router(app: App) -> Router {
    let base = format!("{}{UNDER}", app.config().address).into();
    guard::router(ROUTES)
        .fallback(nowhere)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(Desk { app, base })
}

/// An error response.
pub(crate) struct Refused {
    error: ScimError,
    /// Seconds until it may be tried again.
    retry_after: Option<i64>,
}

impl From<ScimError> for Refused {
    fn from(error: ScimError) -> Self {
        Self { error, retry_after: None }
    }
}

impl From<kernel::AppError> for Refused {
    fn from(error: kernel::AppError) -> Self {
        use kernel::AppError as E;
        let retry_after = error.retry_after();
        let error = match error {
            E::Denied(_) | E::NotPresent => ScimError::status(403, error.to_string()),
            E::NotFound { what, .. } => ScimError::not_found(what),
            E::Invalid { field, message } => {
                ScimError::bad(ScimType::InvalidValue, format!("{field}: {message}"))
            }
            E::Conflict(why) => ScimError::bad(ScimType::Uniqueness, why),
            E::TooMany { .. } => ScimError::status(429, error.to_string()),
            E::Store(error) => {
                if retry_after.is_none() {
                    tracing::error!(%error, "a directory's request failed");
                }
                ScimError::status(503, "the database does not answer; try again")
            }
            E::Keys(error) | E::Fault(error) => {
                tracing::error!(error, "a directory's request failed");
                ScimError::status(500, "an unexpected fault; the service's log has more")
            }
        };
        Self { error, retry_after }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.error.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = json(status, &self.error.body());
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert("www-authenticate", axum::http::HeaderValue::from_static(CHALLENGE));
        }
        response
    }
}

fn json(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, MEDIA_TYPE)], body.to_string()).into_response()
}

/// Makes the response with a resource and its tag, and its address where it is new.
fn resource(status: StatusCode, answer: Map<String, Value>, version: i64, location: &str) -> Response {
    let mut response = json(status, &Value::Object(answer));
    let headers = response.headers_mut();
    if let Ok(tag) = protocol_scim::entity_tag(version).parse() {
        headers.insert(ETAG, tag);
    }
    if let (StatusCode::CREATED, Ok(location)) = (status, location.parse()) {
        headers.insert(LOCATION, location);
    }
    response
}

/// Returns the version that the client says it knows.
fn expected(headers: &HeaderMap) -> Option<&str> {
    headers.get(IF_MATCH).and_then(|value| value.to_str().ok())
}

/// Returns whether the client has that version already.
fn has_it(headers: &HeaderMap, version: i64) -> bool {
    let tag = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    tag.is_some_and(|tag| protocol_scim::is_current(tag, version))
}

/// Refuses a change that was made for another version.
fn check_expected(headers: &HeaderMap, version: i64) -> Result<(), Refused> {
    match expected(headers) {
        Some(tag) if !protocol_scim::is_current(tag, version) => Err(stale()),
        _ => Ok(()),
    }
}

fn stale() -> Refused {
    ScimError::status(412, "the resource has changed since that version; read it again").into()
}

fn busy() -> Refused {
    ScimError::status(409, "others keep changing this resource; try again").into()
}

async fn service_provider_config(State(desk): State<Desk>, _caller: Caller) -> Response {
    json(StatusCode::OK, &protocol_scim::service_provider_config(&desk.base))
}

async fn resource_types(State(desk): State<Desk>, _caller: Caller) -> Response {
    json(StatusCode::OK, &protocol_scim::resource_types(&desk.base))
}

async fn resource_type(State(desk): State<Desk>, _caller: Caller, Path(name): Path<String>) -> Response {
    match protocol_scim::resource_type(&desk.base, &name) {
        Some(found) => json(StatusCode::OK, &found),
        None => Refused::from(ScimError::not_found("resource type")).into_response(),
    }
}

async fn schemas(State(desk): State<Desk>, _caller: Caller) -> Response {
    json(StatusCode::OK, &protocol_scim::schemas(&desk.base))
}

async fn schema(State(desk): State<Desk>, _caller: Caller, Path(urn): Path<String>) -> Response {
    match protocol_scim::schema_json(&desk.base, &urn) {
        Some(found) => json(StatusCode::OK, &found),
        None => Refused::from(ScimError::not_found("schema")).into_response(),
    }
}

async fn not_offered(_caller: Caller) -> Refused {
    ScimError::status(501, "this service does not offer it; /ServiceProviderConfig says what it offers")
        .into()
}

async fn no_such_method(_caller: Caller) -> Refused {
    ScimError::status(405, "this address does not take that method").into()
}

async fn nowhere(_caller: Caller) -> Refused {
    ScimError::status(404, "there is nothing at this address; /ResourceTypes says what there is").into()
}
