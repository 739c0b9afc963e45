//! Pages of off-duty use: one's own sign-ins, and the month by unit.

pub mod month;
pub mod own;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{AcceptOwn, ReviewOffDuty, SeeOwn};

use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<ReviewOffDuty>("/duty/sign-ins", || get(month::handler::sign_ins)),
    read::<SeeOwn>("/me/off-duty", || get(own::handler::own_sign_ins)),
    write::<AcceptOwn>("/me/off-duty", || post(own::handler::state)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("duty-sign-ins", month::View::sample().render()?),
        ("own-sign-ins", own::View::sample().render()?),
    ])
}
