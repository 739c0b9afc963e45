//! The documents in force, and one of them clause by clause.

use std::collections::BTreeMap;

use domain::{ClauseId, Timestamp};
use policy::{Document, Library};

use super::tally::{self, Tally};
use kernel::access::{Permit, SeeFindings, SeePolicy};
use kernel::{App, AppError, access};
pub use policy::PartKind;

/// One document of a list.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    /// The document as its file says it.
    pub document: Document,
    /// Days by which its review is overdue.
    pub overdue_days: Option<i64>,
    /// How many clauses it has.
    pub clauses: u64,
    /// How many of them no system can keep, so that they have no outcome.
    pub unkept: u64,
    /// Its clauses by their own outcome; `None` for who may not see findings.
    pub standing: Option<Tally>,
}

/// One document.
#[derive(Debug, Clone)]
pub struct DocumentRead {
    /// What a list shows.
    pub row: DocumentRow,
    /// Its clauses in the order of the paper.
    pub clauses: Vec<ClauseRow>,
}

/// One clause of a list.
#[derive(Debug, Clone)]
pub struct ClauseRow {
    /// Its id.
    pub id: ClauseId,
    /// Its title.
    pub title: String,
    /// The number of its section.
    pub section: Option<String>,
    /// Must, should, may, must not, states.
    pub modality: &'static str,
    /// How it is kept, in words of the format.
    pub kept_by: Vec<&'static str>,
    /// Flags of the editor's notes that name it.
    pub flags: Vec<String>,
    /// Its findings; `None` for who may not see them.
    pub findings: Option<Tally>,
}

/// Lists the documents of a policy with how they stand at `now`.
pub fn rows(
    library: &Library,
    by_clause: Option<&BTreeMap<String, Tally>>,
    now: Timestamp,
) -> Vec<DocumentRow> {
    library.documents.iter().map(|document| row(library, document, by_clause, now)).collect()
}

fn row(
    library: &Library,
    document: &Document,
    by_clause: Option<&BTreeMap<String, Tally>>,
    now: Timestamp,
) -> DocumentRow {
    let clauses = || library.clauses_in(&document.id);
    DocumentRow {
        document: document.clone(),
        overdue_days: document.review_overdue_days(now),
        clauses: as_count(clauses().count()),
        unkept: as_count(clauses().filter(|clause| !tally::is_judged(clause)).count()),
        standing: by_clause.map(|by_clause| tally::of_document(clauses(), by_clause)),
    }
}

fn as_count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The documents in force.
///
/// # Errors
/// Only where the database does not answer.
pub async fn documents(app: &App, permit: Permit<SeePolicy>) -> Result<Vec<DocumentRow>, AppError> {
    let by_clause = findings_by_clause(app, &permit).await?;
    Ok(rows(app.policy().library(), by_clause.as_ref(), app.world().now()))
}

/// One document.
///
/// # Errors
/// [`AppError::NotFound`] where there is none of that id.
pub async fn document(app: &App, permit: Permit<SeePolicy>, id: &str) -> Result<DocumentRead, AppError> {
    let by_clause = findings_by_clause(app, &permit).await?;
    let policy = app.policy();
    let library = policy.library();
    let document = library.document(id).ok_or_else(|| AppError::not_found("document", id))?;
    let clauses = library
        .clauses_in(id)
        .map(|clause| ClauseRow {
            id: clause.id.clone(),
            title: clause.title.clone(),
            section: clause.section.clone(),
            modality: clause.modality.title(),
            kept_by: clause.kept_words(),
            flags: library.notes_on(clause).map(|note| note.flag.clone()).collect(),
            findings: by_clause.as_ref().map(|by_clause| tally::tally_of(by_clause, &clause.id)),
        })
        .collect();
    Ok(DocumentRead { row: row(library, document, by_clause.as_ref(), app.world().now()), clauses })
}

async fn findings_by_clause(
    app: &App,
    permit: &Permit<SeePolicy>,
) -> Result<Option<BTreeMap<String, Tally>>, AppError> {
    if access::permit::<SeeFindings>(permit.actor()).is_err() {
        return Ok(None);
    }
    let force = permit.scope().force();
    app.store().read(move |tx| tally::by_clause(tx, force)).await.map(Some)
}
