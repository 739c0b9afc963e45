//! Lists the documents in force, and reads one of them clause by clause.

use std::collections::BTreeMap;

use domain::{ClauseId, Timestamp};
use policy::{Document, Library};

use super::standing::{self, ClauseState, Standing};
use super::tally::{self, Tally};
use kernel::access::{Permit, SeeFindings, SeePolicy};
use kernel::{App, AppError, access};
pub use policy::PartKind;

/// Document in a list.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    /// Document as its file describes it.
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

/// Lists the documents of a policy with their state at `now`.
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
        unkept: as_count(clauses().filter(|clause| !standing::is_judged(clause)).count()),
        standing: by_clause.map(|by_clause| Standing::of_clauses(clauses(), by_clause)),
    }
}

fn as_count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Lists the documents in force.
///
/// # Errors
/// Only if the database does not answer.
pub async fn documents(app: &App, permit: Permit<SeePolicy>) -> Result<Vec<DocumentRow>, AppError> {
    let by_clause = findings_by_clause(app, &permit).await?;
    Ok(rows(app.policy().library(), by_clause.as_ref(), app.world().now()))
}

/// Reads one document.
///
/// # Errors
/// [`AppError::NotFound`] if there is none with that id.
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
            standing: by_clause.as_ref().map(|by_clause| {
                let tally = tally::tally_of(by_clause, &clause.id);
                ClauseStanding { state: standing::state(clause, &tally), says: tally::says(clause, &tally) }
            }),
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
