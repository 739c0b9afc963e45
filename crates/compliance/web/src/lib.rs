//! Pages of the rules: documents, clauses, their outcomes, the explanation of a finding, and the effects of a change.

pub mod changes;
pub mod clause;
pub mod explain;
pub mod figures;
pub mod list;
pub mod show;

use askama::Template;
use axum::routing::get;
use kernel::access::{SeeFindings, SeePolicy};

use web_shell::routes::{Route, read};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeFindings>("/devices/{id}/clauses/{clause}", || get(explain::handler::of_device)),
    read::<SeeFindings>("/people/{id}/clauses/{clause}", || get(explain::handler::of_person)),
    read::<SeePolicy>("/documents", || get(list::handler::list)),
    read::<SeePolicy>("/documents/{id}", || get(show::handler::get)),
    read::<SeeFindings>("/documents/{id}/clauses/{clause}", || get(explain::handler::of_document)),
    read::<SeePolicy>("/clauses/{id}", || get(clause::handler::get)),
    read::<SeePolicy>("/policy/changes", || get(changes::handler::changes)),
];

/// Renders every page with made-up data, for the gallery and the tests.
///
/// # Errors
/// Returns an error if a template cannot be rendered, which no data in a view can cause.
pub fn samples() -> askama::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("documents", list::View::sample().render()?),
        ("document", show::View::sample().render()?),
        ("clause", clause::View::sample().render()?),
        ("clause-withheld", clause::View::sample_withheld().render()?),
        ("changes", changes::View::sample().render()?),
        ("explain", explain::View::sample().render()?),
        ("explain-not-known", explain::View::sample_not_known().render()?),
    ])
}

/// A note of the editor: a contradiction, a gap, something out of date.
#[derive(Debug, Clone)]
pub struct Flag {
    /// Its name, such as `F6`.
    pub flag: String,
    /// The text of the note.
    pub text: String,
    /// The clauses it is about; empty for the whole document.
    pub clauses: Vec<web_shell::frame::Crumb>,
}
