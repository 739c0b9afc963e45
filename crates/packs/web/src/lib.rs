//! Pages that make packs of proven findings.

pub mod make;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::SeeLedger;

use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeLedger>("/packs", || get(make::handler::form)),
    write::<SeeLedger>("/packs", || post(make::handler::download)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("packs", make::View::sample().render()?),
        ("packs-errors", make::View::sample_errors().render()?),
    ])
}
