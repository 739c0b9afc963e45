//! Whether somebody may be told something now (MDU-5.1 to 5.4): the one place where that is decided.
//!
//! Looking is never barred: what is held stands on the person's own page all the while. Held is what would reach out to
//! them, which is mail.

use crate::State;

/// Why somebody is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// They are on call, and this is what they are on call for.
    OnCall,
    /// A live matter that they are part of; a named person decided that it cannot wait.
    LiveMatter,
    /// It is about what they themselves reported.
    OwnReport,
    /// Anything else.
    Routine,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::OnCall, Self::LiveMatter, Self::OwnReport, Self::Routine];

    /// The word in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnCall => "on-call",
            Self::LiveMatter => "live-matter",
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
    /// Not now; the state's `next_start` says when to look again.
    Hold,
}

/// Whether somebody in that state may be told something for that reason.
///
/// *Not known* is treated as off duty: a message that waits can be read on the person's page meanwhile and stands on the
/// desk's list of what was not delivered, while one that rings somebody on a rest day cannot be taken back. The reason
/// "on call" opens the door only to somebody whose roster says that they are on call.
#[must_use]
pub const fn may_tell(state: &State, reason: Reason) -> Ruling {
    match (state, reason) {
        (State::OnDuty { .. }, _) => Ruling::Tell,
        (_, Reason::LiveMatter | Reason::OwnReport) | (State::OnCall { .. }, Reason::OnCall) => {
            Ruling::TellThoughOff
        }
        _ => Ruling::Hold,
    }
}
