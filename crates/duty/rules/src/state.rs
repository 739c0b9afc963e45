//! Describes a person's duty state at a point in time: on duty, on call, away, off duty or not known.

use domain::Timestamp;

use crate::AbsenceKind;

/// How far ahead the next duty is searched for, in days. Rosters are published for about three months.
pub const HORIZON_DAYS: i32 = 120;

/// A person's duty state at a point in time. Times are instants; `next_start` is the start of their next duty within
/// [`HORIZON_DAYS`], and `None` if no record gives one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// At work.
    OnDuty {
        /// The end of this spell of duty; shifts that touch each other count as one.
        until: Timestamp,
    },
    /// Off duty and reachable.
    OnCall {
        /// The end of the time on call.
        until: Timestamp,
        /// The start of their next duty.
        next_start: Option<Timestamp>,
    },
    /// Away: not reachable, whatever else the roster says.
    OnLeave {
        /// The kind of absence.
        kind: AbsenceKind,
        /// The end of the absence; absences that touch each other count as one.
        until: Timestamp,
        /// The start of their next duty.
        next_start: Option<Timestamp>,
    },
    /// Resting.
    OffDuty {
        /// The start of their next duty.
        next_start: Option<Timestamp>,
    },
    /// Not known: no record covers the time.
    NotKnown {
        /// The reason.
        why: Unknown,
        /// The start of their next duty.
        next_start: Option<Timestamp>,
    },
}

/// The reason why a person's duty state is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// No pattern was ever entered for them.
    NoPattern,
    /// Patterns were entered, but none for that time.
    Outside,
}

impl State {
    /// Returns the start of their next duty, if it is known.
    #[must_use]
    pub const fn next_start(&self) -> Option<Timestamp> {
        match self {
            Self::OnDuty { .. } => None,
            Self::OnCall { next_start, .. }
            | Self::OnLeave { next_start, .. }
            | Self::OffDuty { next_start }
            | Self::NotKnown { next_start, .. } => *next_start,
        }
    }

    /// Returns its word in tables.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::OnDuty { .. } => "on-duty",
            Self::OnCall { .. } => "on-call",
            Self::OnLeave { .. } => "on-leave",
            Self::OffDuty { .. } => "off-duty",
            Self::NotKnown { .. } => "not-known",
        }
    }
}
