//! Pages of duty: who is on duty, patterns, one person's roster, rosters from files, on-call rotas, one's own time on call.

pub mod board;
pub mod feed;
pub mod files;
pub mod own;
pub mod pattern;
pub mod patterns;
pub mod person;
pub mod rota;
pub mod rota_form;
pub mod rota_gaps;
pub mod rota_layer;
pub mod rota_override;
pub mod rota_swap;
pub mod rotas;

use askama::Template;
use axum::routing::{get, post};
use domain::Timestamp;
use duty_app::{State, Unknown};
use kernel::access::{AcceptOwn, ManageDuty, SeeDuty, SeeOwn};

use crate::files::{CalendarFiles, RosterFiles};
use web_shell::format;
use web_shell::imports::Shown as _;
use web_shell::routes::{Route, open, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeDuty>("/people/{id}/duty", || get(person::handler::get)),
    write::<ManageDuty>("/people/{id}/duty/pattern", || post(person::handler::assign)),
    write::<ManageDuty>("/people/{id}/duty/periods", || post(person::handler::enter)),
    write::<ManageDuty>("/people/{id}/duty/remove", || post(person::handler::remove)),
    read::<SeeOwn>("/me/on-call", || get(own::handler::get)),
    write::<AcceptOwn>("/me/on-call/ask", || post(own::handler::ask)),
    write::<AcceptOwn>("/me/on-call/answer", || post(own::handler::answer)),
    write::<AcceptOwn>("/me/on-call/withdraw", || post(own::handler::withdraw)),
    write::<AcceptOwn>("/me/on-call/calendar", || post(own::handler::calendar)),
    open("GET", "/calendar/{token}/on-call.ics", || get(feed::get)),
    read::<SeeDuty>("/duty", || get(board::handler::get)),
    read::<SeeDuty>("/duty/patterns", || get(patterns::handler::patterns)),
    read::<ManageDuty>("/duty/patterns/add", || get(pattern::handler::add_pattern)),
    write::<ManageDuty>("/duty/patterns/add", || post(pattern::handler::added_pattern)),
    read::<ManageDuty>("/duty/patterns/{id}", || get(pattern::handler::pattern)),
    write::<ManageDuty>("/duty/patterns/{id}", || post(pattern::handler::changed_pattern)),
    read::<SeeDuty>("/duty/rotas", || get(rotas::handler::get)),
    read::<SeeDuty>("/duty/rotas/calendar.ics", || get(rotas::handler::own_calendar)),
    read::<ManageDuty>("/duty/rotas/add", || get(rota_form::handler::add)),
    write::<ManageDuty>("/duty/rotas/add", || post(rota_form::handler::added)),
    read::<SeeDuty>("/duty/rotas/{id}", || get(rota::handler::get)),
    read::<SeeDuty>("/duty/rotas/{id}/calendar.ics", || get(rotas::handler::rota_calendar)),
    write::<SeeDuty>("/duty/rotas/{id}/note", || post(rota::handler::note)),
    write::<ManageDuty>("/duty/rotas/{id}/retire", || post(rota::handler::retire)),
    read::<ManageDuty>("/duty/rotas/{id}/change", || get(rota_form::handler::change)),
    write::<ManageDuty>("/duty/rotas/{id}/change", || post(rota_form::handler::changed)),
    read::<ManageDuty>("/duty/rotas/{id}/layers/add", || get(rota_layer::handler::add)),
    write::<ManageDuty>("/duty/rotas/{id}/layers/add", || post(rota_layer::handler::added)),
    read::<ManageDuty>("/duty/rotas/{id}/layers/{layer}", || get(rota_layer::handler::change)),
    write::<ManageDuty>("/duty/rotas/{id}/layers/{layer}", || post(rota_layer::handler::changed)),
    write::<ManageDuty>("/duty/rotas/{id}/layers/{layer}/remove", || post(rota::handler::remove_layer)),
    read::<ManageDuty>("/duty/rotas/{id}/temporary", || get(rota_layer::handler::add_temporary)),
    write::<ManageDuty>("/duty/rotas/{id}/temporary", || post(rota_layer::handler::added_temporary)),
    read::<ManageDuty>("/duty/rotas/{id}/override", || get(rota_override::handler::get)),
    write::<ManageDuty>("/duty/rotas/{id}/override", || post(rota_override::handler::post)),
    write::<ManageDuty>("/duty/rotas/{id}/overrides/{override}/withdraw", || post(rota::handler::withdraw)),
    read::<ManageDuty>("/duty/rotas/{id}/swap", || get(rota_swap::handler::get)),
    write::<ManageDuty>("/duty/rotas/{id}/swap", || post(rota_swap::handler::post)),
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
        ("duty-rotas", rotas::View::sample().render()?),
        ("duty-rota", rota::View::sample().render()?),
        ("duty-rota-form", rota_form::View::sample().render()?),
        ("duty-rota-layer", rota_layer::View::sample().render()?),
        ("duty-rota-override", rota_override::View::sample().render()?),
        ("duty-rota-swap", rota_swap::View::sample().render()?),
        ("duty-rota-gaps", rota_gaps::View::sample().render()?),
        ("own-on-call", own::View::sample().render()?),
        ("own-on-call-none", own::View::sample_none().render()?),
        ("own-calendar-made", own::Made::sample().render()?),
    ])
}

/// A person's state of duty, as a tag and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyTag {
    /// The tag's colour.
    pub colour: &'static str,
    /// The tag's words.
    pub title: &'static str,
    /// Further details: until when, when next, why not known.
    pub says: String,
}

impl DutyTag {
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
