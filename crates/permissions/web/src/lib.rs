//! Pages of permissions and exceptions: the registers, their entries, asking, deciding, one's own.

pub mod ask;
pub mod decide;
pub mod entry;
pub mod index;
pub mod list;
pub mod mention;
pub mod own;
pub mod setting;
pub mod show;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{AskPermission, DecidePermission, SeeRegisters};

use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<AskPermission>("/permissions", || get(own::handler::own)),
    read::<SeeRegisters>("/registers", || get(index::handler::index)),
    read::<SeeRegisters>("/registers/entries", || get(list::handler::list)),
    read::<SeeRegisters>("/registers/entries.csv", || get(list::handler::csv)),
    read::<SeeRegisters>("/registers/{id}", || get(show::handler::get)),
    read::<AskPermission>("/registers/{id}/ask", || get(ask::handler::ask)),
    write::<AskPermission>("/registers/{id}/ask", || post(ask::handler::asked)),
    read::<SeeRegisters>("/entries/{id}", || get(entry::handler::entry)),
    read::<DecidePermission>("/entries/{id}/decide", || get(decide::handler::decide)),
    write::<DecidePermission>("/entries/{id}/decide", || post(decide::handler::decided)),
    write::<AskPermission>("/entries/{id}/end", || post(entry::handler::end)),
    write::<DecidePermission>("/entries/{id}/review", || post(entry::handler::review)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("registers", index::View::sample().render()?),
        ("register", show::View::sample().render()?),
        ("register-entries", list::View::sample().render()?),
        ("register-ask", ask::View::sample().render()?),
        ("register-ask-refused", ask::View::sample_refused().render()?),
        ("register-entry", entry::View::sample().render()?),
        ("register-entry-asked", entry::View::sample_asked().render()?),
        ("register-decide", decide::View::sample().render()?),
        ("register-decide-refused", decide::View::sample_refused().render()?),
        ("permissions", own::View::sample().render()?),
    ])
}

/// Returns the colour of a state's tag; the words alone are enough to understand it.
#[must_use]
pub fn colour(state: &str) -> &'static str {
    match state {
        "In force" => "green",
        "Asked for" | "One of two agreed" | "Granted, not begun" => "yellow",
        "Refused" => "red",
        _ => "lan-plain",
    }
}
