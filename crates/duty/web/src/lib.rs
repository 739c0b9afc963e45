//! Pages of duty: who is on duty, patterns, one person's roster, rosters from files.

pub mod board;
pub mod files;
pub mod pattern;
pub mod patterns;
pub mod person;

use askama::Template;
use axum::routing::{get, post};
use domain::Timestamp;
use duty_app::{State, Unknown};
use kernel::access::{ManageDuty, SeeDuty};

use crate::files::{CalendarFiles, RosterFiles};
use web_shell::format;
use web_shell::imports::Shown as _;
use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeDuty>("/people/{id}/duty", || get(person::handler::get)),
    write::<ManageDuty>("/people/{id}/duty/pattern", || post(person::handler::assign)),
    write::<ManageDuty>("/people/{id}/duty/periods", || post(person::handler::enter)),
    write::<ManageDuty>("/people/{id}/duty/remove", || post(person::handler::remove)),
    read::<SeeDuty>("/duty", || get(board::handler::get)),
    read::<SeeDuty>("/duty/patterns", || get(patterns::handler::patterns)),
    read::<ManageDuty>("/duty/patterns/add", || get(pattern::handler::add_pattern)),
    write::<ManageDuty>("/duty/patterns/add", || post(pattern::handler::added_pattern)),
    read::<ManageDuty>("/duty/patterns/{id}", || get(pattern::handler::pattern)),
    write::<ManageDuty>("/duty/patterns/{id}", || post(pattern::handler::changed_pattern)),
    read::<ManageDuty>("/import/rosters", || get(web_shell::imports::handler::get::<RosterFiles>)),
    write::<ManageDuty>("/import/rosters", || post(web_shell::imports::handler::post::<RosterFiles>)),
    read::<ManageDuty>("/import/rosters/{id}", || get(web_shell::imports::handler::preview::<RosterFiles>)),
    write::<ManageDuty>("/import/rosters/{id}/answers", || {
        post(web_shell::imports::handler::answers::<RosterFiles>)
    }),
    write::<ManageDuty>("/import/rosters/{id}/apply", || {
        post(web_shell::imports::handler::apply::<RosterFiles>)
    }),
    write::<ManageDuty>("/import/rosters/{id}/columns", || {
        post(web_shell::imports::handler::columns::<RosterFiles>)
    }),
    read::<ManageDuty>("/import/calendars", || get(web_shell::imports::handler::get::<CalendarFiles>)),
    write::<ManageDuty>("/import/calendars", || post(web_shell::imports::handler::post::<CalendarFiles>)),
    read::<ManageDuty>("/import/calendars/{id}", || {
        get(web_shell::imports::handler::preview::<CalendarFiles>)
    }),
    write::<ManageDuty>("/import/calendars/{id}/answers", || {
        post(web_shell::imports::handler::answers::<CalendarFiles>)
    }),
    write::<ManageDuty>("/import/calendars/{id}/apply", || {
        post(web_shell::imports::handler::apply::<CalendarFiles>)
    }),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("import-calendar", web_shell::imports::Start::sample_calendar(CalendarFiles::WORDS).render()?),
        (
            "import-preview-calendar",
            web_shell::imports::Preview::sample_calendar(CalendarFiles::WORDS).render()?,
        ),
        ("duty", board::View::sample().render()?),
        ("duty-patterns", patterns::View::sample().render()?),
        ("duty-pattern", pattern::View::sample().render()?),
        ("duty-person", person::View::sample().render()?),
    ])
}

/// A person's state of duty, as a tag and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The tag's colour.
    pub colour: &'static str,
    /// The tag's words.
    pub title: &'static str,
    /// Further details: until when, when next, why not known.
    pub says: String,
}

impl Standing {
    /// Describes a state; the kind of an absence only where it may be shown.
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
