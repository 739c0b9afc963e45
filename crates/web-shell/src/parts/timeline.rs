//! The events that pages show in order of time.

use domain::Timestamp;

/// One event.
#[derive(Debug, Clone)]
pub struct Event {
    /// The time it happened.
    pub at: Timestamp,
    /// The person or system that did it.
    pub who: String,
    /// A description of what happened.
    pub what: String,
}
