//! Why a request cannot be answered: the status, the words for people, and what only the log may say.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::AppError;
use kernel::access::Denied;

use crate::format::sentence;

/// An error that the frame of the pages turns into a page.
#[derive(Debug, Clone)]
pub struct Problem {
    pub(crate) status: StatusCode,
    /// The explanation for people.
    pub(crate) why: String,
    /// The explanation for the log; such a problem gets a reference by which the log entry is found.
    pub(crate) fault: Option<String>,
    /// Seconds until the request may be tried again.
    pub(crate) retry_after: Option<i64>,
    /// Whether the request is allowed once the person has proved that they are present.
    wants_proof: bool,
}

impl Problem {
    /// Makes a problem with a reason for people.
    #[must_use]
    pub fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, why: why.into(), fault: None, retry_after: None, wants_proof: false }
    }

    /// Returns whether the request is allowed once the person has proved that they are present.
    pub const fn wants_proof(&self) -> bool {
        self.wants_proof
    }

    /// Makes the problem of a server that is too busy to accept the request.
    pub(crate) fn busy() -> Self {
        let why = "Lanyard is too busy to take what you sent. Nothing was changed.";
        let retry_after = kernel::intake::RETRY_AFTER.parse().ok();
        Self { retry_after, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, why) }
    }

    /// Makes the problem of a page that does not exist.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "")
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let status = match &error {
            AppError::Denied(_) | AppError::NotPresent => StatusCode::FORBIDDEN,
            AppError::NotFound { .. } => StatusCode::NOT_FOUND,
            AppError::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::Conflict(_) => StatusCode::CONFLICT,
            AppError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            AppError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            AppError::Keys(_) | AppError::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status == StatusCode::SERVICE_UNAVAILABLE && error.retry_after().is_some() {
            return Self::busy();
        }
        if status.is_server_error() {
            return Self { fault: Some(error.to_string()), ..Self::new(status, "") };
        }
        Self {
            retry_after: error.retry_after(),
            wants_proof: matches!(error, AppError::NotPresent),
            ..Self::new(status, sentence(&error.to_string()))
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        AppError::from(denied).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
