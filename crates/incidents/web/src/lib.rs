//! Pages of incidents: the list, one incident, its form for the reporter and for the assessor, a breach that somebody reports
//! themselves.

pub mod assess;
pub mod breach;
pub mod form;
pub mod list;
pub mod open;
pub mod show;

mod questions;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{AcceptOwn, AssessIncidents, DecideBreaches, ManageCases, SeeCases};

use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeCases>("/incidents", || get(list::handler::get)),
    read::<AssessIncidents>("/incidents/new", || get(open::handler::get)),
    write::<AssessIncidents>("/incidents/new", || post(open::handler::post)),
    read::<SeeCases>("/incidents/{id}", || get(show::handler::get)),
    read::<SeeCases>("/incidents/{id}/record.pdf", || get(show::handler::pdf)),
    read::<SeeCases>("/incidents/{id}/record.json", || get(show::handler::json)),
    write::<ManageCases>("/incidents/{id}/add", || post(show::handler::add)),
    write::<DecideBreaches>("/incidents/{id}/clock", || post(show::handler::decide)),
    write::<AssessIncidents>("/incidents/{id}/refer", || post(show::handler::refer)),
    read::<ManageCases>("/incidents/{id}/form", || get(form::handler::get_for)),
    write::<ManageCases>("/incidents/{id}/form", || post(form::handler::post_for)),
    read::<AssessIncidents>("/incidents/{id}/assess", || get(assess::handler::get)),
    write::<AssessIncidents>("/incidents/{id}/assess", || post(assess::handler::post)),
    read::<AcceptOwn>("/me/incidents/{id}", || get(form::handler::get_own)),
    write::<AcceptOwn>("/me/incidents/{id}", || post(form::handler::post_own)),
    write::<AcceptOwn>("/me/incidents/{id}/files", || post(form::handler::attach)),
    read::<AcceptOwn>("/me/breach", || get(breach::handler::get)),
    write::<AcceptOwn>("/me/breach", || post(breach::handler::post)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("incidents", list::View::sample().render()?),
        ("incident", show::View::sample().render()?),
        ("incident-decided", show::View::sample_decided().render()?),
        ("incident-form", form::View::sample().render()?),
        ("incident-form-sent", form::View::sample_sent().render()?),
        ("incident-assess", assess::View::sample().render()?),
        ("incident-new", open::View::sample().render()?),
        ("breach", breach::View::sample().render()?),
    ])
}
