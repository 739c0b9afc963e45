//! The force's documents, their clauses, and what a change of them would do.

pub mod changes;
pub mod clause;
pub mod explain;
pub mod list;
pub mod show;

/// The link to a clause's page.
#[must_use]
pub fn clause_crumb(id: &str) -> crate::shell::Crumb {
    crate::shell::Crumb::new(format!("/clauses/{}", crate::parts::listing::percent(id)), id)
}

/// A flag of the editor's notes: a contradiction, a gap, something stale.
#[derive(Debug, Clone)]
pub struct Flag {
    /// Its name, such as `F6`.
    pub flag: String,
    /// What it says.
    pub text: String,
    /// The clauses it speaks of; empty for the whole document.
    pub clauses: Vec<crate::shell::Crumb>,
}
