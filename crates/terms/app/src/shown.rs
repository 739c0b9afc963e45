//! The wording of the terms as it is shown, and the ways of showing it.

use policy::{Clause, Document, Library};
use serde::{Deserialize, Serialize};
use store::terms::TermsClauses;
use store::{Tx, terms};

use kernel::AppError;

/// A clause as it was shown to whoever accepted it. Kept with each version: add to it, never rename.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownClause {
    /// Number and title of its section.
    pub section: String,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its text; `None` where it is withheld, and its text was not shown.
    pub text: Option<String>,
    /// It was to be agreed to, not only to be known.
    pub terms: bool,
}

/// The heading under which a clause stands.
pub(crate) fn section_title(document: &Document, clause: &Clause) -> String {
    let section = document.sections.iter().find(|section| Some(&section.number) == clause.section.as_ref());
    section.map_or_else(|| document.title.clone(), |section| format!("{} {}", section.number, section.title))
}

/// The wording of those clauses of a document, in the order of the paper.
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

/// The wording of a version as it was shown; empty for a version from before wordings were kept.
pub(crate) fn kept_text(
    tx: &mut Tx<'_>,
    document: &str,
    digest: &str,
) -> Result<Option<Vec<ShownClause>>, AppError> {
    let Some((text, _)) = terms::shown(tx, document, digest)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| AppError::fault(&error))
}

/// The ways of showing the terms: the word that a form sends, and what an acceptance keeps. Why somebody needs one is
/// asked nowhere and kept nowhere.
const WAYS: [(&str, &str); 6] = [
    ("page", "on a page"),
    ("large-print", "in large print"),
    ("read-aloud", "read aloud"),
    ("paper", "on paper"),
    ("interpreter", "with an interpreter"),
    ("more-time", "on a page, with more time"),
];

/// Every way of showing, as words of forms with what they mean.
#[must_use]
pub const fn shown_words() -> &'static [(&'static str, &'static str)] {
    &WAYS
}

/// What a way of showing means; `None` for a word that is none.
pub(crate) fn way(word: &str) -> Option<&'static str> {
    WAYS.iter().find(|(known, _)| *known == word).map(|(_, means)| *means)
}
