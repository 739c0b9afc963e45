//! Pages of the ledger: its entries, one entry with its proof, the export.

pub mod entries;
pub mod entry;

use askama::Template;
use axum::routing::get;
use kernel::access::SeeLedger;

use web_shell::routes::{Route, read};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeLedger>("/ledger", || get(entries::handler::get)),
    read::<SeeLedger>("/ledger.csv", || get(entries::handler::csv)),
    read::<SeeLedger>("/ledger/export", || get(entries::handler::export)),
    read::<SeeLedger>("/ledger/{id}", || get(entry::handler::entry)),
    read::<SeeLedger>("/ledger/{id}/proof", || get(entry::handler::proof)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("ledger", entries::View::sample().render()?),
        ("ledger-entry", entry::View::sample().render()?),
        ("ledger-entry-waiting", entry::View::sample_waiting().render()?),
        ("ledger-empty", entries::View::sample_empty().render()?),
    ])
}
