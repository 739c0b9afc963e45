//! The parts that every page shares: the frame, the session, forms and lists, imports of files, the table of addresses.
//!
//! A page is one folder in the `web` crate of its capability: `mod.rs` holds its view and a sample, `page.html` its template,
//! `handler.rs` the functions that answer its requests. Each such crate lists its addresses (`ROUTES`) and samples; the crate
//! `web` joins them and builds the router.
//!
//! Not here: any page of a capability, and any decision (`kernel` and the `app` crates make them).

// Templates of other crates extend the ones here, and refer to this crate by name.
extern crate self as web_shell;

pub mod accessibility;
pub mod answer;
pub mod assets;
pub mod browser;
pub mod clock;
pub mod csv;
pub mod filters;
pub mod flash;
pub mod format;
pub mod frame;
pub mod imports;
pub mod kept;
pub mod limits;
pub mod links;
pub mod parts;
pub mod problem;
pub mod routes;
pub mod security_headers;
pub mod serving;
pub mod session;
pub mod site;

use askama::Template;
use axum::http::StatusCode;
use axum::routing::get;

use crate::routes::{Route, open};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    open("GET", "/accessibility", || get(accessibility::handler::accessibility)),
    open("GET", "/assets/{name}", || get(assets::serve)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("not-found", crate::problem::View::sample(StatusCode::NOT_FOUND).render()?),
        ("forbidden", crate::problem::View::sample(StatusCode::FORBIDDEN).render()?),
        ("not-taken", crate::problem::View::sample(StatusCode::UNPROCESSABLE_ENTITY).render()?),
        ("too-many", crate::problem::View::sample(StatusCode::TOO_MANY_REQUESTS).render()?),
        ("went-wrong", crate::problem::View::sample(StatusCode::INTERNAL_SERVER_ERROR).render()?),
        ("accessibility", crate::accessibility::View::sample().render()?),
    ])
}
