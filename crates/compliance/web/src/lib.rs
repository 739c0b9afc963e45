//! Pages of the rules: documents, clauses, their outcomes, the explanation of a finding, and the effects of a change.

pub mod changes;
pub mod clause;
pub mod explain;
pub mod figures;
pub mod list;
pub mod show;

use askama::Template;
use axum::routing::{get, post};
use kernel::access::{ApproveDocuments, ChangePolicy, ConfirmPolicy, KeepDocuments, SeeFindings, SeePolicy};

use web_shell::routes::{Route, read, write};

/// The addresses of these pages.
pub const ROUTES: &[Route] = &[
    read::<SeeFindings>("/devices/{id}/clauses/{clause}", || get(explain::handler::of_device)),
    read::<SeeFindings>("/people/{id}/clauses/{clause}", || get(explain::handler::of_person)),
    read::<SeePolicy>("/documents", || get(list::handler::list)),
    read::<SeePolicy>("/documents/{id}", || get(show::handler::get)),
    read::<SeeFindings>("/documents/{id}/clauses/{clause}", || get(explain::handler::of_document)),
    read::<SeePolicy>("/clauses/{id}", || get(clause::handler::get)),
    write::<ApproveDocuments>("/documents/{id}/approve", || post(show::act::approve)),
    write::<KeepDocuments>("/documents/{id}/review", || post(show::act::review)),
    write::<KeepDocuments>("/documents/{id}/original", || post(show::act::original)),
    read::<SeePolicy>("/policy/changes", || get(changes::handler::changes)),
    write::<ChangePolicy>("/policy/changes/ask", || post(changes::waiting::ask)),
    write::<ConfirmPolicy>("/policy/changes/confirm", || post(changes::waiting::confirm)),
    write::<ChangePolicy>("/policy/changes/withdraw", || post(changes::waiting::withdraw)),
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
