//! Shows the Service Desk and the owners of documents how many people of each force have accepted the terms.
//!
//! How questions were answered is shown for a clause and never for a person, and only once enough people have
//! answered that nobody can be picked out.

use crate::read::{StandingFilter, StandingLine, StandingTally, TermsVersion};
use domain::Timestamp;
use store::{terms, terms_asked};

use kernel::access::{Permit, SeePeople};
use kernel::{App, AppError};

/// Most versions shown for a document.
const VERSIONS: u32 = 5;
/// Most questions shown for a document: those most often answered wrongly.
const QUESTIONS: usize = 5;
/// Number of people who must have answered a question before anything is shown of it.
const ENOUGH: i64 = 5;

/// One document, with the number of people who have accepted it.
#[derive(Debug, Clone)]
pub struct TermsDocument {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Number of clauses to be accepted, and of clauses to be known.
    pub clauses: (usize, usize),
    /// The figures of each force.
    pub forces: Vec<StandingTally>,
    /// Versions that anybody accepted, newest first.
    pub versions: Vec<TermsVersion>,
    /// The questions most often answered wrongly.
    pub questions: Vec<QuestionRead>,
}

/// The answers to a clause's question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRead {
    /// The clause.
    pub clause: String,
    /// The question.
    pub text: String,
    /// Number of people who answered it.
    pub people: u64,
    /// Number of people who needed more than one try.
    pub again: u64,
}

/// Lists the documents with terms, with the number of people who have accepted each.
///
/// # Errors
/// Only if the database does not answer.
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
                    forces: tally
                        .iter()
                        .filter(|line| line.document == *id)
                        .cloned()
                        .map(StandingTally::from)
                        .collect(),
                    versions: terms::versions(tx, id, force, VERSIONS)?
                        .into_iter()
                        .map(TermsVersion::from)
                        .collect(),
                    questions: questions(policy.library(), id, &answers),
                });
            }
            Ok(all)
        })
        .await
}

/// Lists up to `limit` people with their standing to a document, in order of name, within the reader's force.
///
/// # Errors
/// Only if the database does not answer.
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
    let (now, filter): (Timestamp, _) = (app.world().now(), filter.into());
    app.store()
        .read(move |tx| {
            Ok(terms_asked::list(tx, &filter, now, limit)?.into_iter().map(StandingLine::from).collect())
        })
        .await
}

/// Lists the questions of a document that the largest share of people had to answer again, among those that enough
/// people answered.
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
