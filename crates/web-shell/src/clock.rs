//! The fixed time of the samples.

use domain::{Span, Timestamp};

/// Returns 3 a.m. on 22 November 2026.
#[must_use]
pub const fn now() -> Timestamp {
    Timestamp::from_millis(1_795_316_400_000)
}

/// Returns the time that many hours before [`now`].
#[must_use]
pub const fn hours_ago(hours: i64) -> Timestamp {
    now().minus(Span::from_secs(hours * 3600))
}

/// Returns the time that many hours after [`now`].
#[must_use]
pub const fn hours_ahead(hours: i64) -> Timestamp {
    now().plus(Span::from_secs(hours * 3600))
}
