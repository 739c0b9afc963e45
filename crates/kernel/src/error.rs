//! Says why a use case failed, and what to do next.

use domain::Span;
use store::StoreError;

use crate::access::Denied;

/// Reason why a use case failed. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Refusal by the access policies, or because the thing belongs to another force.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Thing that does not exist, or that the caller may not see.
    #[error("there is no {what} {which}; check it and try again")]
    NotFound {
        /// Kind of thing that was looked up.
        what: &'static str,
        /// Name by which it was looked up.
        which: String,
    },
    /// Field with a value that is not allowed.
    #[error("{field}: {message}")]
    Invalid {
        /// Name of the field.
        field: &'static str,
        /// Message that says what is wrong and what would be right.
        message: String,
    },
    /// Conflict with the present state.
    #[error("{0}")]
    Conflict(String),
    /// Action that cannot be undone, asked for without proof that the person is present now.
    #[error(
        "prove first that it is you: you last did so more than 10 minutes ago, and this cannot be undone. Sign in again, then \
         send it again"
    )]
    NotPresent,
    /// Too many attempts; none of this one was processed.
    #[error("too many tries: wait {} seconds, then try again", seconds(.wait))]
    TooMany {
        /// Time until the next attempt is allowed.
        wait: Span,
    },
    /// Error from the database.
    #[error("the database did not take it: {0}")]
    Store(#[from] StoreError),
    /// Error with a key, certificate or sealed value.
    #[error("{0}")]
    Keys(String),
    /// Unexpected error; the log has more.
    #[error("an unexpected fault: {0}")]
    Fault(String),
}

/// Time that a client is asked to wait while the work queue is full.
const BUSY: Span = Span::from_secs(5);

/// Rounds the time that a client must wait up to whole seconds, at least one.
fn seconds(wait: &Span) -> i64 {
    (wait.millis() + 999).div_euclid(1000).max(1)
}

impl AppError {
    /// Returns the seconds after which a client may retry, where retrying is all that is needed: it tried too often, or more work
    /// is queued than the database finishes. Returns `None` for any other error.
    #[must_use]
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::TooMany { wait } => Some(seconds(wait)),
            Self::Store(StoreError::Busy) => Some(seconds(&BUSY)),
            _ => None,
        }
    }

    /// Makes the error for a field with a value that is not allowed.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
    }

    /// Makes the error for a thing that does not exist; cuts `which` to 80 characters.
    #[expect(clippy::needless_pass_by_value, reason = "ids come by value and names by reference")]
    pub fn not_found(what: &'static str, which: impl ToString) -> Self {
        Self::NotFound { what, which: which.to_string().chars().take(80).collect() }
    }

    /// Makes the error for a failure of our own, in the words of its cause.
    pub fn fault(error: &(impl std::fmt::Display + ?Sized)) -> Self {
        Self::Fault(error.to_string())
    }
}

impl From<crate::seal::SealError> for AppError {
    fn from(error: crate::seal::SealError) -> Self {
        Self::Keys(error.to_string())
    }
}
