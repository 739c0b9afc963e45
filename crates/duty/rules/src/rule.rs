//! Decides whether a person may be sent a notice now (MDU-5.1 to 5.4): the only place where that is decided.
//!
//! Looking is never restricted: a held notice is on the person's own page all the while. Only what would reach out to
//! them is held, which is mail.

use std::fmt;

use domain::Timestamp;
use domain::local_time::{day_of, instant, local};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::State;

/// The reason for a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// They are on call, and this is the matter that they are on call for.
    OnCall,
    /// A live matter that they are part of; a named person decided that it cannot wait.
    LiveMatter,
    /// A person did something that could harm the whole force, and the recipient's task is to notice it: an
    /// administrator, or information security. It counts as a live matter by the rule itself, without a person who
    /// decides.
    Alarm,
    /// It is about what they themselves reported.
    OwnReport,
    /// It is about the shift that they are about to start; the notices make sure that it starts soon.
    BeforeShift,
    /// Anything else.
    Routine,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 6] =
        [Self::OnCall, Self::LiveMatter, Self::Alarm, Self::OwnReport, Self::BeforeShift, Self::Routine];

    /// Returns its word in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnCall => "on-call",
            Self::LiveMatter => "live-matter",
            Self::Alarm => "alarm",
            Self::OwnReport => "own-report",
            Self::BeforeShift => "before-shift",
            Self::Routine => "routine",
        }
    }
}

/// The rule's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// Send it: they are on duty.
    Tell,
    /// Send it although they are not on duty, or not known to be: an exception, which is listed.
    TellThoughOff,
    /// Send it: their duty is not known, and the force allows notices to such people in these hours.
    TellUnknown,
    /// Hold it; the state's `next_start` says when to check again.
    Hold,
}

/// The hours of working days in which people whose duty is not known may be sent routine notices. Without such hours,
/// a force that enters no rosters would send nobody anything; a force that wants that sets no hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownHours {
    from: i8,
    until: i8,
}

/// Number of days searched for the next such hours: longer than any run of holidays.
const DAYS_AHEAD: i32 = 30;

impl UnknownHours {
    /// Makes the hours from one full hour of the wall clock to another, 0 to 24; returns `None` if that leaves no
    /// time.
    #[must_use]
    pub fn between(from: i64, until: i64) -> Option<Self> {
        let hours = Self { from: i8::try_from(from).ok()?, until: i8::try_from(until).ok()? };
        (0 <= hours.from && hours.from < hours.until && hours.until <= 24).then_some(hours)
    }

    /// Returns whether they cover a time. `is_working` says whether a day is a working day.
    #[must_use]
    pub fn cover(self, at: Timestamp, is_working: &dyn Fn(Date) -> bool) -> bool {
        let wall = local(at);
        is_working(wall.date()) && (self.from..self.until).contains(&wall.hour())
    }

    /// Returns the next start of these hours after a time; `None` if the next thirty days have no working day.
    #[must_use]
    pub fn next_start(self, at: Timestamp, is_working: &dyn Fn(Date) -> bool) -> Option<Timestamp> {
        let today = day_of(at);
        (0..DAYS_AHEAD)
            .map(|ahead| today.saturating_add(ahead.days()))
            .filter(|day| is_working(*day))
            .map(|day| instant(day.at(self.from, 0, 0, 0)))
            .find(|start| *start > at)
    }
}

impl fmt::Display for UnknownHours {
    /// Writes `8:00 to 18:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:00 to {}:00", self.from, self.until)
    }
}

/// Decides whether a person in that state may be sent a notice for that reason; `unknown_now` says whether the
/// force's [`UnknownHours`] cover the time.
///
/// Outside those hours *not known* is treated as off duty: a held notice can be read on the person's page meanwhile
/// and is in the Service Desk's list of undelivered notices, while a notice that disturbs a person on a rest day
/// cannot be taken back. The reason "on call" allows a notice only to a person whose roster says that they are on
/// call.
#[must_use]
pub const fn may_tell(state: &State, reason: Reason, unknown_now: bool) -> Ruling {
    match (state, reason) {
        (State::OnDuty { .. }, _) => Ruling::Tell,
        (State::NotKnown { .. }, Reason::Routine) if unknown_now => Ruling::TellUnknown,
        // Nobody who is away, or whose next shift is not known, is told of it.
        (
            State::OffDuty { next_start: Some(_) } | State::OnCall { next_start: Some(_), .. },
            Reason::BeforeShift,
        )
        | (_, Reason::LiveMatter | Reason::Alarm | Reason::OwnReport)
        | (State::OnCall { .. }, Reason::OnCall) => Ruling::TellThoughOff,
        _ => Ruling::Hold,
    }
}
