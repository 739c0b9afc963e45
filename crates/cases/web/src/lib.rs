//! Pages of cases: the queue, one case, its steps, and the question whether an unused device is still needed.

pub mod files;
pub mod hand_over;
pub mod list;
pub mod needed;
pub mod show;
pub mod step;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{AnswerForOneself, ManageCases, SeeCases, SeeSealed};

use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeCases>("/cases", || get(list::handler::list)),
    read::<SeeCases>("/cases.csv", || get(list::handler::csv)),
    read::<ManageCases>("/cases/hand-over", || get(hand_over::handler::get)),
    write::<ManageCases>("/cases/hand-over", || post(hand_over::handler::post)),
    read::<SeeCases>("/cases/{id}", || get(show::handler::get)),
    write::<SeeSealed>("/cases/{id}/read", || post(show::handler::read_sealed)),
    write::<ManageCases>("/cases/{id}/files", || post(files::add)),
    read::<SeeCases>("/cases/{id}/files/{file}", || get(files::received)),
    read::<SeeCases>("/cases/{id}/files/{file}/shown", || get(files::shown)),
    write::<SeeSealed>("/cases/{id}/files/{file}/read", || post(files::sealed)),
    write::<ManageCases>("/cases/{id}/notes", || post(show::handler::note)),
    write::<ManageCases>("/cases/{id}/close", || post(show::handler::close)),
    write::<ManageCases>("/cases/{id}/take", || post(show::handler::take)),
    read::<AnswerForOneself>("/cases/{id}/needed", || get(needed::handler::get)),
    write::<AnswerForOneself>("/cases/{id}/needed", || post(needed::handler::post)),
    read::<ManageCases>("/cases/{id}/steps/{step}", || get(step::handler::get)),
    write::<ManageCases>("/cases/{id}/steps/{step}", || post(step::handler::post)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("case-sealed", show::View::sample_sealed().render()?),
        ("cases", list::View::sample().render()?),
        ("cases-hand-over", hand_over::View::sample().render()?),
        ("cases-hand-over-without", hand_over::View::sample_without().render()?),
        ("case", show::View::sample().render()?),
        ("case-step", step::View::sample().render()?),
        ("case-step-missing", step::View::sample_missing().render()?),
        ("needed", needed::View::sample().render()?),
    ])
}
