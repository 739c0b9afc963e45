//! Shows one person the terms: what they are asked to accept, section by section, what changed, and what they accepted before.

use std::collections::BTreeSet;

use domain::{ClauseId, PersonId, Timestamp};
use policy::{Clause, Document};
use store::terms::{Acceptance, TermsClauses};
use store::{Tx, people, terms, terms_asked};

use crate::reading::{Section, sections};
use crate::{Accepted, ShownClause, kept_text, text_of};
use kernel::access::{Permit, RecordAcceptance, SeeOwn, SeePeople};
use kernel::named::NamedPerson;
use kernel::policy_in_force::Terms;
use kernel::{App, AppError};
use store::people::Person;

mod views;
pub use views::{AcceptanceView, StandingFilter, StandingLine, StandingTally, StandingView, TermsVersion};

/// A version of a document's terms, as it concerns one person.
#[derive(Debug, Clone)]
pub struct AcceptanceRead {
    /// The document: id and title.
    pub document: (String, String),
    /// The version: the document's own, or the start of its digest where it is superseded.
    pub version: String,
    /// Digest of exactly the terms that are asked, or were accepted.
    pub digest: String,
    /// Whether it is the version in force.
    pub current: bool,
    /// The time of the acceptance.
    pub at: Option<Timestamp>,
    /// The way it was shown, where they accepted it.
    pub shown: Option<String>,
    /// Whether the person has to accept any of it: somebody without a device may accept the terms that come with one,
    /// and need not.
    pub asked: bool,
}

/// The terms of one document, for one person.
#[derive(Debug, Clone)]
pub struct TermsRead {
    /// The person.
    pub person: NamedPerson,
    /// The document.
    pub document: Document,
    /// Digest of exactly these terms.
    pub digest: String,
    /// The changes since the person last accepted; empty for a first time.
    pub changes: Vec<WordingChange>,
    /// The sections in the order of the document.
    pub sections: Vec<SectionRead>,
    /// The time of the last acceptance of these terms; `None` while anything is missing.
    pub accepted_at: Option<Timestamp>,
    /// The period in which they are asked, where anything is asked of them.
    pub standing: Option<StandingView>,
}

/// A section of the terms.
#[derive(Debug, Clone)]
pub struct SectionRead {
    /// Number and title.
    pub title: String,
    /// Digest over its clauses and their wording.
    pub digest: String,
    /// Its clauses.
    pub clauses: Vec<ClauseToRead>,
    /// Questions on clauses that are not accepted yet.
    pub asked: Vec<Asked>,
    /// Whether any clause in it is not accepted yet.
    pub open: bool,
    /// Whether the person has read it and answered its questions.
    pub read: bool,
}

/// A clause to be read.
#[derive(Debug, Clone)]
pub struct ClauseToRead {
    /// Its id.
    pub id: ClauseId,
    /// Its title.
    pub title: String,
    /// Its text; `None` where it is withheld.
    pub text: Option<String>,
    /// Whether the person accepted it in this wording.
    pub accepted: bool,
}

/// A clause that differs from what the person last accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordingChange {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The kind of change: `new`, `changed`, `gone`.
    pub what: &'static str,
    /// The text accepted before, where it was shown and is stored.
    pub before: Option<String>,
    /// The text now, where it may be shown.
    pub after: Option<String>,
}

/// A question on the text.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The clause that it is about.
    pub clause: ClauseId,
    /// The question.
    pub text: String,
    /// The answers.
    pub answers: Vec<String>,
    /// The index of the right one.
    pub correct: usize,
}

/// Terms exactly as they were accepted.
#[derive(Debug, Clone)]
pub struct AcceptedRead {
    /// The person who accepted.
    pub person: NamedPerson,
    /// The document: id and title.
    pub document: (String, String),
    /// The acceptance.
    pub acceptance: AcceptanceView,
    /// The wording as it was shown; `None` where it was accepted before wordings were stored.
    pub text: Option<Vec<ShownClause>>,
}

/// Returns the terms of a document, to be accepted on behalf of a person.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown person, or a document without terms.
pub async fn terms_for(
    app: &App,
    permit: Permit<RecordAcceptance>,
    person: PersonId,
    document: &str,
) -> Result<TermsRead, AppError> {
    let (app, document) = (app.clone(), document.to_owned());
    app.clone()
        .store()
        .read(move |tx| {
            let found = people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
            permit.reaches(found.force)?;
            terms_read(&app, tx, found, &document)
        })
        .await
}

/// Returns the terms of a document for the signed-in person; `None` for somebody who is not in the register of
/// people.
///
/// # Errors
/// [`AppError::NotFound`] for a document without terms.
pub async fn own_terms(
    app: &App,
    permit: Permit<SeeOwn>,
    document: &str,
) -> Result<Option<TermsRead>, AppError> {
    let (app, document, person) = (app.clone(), document.to_owned(), permit.actor().person);
    app.clone()
        .store()
        .read(move |tx| match on_the_books(tx, person)? {
            Some(person) => terms_read(&app, tx, person, &document).map(Some),
            None => Ok(None),
        })
        .await
}

/// Returns what a person accepted, exactly as it was shown. `version` is the digest of the version, or empty for the
/// latest.
///
/// # Errors
/// [`AppError::NotFound`] where they did not accept it; [`AppError::Denied`] for another force.
pub async fn accepted_terms(
    app: &App,
    permit: Permit<SeePeople>,
    person: PersonId,
    document: &str,
    version: &str,
) -> Result<AcceptedRead, AppError> {
    let (app, document, version) = (app.clone(), document.to_owned(), version.to_owned());
    app.clone()
        .store()
        .read(move |tx| {
            let found = people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
            permit.reaches(found.force)?;
            accepted_read(&app, tx, found, &document, &version)
        })
        .await
}

/// Returns what the signed-in person accepted, as [`accepted_terms`] does; `None` for somebody who is not in the
/// register of people.
///
/// # Errors
/// As [`accepted_terms`].
pub async fn own_accepted_terms(
    app: &App,
    permit: Permit<SeeOwn>,
    document: &str,
    version: &str,
) -> Result<Option<AcceptedRead>, AppError> {
    let (app, document, version) = (app.clone(), document.to_owned(), version.to_owned());
    app.clone()
        .store()
        .read(move |tx| match on_the_books(tx, permit.actor().person)? {
            Some(person) => accepted_read(&app, tx, person, &document, &version).map(Some),
            None => Ok(None),
        })
        .await
}

fn accepted_read(
    app: &App,
    tx: &mut Tx<'_>,
    person: Person,
    document: &str,
    version: &str,
) -> Result<AcceptedRead, AppError> {
    let acceptance = terms::of_person(tx, person.id)?
        .into_iter()
        .find(|old| old.document == document && (version.is_empty() || old.terms_digest == version))
        .ok_or_else(|| AppError::not_found("acceptance of", document))?;
    let text = kept_text(tx, document, &acceptance.terms_digest)?;
    let policy = app.policy();
    let title = policy.library().document(document).map(|document| document.title.clone());
    Ok(AcceptedRead {
        document: (document.to_owned(), title.unwrap_or_else(|| document.to_owned())),
        text: text.filter(|text| !text.is_empty()),
        acceptance: acceptance.into(),
        person: person.into(),
    })
}

fn terms_read(app: &App, tx: &mut Tx<'_>, person: Person, id: &str) -> Result<TermsRead, AppError> {
    let policy = app.policy();
    let library = policy.library();
    let current = policy.terms(id).ok_or_else(|| AppError::not_found("document with terms", id))?;
    let document = library.document(id).ok_or_else(|| AppError::not_found("document", id))?;
    let (digest, clauses) = current.offered(&crate::about(tx, &person)?);
    let acceptances = terms::of_person(tx, person.id)?;
    let accepted = Accepted::from(acceptances.as_slice());
    let read = terms_asked::read_by(tx, person.id)?;
    let sections: Vec<SectionRead> = sections(library, document, &clauses)
        .iter()
        .map(|section| section_read(section, &accepted, &read))
        .collect();
    let open = sections.iter().any(|section| section.open);
    let now = text_of(library, document, &clauses);
    let standing = terms_asked::of_person(tx, person.id)?.into_iter().find(|one| one.document == id);
    Ok(TermsRead {
        changes: changes(tx, id, &acceptances, &clauses, &now)?,
        accepted_at: latest(&clauses, &accepted).filter(|_| !open),
        document: document.clone(),
        standing: standing.map(StandingView::from),
        digest,
        sections,
        person: person.into(),
    })
}

/// Lists what a person is asked to accept, and what they accepted before.
pub fn acceptances(app: &App, tx: &mut Tx<'_>, person: &Person) -> Result<Vec<AcceptanceRead>, AppError> {
    let policy = app.policy();
    let about = crate::about(tx, person)?;
    let accepted = terms::of_person(tx, person.id)?;
    let by_clause = Accepted::from(accepted.as_slice());
    let title = |id: &str| {
        policy.library().document(id).map_or_else(|| id.to_owned(), |document| document.title.clone())
    };
    let mut all = Vec::new();
    let mut standing = BTreeSet::new();
    for (id, terms) in policy.all_terms() {
        let (digest, clauses) = terms.offered(&about);
        let at = latest(&clauses, &by_clause).filter(|_| missing(terms, &clauses, &by_clause).is_empty());
        let record =
            at.and_then(|at| accepted.iter().find(|old| old.document == *id && old.accepted_at == at));
        if let Some(record) = record {
            standing.insert(record.terms_digest.clone());
        }
        all.push(AcceptanceRead {
            document: (id.clone(), title(id)),
            version: policy.library().document(id).map(|known| known.version.clone()).unwrap_or_default(),
            digest: record.map_or(digest, |record| record.terms_digest.clone()),
            current: true,
            shown: record.map(|record| record.shown.clone()),
            asked: terms.asked.iter().any(|clause| clause.is_asked(&about)),
            at,
        });
    }
    let superseded = accepted.into_iter().filter(|old| !standing.contains(&old.terms_digest));
    all.extend(superseded.map(|old| AcceptanceRead {
        version: old.terms_digest.chars().take(8).collect(),
        current: false,
        at: Some(old.accepted_at),
        shown: Some(old.shown),
        asked: false,
        digest: old.terms_digest,
        document: {
            let title = title(&old.document);
            (old.document, title)
        },
    }));
    Ok(all)
}

fn on_the_books(tx: &mut Tx<'_>, person: Option<PersonId>) -> Result<Option<Person>, AppError> {
    let found = match person {
        Some(id) => people::by_id(tx, id)?,
        None => None,
    };
    Ok(found.filter(|person| person.ended_at.is_none()))
}

/// Lists the clauses that are not accepted in their current wording.
fn missing<'a>(terms: &'a Terms, clauses: &TermsClauses, accepted: &Accepted) -> Vec<&'a ClauseId> {
    terms
        .asked
        .iter()
        .filter(|clause| clauses.contains_key(clause.id.as_str()))
        .filter(|clause| accepted.at(clause.id.as_str(), &clause.wording).is_none())
        .map(|clause| &clause.id)
        .collect()
}

/// Returns when the last of those clauses was accepted in its current wording.
fn latest(clauses: &TermsClauses, accepted: &Accepted) -> Option<Timestamp> {
    clauses.iter().filter_map(|(clause, wording)| accepted.at(clause, wording)).max()
}

fn section_read(section: &Section<'_>, accepted: &Accepted, read: &[String]) -> SectionRead {
    SectionRead {
        title: section.title.clone(),
        digest: section.digest.clone(),
        clauses: section
            .clauses
            .iter()
            .map(|(clause, wording)| ClauseToRead {
                id: clause.id.clone(),
                title: clause.title.clone(),
                text: (!clause.withheld).then(|| clause.text.clone()),
                accepted: accepted.at(clause.id.as_str(), wording).is_some(),
            })
            .collect(),
        asked: section.open(accepted).flat_map(questions).collect(),
        open: section.open(accepted).next().is_some(),
        read: read.contains(&section.digest),
    }
}

fn questions(clause: &Clause) -> impl Iterator<Item = Asked> {
    clause.questions().map(|question| Asked {
        clause: clause.id.clone(),
        text: question.text.clone(),
        answers: question.answers.clone(),
        correct: question.correct,
    })
}

/// Compares the terms with what the person last accepted of the document, clause by clause. Returns nothing for a
/// first time.
fn changes(
    tx: &mut Tx<'_>,
    document: &str,
    acceptances: &[Acceptance],
    clauses: &TermsClauses,
    now: &[ShownClause],
) -> Result<Vec<WordingChange>, AppError> {
    // The list is newest first.
    let Some(last) = acceptances.iter().find(|old| old.document == document) else { return Ok(Vec::new()) };
    let shown = kept_text(tx, document, &last.terms_digest)?.unwrap_or_default();
    let mut all: Vec<WordingChange> = now
        .iter()
        .filter_map(|clause| {
            let (before, wording) = (last.clauses.get(&clause.id), clauses.get(&clause.id));
            (before != wording).then(|| WordingChange {
                id: clause.id.clone(),
                title: clause.title.clone(),
                what: if before.is_some() { "changed" } else { "new" },
                before: shown.iter().find(|old| old.id == clause.id).and_then(|old| old.text.clone()),
                after: clause.text.clone(),
            })
        })
        .collect();
    let gone = last.clauses.keys().filter(|id| !clauses.contains_key(*id));
    all.extend(gone.map(|id| {
        let old = shown.iter().find(|old| old.id == *id);
        WordingChange {
            id: id.clone(),
            title: old.map(|old| old.title.clone()).unwrap_or_default(),
            what: "gone",
            before: old.and_then(|old| old.text.clone()),
            after: None,
        }
    }));
    Ok(all)
}
