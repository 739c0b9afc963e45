//! Duty: who is at work now, one person's next two weeks, patterns, files, and sign-ins off duty by unit.

use app::rosters::{State, Unknown};
use domain::Timestamp;

use crate::format;

pub mod board;
pub mod month;
pub mod pattern;
pub mod patterns;
pub mod person;

/// How somebody stands to duty, as a tag and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The tag's colour.
    pub colour: &'static str,
    /// The tag's words.
    pub title: &'static str,
    /// What more there is to say: until when, when next, why not known.
    pub says: String,
}

impl Standing {
    /// In words; the kind of an absence only where it may be shown.
    #[must_use]
    pub fn of(state: &State, shows_kind: bool) -> Self {
        let next = |next: &Option<Timestamp>| match next {
            Some(at) => format!("Next on duty {}", format::when(*at)),
            None => "No next duty is entered".to_owned(),
        };
        match state {
            State::OnDuty { until } => {
                Self { colour: "green", title: "On duty", says: format!("Until {}", format::when(*until)) }
            }
            State::OnCall { until, next_start } => Self {
                colour: "blue",
                title: "On call",
                says: format!("Until {}. {}", format::when(*until), next(next_start)),
            },
            State::OnLeave { kind, until, next_start } => {
                let kind = if shows_kind { format!("{}, until ", kind.title()) } else { "Until ".to_owned() };
                let says = format!("{kind}{}. {}", format::when(*until), next(next_start));
                Self { colour: "yellow", title: "On leave", says }
            }
            State::OffDuty { next_start } => {
                Self { colour: "lan-plain", title: "Off duty", says: next(next_start) }
            }
            State::NotKnown { why, next_start } => {
                let why = match why {
                    Unknown::NoPattern => "No pattern is entered",
                    Unknown::Outside => "No pattern is entered for this time",
                };
                Self { colour: "orange", title: "Not known", says: format!("{why}. {}", next(next_start)) }
            }
        }
    }
}
