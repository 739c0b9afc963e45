//! Lists the documents in force, and reads one of them clause by clause.

use std::collections::BTreeMap;

use domain::{CaseId, ClauseId};
use policy::{Document, Library};
use store::Tx;

use super::standing::{self, ClauseState, Standing};
use super::tally::{self, Tally};
use crate::approvals::{self, ForceApproval};
use crate::originals::{self, OriginalRead};
use crate::reviews::{self, ReviewRead};
use kernel::access::{Permit, SeeCases, SeeFindings, SeePolicy};
use kernel::{App, AppError, Work, access};
pub use policy::PartKind;

/// Document in a list.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    /// Document as its file describes it, with the review date that counts: a recorded review moves it.
    pub document: Document,
    /// Days by which its review is overdue.
    pub overdue_days: Option<i64>,
    /// Number of its clauses.
    pub clauses: u64,
    /// Number of its clauses that no system can enforce, so that they have no outcome.
    pub unkept: u64,
    /// Its clauses by how they stand; `None` for readers who may not see findings.
    pub standing: Option<Standing>,
}

/// Document with its clauses.
#[derive(Debug, Clone)]
pub struct DocumentRead {
    /// Row that a list shows.
    pub row: DocumentRow,
    /// Clauses in the order of the paper.
    pub clauses: Vec<ClauseRow>,
    /// Digest of its words, which is what somebody approves.
    pub digest: String,
    /// What each force has approved of it.
    pub approvals: Vec<ForceApproval>,
    /// Its recorded reviews, the last one first.
    pub reviews: Vec<ReviewRead>,
    /// Open cases of its overdue review, with their numbers, for readers who may see cases.
    pub review_cases: Vec<(CaseId, i64)>,
    /// Its original, where its file names one.
    pub original: Option<OriginalRead>,
}

/// Clause in a list.
#[derive(Debug, Clone)]
pub struct ClauseRow {
    /// Id of the clause.
    pub id: ClauseId,
    /// Title of the clause.
    pub title: String,
    /// Number of its section.
    pub section: Option<String>,
    /// Modality: must, should, may, must not, should not, states.
    pub modality: &'static str,
    /// Ways in which it is enforced, in words of the format.
    pub kept_by: Vec<&'static str>,
    /// Flags of the editor's notes that name it.
    pub flags: Vec<String>,
    /// How it stands; `None` for readers who may not see findings.
    pub standing: Option<ClauseStanding>,
}

/// How a clause stands.
#[derive(Debug, Clone)]
pub struct ClauseStanding {
    /// The clause as a whole.
    pub state: ClauseState,
    /// How many of how many, by platform and of people, a sentence each.
    pub says: Vec<String>,
}

/// Lists the documents in force with their state now.
///
/// # Errors
/// Only if the database does not answer.
pub fn rows(
    Work { app, tx, now }: Work<'_, '_>,
    by_clause: Option<&BTreeMap<String, Tally>>,
) -> Result<Vec<DocumentRow>, AppError> {
    let policy = app.policy();
    let library = policy.library();
    let all = library.documents.iter();
    all.map(|document| row(Work { app, tx: &mut *tx, now }, library, document, by_clause)).collect()
}

fn row(
    Work { tx, now, .. }: Work<'_, '_>,
    library: &Library,
    document: &Document,
    by_clause: Option<&BTreeMap<String, Tally>>,
) -> Result<DocumentRow, AppError> {
    let clauses = || library.clauses_in(&document.id);
    let last = reviews::last(tx, &document.id)?;
    let document = reviews::dated(document, last.as_ref());
    Ok(DocumentRow {
        overdue_days: document.review_overdue_days(now),
        clauses: as_count(clauses().count()),
        unkept: as_count(clauses().filter(|clause| !standing::is_judged(clause)).count()),
        standing: by_clause.map(|by_clause| Standing::of_clauses(clauses(), by_clause)),
        document,
    })
}

fn as_count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Lists the documents in force.
///
/// # Errors
/// Only if the database does not answer.
pub async fn documents(app: &App, permit: Permit<SeePolicy>) -> Result<Vec<DocumentRow>, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .read(move |tx| {
            let by_clause = findings_by_clause(tx, &permit)?;
            rows(Work { app: &app, tx, now }, by_clause.as_ref())
        })
        .await
}

/// Reads one document.
///
/// # Errors
/// [`AppError::NotFound`] if there is none with that id.
pub async fn document(app: &App, permit: Permit<SeePolicy>, id: &str) -> Result<DocumentRead, AppError> {
    let (app, now, id) = (app.clone(), app.world().now(), id.to_owned());
    app.clone().store().read(move |tx| document_in(Work { app: &app, tx, now }, &permit, &id)).await
}

fn document_in(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<SeePolicy>,
    id: &str,
) -> Result<DocumentRead, AppError> {
    let by_clause = findings_by_clause(tx, permit)?;
    let policy = app.policy();
    let library = policy.library();
    let document = library.document(id).ok_or_else(|| AppError::not_found("document", id))?;
    let digest = library.document_digest(id).unwrap_or_default();
    let review_cases = match access::permit::<SeeCases>(permit.actor()) {
        Ok(cases) => reviews::open_cases(tx, id, cases.scope().force())?,
        Err(_) => Vec::new(),
    };
    Ok(DocumentRead {
        row: row(Work { app, tx, now }, library, document, by_clause.as_ref())?,
        clauses: clause_rows(library, id, by_clause.as_ref()),
        approvals: approvals::of_document(app, tx, id, &digest)?,
        reviews: reviews::history(tx, id)?,
        review_cases,
        original: originals::of_document(tx, document)?,
        digest,
    })
}

fn clause_rows(
    library: &Library,
    document: &str,
    by_clause: Option<&BTreeMap<String, Tally>>,
) -> Vec<ClauseRow> {
    library
        .clauses_in(document)
        .map(|clause| ClauseRow {
            id: clause.id.clone(),
            title: clause.title.clone(),
            section: clause.section.clone(),
            modality: clause.modality.title(),
            kept_by: clause.kept_words(),
            flags: library.notes_on(clause).map(|note| note.flag.clone()).collect(),
            standing: by_clause.map(|by_clause| {
                let tally = tally::tally_of(by_clause, &clause.id);
                ClauseStanding { state: standing::state(clause, &tally), says: tally::says(clause, &tally) }
            }),
        })
        .collect()
}

fn findings_by_clause(
    tx: &mut Tx<'_>,
    permit: &Permit<SeePolicy>,
) -> Result<Option<BTreeMap<String, Tally>>, AppError> {
    if access::permit::<SeeFindings>(permit.actor()).is_err() {
        return Ok(None);
    }
    tally::by_clause(tx, permit.scope().force()).map(Some)
}
