//! How the people of each force stand to the terms: for the desk, and for whoever owns a document.
//!
//! How questions were answered is shown of a clause and never of a person, and only once enough people have answered that
//! nobody can be picked out.

use domain::Timestamp;
use store::terms::{self, Version};
use store::terms_asked::{self, StandingFilter, StandingLine, StandingTally};

use kernel::access::{Permit, SeePeople};
use kernel::{App, AppError};

/// Versions that a document's part shows.
const VERSIONS: u32 = 5;
/// Questions that a document's part shows: those most often answered otherwise than the clause says.
const QUESTIONS: usize = 5;
/// People who must have answered a question before anything is shown of it.
const ENOUGH: i64 = 5;

/// One document and how people stand to it.
#[derive(Debug, Clone)]
pub struct TermsDocument {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// How many clauses are to be accepted, and how many to be known.
    pub clauses: (usize, usize),
    /// How the people of each force stand.
    pub forces: Vec<StandingTally>,
    /// Versions that anybody accepted, newest first.
    pub versions: Vec<Version>,
    /// Questions most often answered otherwise than the clause says.
    pub questions: Vec<QuestionRead>,
}

/// How a clause's question was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRead {
    /// The clause.
    pub clause: String,
    /// The question.
    pub text: String,
    /// How many answered it.
    pub people: u64,
    /// How many of them needed more than one try.
    pub again: u64,
}

/// The documents with terms, and how people stand to each.
///
/// # Errors
/// Only where the database does not answer.
pub async fn terms_documents(app: &App, permit: Permit<SeePeople>) -> Result<Vec<TermsDocument>, AppError> {
    let (app, now, force) = (app.clone(), app.world().now(), permit.scope().force());
    app.clone()
        .store()
        .read(move |tx| {
            let policy = app.policy();
            let tally = terms_asked::tally(tx, force, now)?;
            let answers = terms_asked::answer_tally(tx, force)?;
            let mut all = Vec::new();
            for (id, current) in policy.all_terms() {
                let Some(document) = policy.library().document(id) else { continue };
                let to_accept = current.asked.iter().filter(|clause| clause.terms).count();
                all.push(TermsDocument {
                    id: id.clone(),
                    title: document.title.clone(),
                    version: document.version.clone(),
                    clauses: (to_accept, current.asked.len().saturating_sub(to_accept)),
                    forces: tally.iter().filter(|line| line.document == *id).cloned().collect(),
                    versions: terms::versions(tx, id, force, VERSIONS)?,
                    questions: questions(policy.library(), id, &answers),
                });
            }
            Ok(all)
        })
        .await
}

/// Up to `limit` lines of who stands how to which document, in order of name, as far as the reader's force reaches.
///
/// # Errors
/// Only where the database does not answer.
pub async fn terms_lines(
    app: &App,
    permit: Permit<SeePeople>,
    mut filter: StandingFilter,
    limit: u32,
) -> Result<Vec<StandingLine>, AppError> {
    filter.force = match (permit.scope().force(), filter.force) {
        (Some(own), Some(asked)) if own != asked => return Ok(Vec::new()),
        (own, asked) => own.or(asked),
    };
    let now: Timestamp = app.world().now();
    app.store().read(move |tx| Ok(terms_asked::list(tx, &filter, now, limit)?)).await
}

/// The questions of a document that most people had to look at again, of those that enough people answered.
fn questions(
    library: &policy::Library,
    document: &str,
    answers: &[terms_asked::AnswerTally],
) -> Vec<QuestionRead> {
    let mut all: Vec<QuestionRead> = library
        .clauses_in(document)
        .flat_map(|clause| clause.questions().map(move |question| (clause, question)))
        .filter_map(|(clause, question)| {
            let (id, wording) = (clause.id.as_str(), clause.wording_digest());
            let tally = answers.iter().find(|tally| tally.clause == id && tally.wording == wording)?;
            (tally.people >= ENOUGH && tally.again > 0).then(|| QuestionRead {
                clause: id.to_owned(),
                text: question.text.clone(),
                people: tally.people.unsigned_abs(),
                again: tally.again.unsigned_abs(),
            })
        })
        .collect();
    all.sort_by_key(|question| {
        std::cmp::Reverse(question.again.saturating_mul(1000).checked_div(question.people))
    });
    all.truncate(QUESTIONS);
    all
}
