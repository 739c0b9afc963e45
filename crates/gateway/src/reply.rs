//! Makes responses with statuses that devices understand. 401 is not among them.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::AppError;

/// Answers that the request succeeded, without a body.
pub(crate) fn empty() -> Response {
    StatusCode::OK.into_response()
}

/// Answers that the request succeeded, with a body.
pub(crate) fn body(content_type: &'static str, bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, content_type)], bytes).into_response()
}

/// Answers a message that cannot be read or trusted. The log has its digest and the reason; the device learns neither. Anybody
/// can send such a message, so it is not logged as a warning.
pub(crate) fn bad_request(raw: &[u8], why: &dyn std::fmt::Display) -> Response {
    tracing::info!(digest = kernel::digest_hex(raw), bytes = raw.len(), %why, "a device message was not taken");
    StatusCode::BAD_REQUEST.into_response()
}

/// Answers a message that was read but whose sender may not send it: 403, without any of the bodies that a device acts on.
pub(crate) fn refused(why: &dyn std::fmt::Display) -> Response {
    tracing::info!(%why, "a device was refused");
    StatusCode::FORBIDDEN.into_response()
}

/// Answers that the service is too busy at the moment: the device retries in a few seconds.
pub(crate) fn busy() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, kernel::intake::RETRY_AFTER)]).into_response()
}

/// Answers a device that sends too often, with the time after which it may retry.
pub(crate) fn too_many(wait: domain::Span) -> Response {
    let seconds = wait.millis().div_euclid(1_000) + 1;
    tracing::debug!(seconds, "a device speaks too often");
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())]).into_response()
}

/// Answers a request that failed because it came too often, or through a fault of ours or of the database: the device retries
/// later.
pub(crate) fn failed(error: &AppError) -> Response {
    if let Some(seconds) = error.retry_after() {
        tracing::info!(%error, "a device was told to come again");
        let status = match error {
            AppError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        return (status, [(header::RETRY_AFTER, seconds)]).into_response();
    }
    tracing::error!(%error, "a device request failed");
    let status = match error {
        AppError::Store(store) if store.is_safe_to_retry() => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    status.into_response()
}
