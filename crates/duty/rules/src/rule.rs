//! Whether a person may be told something now (MDU-5.1 to 5.4): the one place where that is decided.
//!
//! Looking is never barred: what is held stands on the person's own page all the while. Held is what would reach out to
//! them, which is mail.

use std::fmt;

use domain::Timestamp;
use domain::local_time::{day_of, instant, local};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::State;

/// Why a person is sent a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// They are on call, and this is what they are on call for.
    OnCall,
    /// A live matter that they are part of; a named person decided that it cannot wait.
    LiveMatter,
    /// A person did something that could harm the whole force, and they are there to notice: an administrator, or
    /// information security. It is a live matter by the rule itself, without a person who decides.
    Alarm,
    /// It is about what they themselves reported.
    OwnReport,
    /// Anything else.
    Routine,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::OnCall, Self::LiveMatter, Self::Alarm, Self::OwnReport, Self::Routine];

    /// Returns the word in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnCall => "on-call",
            Self::LiveMatter => "live-matter",
            Self::Alarm => "alarm",
            Self::OwnReport => "own-report",
            Self::Routine => "routine",
        }
    }
}

/// What the rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// Tell them: they are on duty.
    Tell,
    /// Tell them although they are not on duty, or not known to be: an exception, which is listed.
    TellThoughOff,
    /// Tell them: nothing is known of their duty, and these are the hours in which the force lets such people be told.
    TellUnknown,
    /// Not now; the state's `next_start` says when to look again.
    Hold,
}

/// The hours of working days in which a person may be told routine things whose duty is not known. A force that enters no
/// rosters would otherwise tell nobody anything; one that wants that has no such hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownHours {
    from: i8,
    until: i8,
}

/// Days that are looked at for the next such hours: longer than any row of holidays.
const DAYS_AHEAD: i32 = 30;

impl UnknownHours {
    /// Makes hours from one full hour of the wall clock up to another, 0 to 24; `None` if that leaves no time.
    #[must_use]
    pub fn between(from: i64, until: i64) -> Option<Self> {
        let hours = Self { from: i8::try_from(from).ok()?, until: i8::try_from(until).ok()? };
        (0 <= hours.from && hours.from < hours.until && hours.until <= 24).then_some(hours)
    }

    /// Returns whether they cover a time. `is_working` says of a day whether it is a working day.
    #[must_use]
    pub fn cover(self, at: Timestamp, is_working: &dyn Fn(Date) -> bool) -> bool {
        let wall = local(at);
        is_working(wall.date()) && (self.from..self.until).contains(&wall.hour())
    }

    /// Returns when they next begin after a time; `None` if the next thirty days have no working day.
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

/// Returns whether a person in that state may be told something for that reason; `unknown_now`: the force's [`UnknownHours`] cover
/// the time.
///
/// Outside those hours *not known* is treated as off duty: a message that waits can be read on the person's page meanwhile and
/// stands on the desk's list of what was not delivered, while one that rings a person on a rest day cannot be taken back. The
/// reason "on call" allows a notice only to a person whose roster says that they are on call.
#[must_use]
pub const fn may_tell(state: &State, reason: Reason, unknown_now: bool) -> Ruling {
    match (state, reason) {
        (State::OnDuty { .. }, _) => Ruling::Tell,
        (State::NotKnown { .. }, Reason::Routine) if unknown_now => Ruling::TellUnknown,
        (_, Reason::LiveMatter | Reason::Alarm | Reason::OwnReport)
        | (State::OnCall { .. }, Reason::OnCall) => Ruling::TellThoughOff,
        _ => Ruling::Hold,
    }
}
