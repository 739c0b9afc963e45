//! How a person stands to duty at a point in time.

use domain::Timestamp;

use crate::AbsenceKind;

/// How far ahead the next duty is looked for, in days. Rosters are published for about three months.
pub const HORIZON_DAYS: i32 = 120;

/// How a person stands to duty at a point in time. Times are instants; `next_start` is when they are next on duty, within
/// [`HORIZON_DAYS`], and `None` if nothing that was entered says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// At work.
    OnDuty {
        /// When this spell of duty ends, shifts that touch each other taken together.
        until: Timestamp,
    },
    /// Off duty and to be reached.
    OnCall {
        /// When the time on call ends.
        until: Timestamp,
        /// When they are next on duty.
        next_start: Option<Timestamp>,
    },
    /// Away: not to be reached, whatever else the roster says.
    OnLeave {
        /// The kind of absence.
        kind: AbsenceKind,
        /// When the absence ends; absences that touch each other taken together.
        until: Timestamp,
        /// When they are next on duty.
        next_start: Option<Timestamp>,
    },
    /// Resting.
    OffDuty {
        /// When they are next on duty.
        next_start: Option<Timestamp>,
    },
    /// Nothing that was entered says.
    NotKnown {
        /// Why not.
        why: Unknown,
        /// When they are next on duty.
        next_start: Option<Timestamp>,
    },
}

/// Why it is not known how a person stands to duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// No pattern was ever entered for them.
    NoPattern,
    /// Patterns were entered, and none for that time.
    Outside,
}

impl State {
    /// Returns when they are next on duty, if that is known.
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

    /// Returns the word in tables.
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
