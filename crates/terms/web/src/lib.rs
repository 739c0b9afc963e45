//! Pages of terms: reading and accepting one's own, acceptance at the service desk, who has accepted what, exemptions.

pub mod accepted;
pub mod clauses;
pub mod desk;
pub mod exemptions;
pub mod own;
pub mod people;
pub mod record;
pub mod section;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{AcceptOwn, ManageExemptions, RecordAcceptance, SeeExemptions, SeeOwn, SeePeople};

use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeOwn>("/me/terms/{document}", || get(own::handler::get)),
    write::<AcceptOwn>("/me/terms/{document}", || post(own::handler::accept)),
    read::<SeeOwn>("/me/terms/{document}/accepted", || get(own::handler::accepted)),
    write::<AcceptOwn>("/me/terms/{document}/way", || post(own::handler::way)),
    read::<SeeOwn>("/me/terms/{document}/{place}", || get(section::handler::section)),
    write::<AcceptOwn>("/me/terms/{document}/{place}", || post(section::handler::read)),
    read::<SeePeople>("/people/{id}/accepted/{document}", || get(accepted::handler::accepted)),
    read::<RecordAcceptance>("/people/{id}/terms/{document}", || get(record::handler::get)),
    write::<RecordAcceptance>("/people/{id}/terms/{document}", || post(record::handler::accept)),
    read::<SeeExemptions>("/exemptions", || get(exemptions::handler::get)),
    write::<SeeExemptions>("/exemptions", || post(exemptions::handler::read)),
    write::<ManageExemptions>("/exemptions/add", || post(exemptions::handler::added)),
    write::<ManageExemptions>("/exemptions/end", || post(exemptions::handler::ended)),
    read::<SeePeople>("/terms", || get(desk::handler::get)),
    read::<SeePeople>("/terms/people", || get(people::handler::list)),
    read::<SeePeople>("/terms/people.csv", || get(people::handler::csv)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("terms", record::View::sample().render()?),
        ("terms-accepted", record::View::sample_accepted().render()?),
        ("me-terms", own::View::sample().render()?),
        ("me-terms-ready", own::View::sample_ready().render()?),
        ("me-terms-accepted", own::View::sample_accepted().render()?),
        ("me-section", section::View::sample().render()?),
        ("accepted", accepted::View::sample().render()?),
        ("terms-desk", desk::View::sample().render()?),
        ("terms-desk-people", people::View::sample().render()?),
        ("exemptions", exemptions::View::sample().render()?),
        ("exemptions-closed", exemptions::View::sample_closed().render()?),
    ])
}
