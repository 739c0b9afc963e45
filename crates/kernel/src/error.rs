//! Why a use case did not happen. Each says what to do next.

use domain::Span;
use store::StoreError;

use crate::access::Denied;

/// Why a use case did not happen. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The matrix or the wall says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// No such thing, or none that the caller may see.
    #[error("there is no {what} {which}; check it and try again")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// By which name.
        which: String,
    },
    /// What was entered cannot be.
    #[error("{field}: {message}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
    /// It does not fit what is there.
    #[error("{0}")]
    Conflict(String),
    /// What was asked for cannot be undone, and nothing shows that the person who asked is there now.
    #[error(
        "prove first that it is you: you last did so more than 10 minutes ago, and this cannot be undone. Sign in again, then \
         send it again"
    )]
    NotPresent,
    /// Too many of them; nothing was looked at.
    #[error("too many tries: wait {} seconds, then try again", seconds(.wait))]
    TooMany {
        /// How long until the next one is let through.
        wait: Span,
    },
    /// The database.
    #[error("the database did not take it: {0}")]
    Store(#[from] StoreError),
    /// A key, certificate or sealed value.
    #[error("{0}")]
    Keys(String),
    /// Something that should not be; the log has more.
    #[error("an unexpected fault: {0}")]
    Fault(String),
}

/// How long whoever comes while too much work waits is told to wait.
const BUSY: Span = Span::from_secs(5);

/// Whole seconds, and never none: how long a client is told to wait.
fn seconds(wait: &Span) -> i64 {
    (wait.millis() + 999).div_euclid(1000).max(1)
}

impl AppError {
    /// After how many seconds it may be tried again, where that is all that is to be done: it was tried too often, or more
    /// work waits than the database finishes. `None` for any other error.
    #[must_use]
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::TooMany { wait } => Some(seconds(wait)),
            Self::Store(StoreError::Busy) => Some(seconds(&BUSY)),
            _ => None,
        }
    }

    /// Says that a field holds what cannot be.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
    }

    /// Says that there is no such thing; `which` is cut to 80 characters.
    #[expect(clippy::needless_pass_by_value, reason = "ids come by value and names by reference")]
    pub fn not_found(what: &'static str, which: impl ToString) -> Self {
        Self::NotFound { what, which: which.to_string().chars().take(80).collect() }
    }

    /// Says that something of ours failed, in its own words.
    pub fn fault(error: &(impl std::fmt::Display + ?Sized)) -> Self {
        Self::Fault(error.to_string())
    }
}

impl From<crate::seal::SealError> for AppError {
    fn from(error: crate::seal::SealError) -> Self {
        Self::Keys(error.to_string())
    }
}
