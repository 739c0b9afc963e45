//! Defines the wording of the terms as it is shown, and the ways of showing it.

use policy::{Clause, Document, Library};
use serde::{Deserialize, Serialize};
use store::terms::TermsClauses;
use store::{Tx, terms};

use kernel::AppError;

/// A clause as it was shown to the person who accepted it. Stored with each version: add fields, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownClause {
    /// Number and title of its section.
    pub section: String,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its text; `None` where it is withheld and was not shown.
    pub text: Option<String>,
    /// Whether it was to be agreed to, not only to be known.
    pub terms: bool,
}

/// Returns the heading of the section that a clause belongs to.
pub(crate) fn section_title(document: &Document, clause: &Clause) -> String {
    let section = document.sections.iter().find(|section| Some(&section.number) == clause.section.as_ref());
    section.map_or_else(|| document.title.clone(), |section| format!("{} {}", section.number, section.title))
}

/// Returns the wording of the given clauses of a document, in the order of the document.
pub(crate) fn text_of(library: &Library, document: &Document, clauses: &TermsClauses) -> Vec<ShownClause> {
    library
        .clauses_in(&document.id)
        .filter(|clause| clauses.contains_key(clause.id.as_str()))
        .map(|clause| ShownClause {
            section: section_title(document, clause),
            id: clause.id.to_string(),
            title: clause.title.clone(),
            text: (!clause.withheld).then(|| clause.text.clone()),
            terms: clause.acceptances().any(|kind| kind == policy::AcceptanceKind::Terms),
        })
        .collect()
}

/// Returns the wording of a version as it was shown; empty for a version from before wordings were stored.
pub(crate) fn kept_text(
    tx: &mut Tx<'_>,
    document: &str,
    digest: &str,
) -> Result<Option<Vec<ShownClause>>, AppError> {
    let Some((text, _)) = terms::shown(tx, document, digest)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| AppError::fault(&error))
}

/// The ways of showing the terms: the word that a form sends, and the text stored with an acceptance. Nobody is asked
/// why they need one, and no reason is stored.
const WAYS: [(&str, &str); 6] = [
    ("page", "on a page"),
    ("large-print", "in large print"),
    ("read-aloud", "read aloud"),
    ("paper", "on paper"),
    ("interpreter", "with an interpreter"),
    ("more-time", "on a page, with more time"),
];

/// Lists every way of showing, as a word for forms and its description.
#[must_use]
pub const fn shown_words() -> &'static [(&'static str, &'static str)] {
    &WAYS
}

/// Returns the description of a way of showing; `None` for an unknown word.
pub(crate) fn way(word: &str) -> Option<&'static str> {
    WAYS.iter().find(|(known, _)| *known == word).map(|(_, means)| *means)
}
