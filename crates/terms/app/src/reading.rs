//! Lets a person read the terms a section at a time, with a question here and there to check that the text is clear.
//!
//! A section that was read stays read: somebody who is interrupted continues where they were, on another device too,
//! and a change of one section leaves the others read. Reading is not an act, so it is not in the ledger; the
//! acceptance is, with the number of tries that each question took.

use std::collections::BTreeMap;

use domain::PersonId;
use policy::{Clause, Document, Library};
use serde_json::json;
use store::people::Person;
use store::terms::TermsClauses;
use store::{Tx, terms_asked};

use super::Accepted;
use super::accept::own_person;
use super::shown::section_title;
use kernel::access::{AcceptOwn, Permit};
use kernel::policy_in_force::About;
use kernel::{App, AppError, Work, digest_hex};

/// A section of a document, with the clauses that concern one person.
#[derive(Debug, Clone)]
pub(crate) struct Section<'a> {
    /// Number and title.
    pub(crate) title: String,
    /// Digest over its clauses and their wording.
    pub(crate) digest: String,
    /// Its clauses, each with the digest of its wording.
    pub(crate) clauses: Vec<(&'a Clause, String)>,
}

impl<'a> Section<'a> {
    /// Lists the clauses that are not accepted in this wording.
    pub(crate) fn open(&self, accepted: &Accepted) -> impl Iterator<Item = &'a Clause> {
        self.clauses
            .iter()
            .filter(|(clause, wording)| accepted.at(clause.id.as_str(), wording).is_none())
            .map(|(clause, _)| *clause)
    }
}

/// Lists the sections of a document's terms that a person is offered, in the order of the document.
pub(crate) fn sections<'a>(
    library: &'a Library,
    document: &'a Document,
    clauses: &TermsClauses,
) -> Vec<Section<'a>> {
    let mut all: Vec<Section<'a>> = Vec::new();
    for clause in library.clauses_in(&document.id) {
        let Some(wording) = clauses.get(clause.id.as_str()) else { continue };
        let title = section_title(document, clause);
        match all.last_mut() {
            Some(last) if last.title == title => last.clauses.push((clause, wording.clone())),
            _ => all.push(Section { title, digest: String::new(), clauses: vec![(clause, wording.clone())] }),
        }
    }
    for section in &mut all {
        let wordings: Vec<(&str, &str)> =
            section.clauses.iter().map(|(clause, wording)| (clause.id.as_str(), wording.as_str())).collect();
        section.digest = digest_hex(json!(wordings).to_string().as_bytes());
    }
    all
}

/// The fault of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No answer was given.
    Missing,
    /// The answer is not what the clause says.
    NotSo,
}

/// An answer that has to be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerFault {
    /// The clause that the question is about.
    pub clause: String,
    /// The fault.
    pub fault: Fault,
}

/// Marks a section as read by the signed-in person, once its questions are answered; `answers` has the index of the
/// chosen answer for each clause. Returns the answers that have to be given again; where there are none, the section
/// is read.
///
/// # Errors
/// [`AppError::Invalid`] for `section` where its wording has changed since the page was made.
pub async fn read_section(
    app: &App,
    permit: Permit<AcceptOwn>,
    document: &str,
    section: &str,
    answers: BTreeMap<String, Option<usize>>,
) -> Result<Vec<AnswerFault>, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    let (document, section) = (document.to_owned(), section.to_owned());
    app.clone()
        .store()
        .write(move |tx| {
            let person = own_person(tx, permit.actor().person)?;
            let policy = app.policy();
            let library = policy.library();
            let (Some(document), Some(terms)) = (library.document(&document), policy.terms(&document)) else {
                return Err(AppError::not_found("document with terms", &document));
            };
            let (_, clauses) = terms.offered(&crate::standing::about(tx, &person)?);
            let all = sections(library, document, &clauses);
            let Some(found) = all.iter().find(|known| known.digest == section) else {
                return Err(AppError::invalid(
                    "section",
                    "this section changed while the page was open: read it again below",
                ));
            };
            let accepted = Accepted::of(tx, person.id)?;
            let work = Work { app: &app, tx, now };
            let faults = mark(work, person.id, found, &accepted, &answers)?;
            if faults.is_empty() {
                terms_asked::set_read(tx, person.id, &found.digest, now)?;
            }
            Ok(faults)
        })
        .await
}

/// Lists the titles of the sections that a person still has to read before they can accept a document.
pub(super) fn unread(
    app: &App,
    tx: &mut Tx<'_>,
    person: &Person,
    document: &str,
) -> Result<Vec<String>, AppError> {
    let policy = app.policy();
    let (Some(document), Some(terms)) = (policy.library().document(document), policy.terms(document)) else {
        return Err(AppError::not_found("document with terms", document));
    };
    let about: About = crate::standing::about(tx, person)?;
    let (_, clauses) = terms.offered(&about);
    let (accepted, read) = (Accepted::of(tx, person.id)?, terms_asked::read_by(tx, person.id)?);
    Ok(sections(policy.library(), document, &clauses)
        .into_iter()
        .filter(|section| section.open(&accepted).next().is_some() && !read.contains(&section.digest))
        .map(|section| section.title)
        .collect())
}

/// Counts the tries that the questions on those clauses took.
pub(super) fn tries(
    tx: &mut Tx<'_>,
    person: PersonId,
    clauses: &TermsClauses,
) -> Result<BTreeMap<String, i64>, AppError> {
    let answers = terms_asked::answers_of(tx, person)?;
    Ok(answers
        .into_iter()
        .filter(|(clause, wording, _)| clauses.get(clause) == Some(wording))
        .map(|(clause, _, tries)| (clause, tries))
        .collect())
}

/// Checks the answers on clauses that are not accepted yet, and counts each answer given.
fn mark(
    Work { tx, now, .. }: Work<'_, '_>,
    person: PersonId,
    section: &Section<'_>,
    accepted: &Accepted,
    answers: &BTreeMap<String, Option<usize>>,
) -> Result<Vec<AnswerFault>, AppError> {
    let mut faults = Vec::new();
    for clause in section.open(accepted) {
        for question in clause.questions() {
            let id = clause.id.as_str();
            let Some(answer) = answers.get(id).copied().flatten() else {
                faults.push(AnswerFault { clause: id.to_owned(), fault: Fault::Missing });
                continue;
            };
            let right = answer == question.correct;
            terms_asked::add_answer(tx, person, id, &clause.wording_digest(), right.then_some(now))?;
            if !right {
                faults.push(AnswerFault { clause: id.to_owned(), fault: Fault::NotSo });
            }
        }
    }
    Ok(faults)
}
