//! People: the list, one person, the terms that they are asked to accept, what stands between a device and enrolment.

use std::collections::BTreeMap;

use domain::{ClauseId, DeviceId, Force, PersonId, Timestamp};
use policy::{AcceptanceKind, Clause, Document, KeptBy, Library};
use store::people::Listed;
use store::terms::{Acceptance, TermsClauses};
use store::{cases, devices, people, terms};

use super::{CaseRow, Device, Person, words};
use crate::access::{
    self, EnrolDevices, ManageRegister, Permit, RecordAcceptance, SeeCases, SeeDevices, SeePeople,
};
use crate::policy_in_force::Terms;
use crate::{App, AppError};

/// One person.
#[derive(Debug, Clone)]
pub struct PersonRead {
    /// The person.
    pub person: Person,
    /// What they hold, for who may see devices.
    pub devices: Vec<Device>,
    /// What they are asked to accept, and what they accepted before.
    pub acceptances: Vec<AcceptanceRead>,
    /// Cases about them, for who may see cases.
    pub cases: Vec<CaseRow>,
}

/// A version of a document's terms, as one person stands to it.
#[derive(Debug, Clone)]
pub struct AcceptanceRead {
    /// The document: id and title.
    pub document: (String, String),
    /// The version: the document's own, or the start of its digest where it is superseded.
    pub version: String,
    /// Whether that is the version in force.
    pub current: bool,
    /// When they accepted it.
    pub at: Option<Timestamp>,
}

/// The terms of one document, for one person.
#[derive(Debug, Clone)]
pub struct TermsRead {
    /// The person.
    pub person: Person,
    /// The document.
    pub document: Document,
    /// Digest of exactly these terms.
    pub digest: String,
    /// What changed since the person last accepted, in words; empty for a first time.
    pub changed: Vec<String>,
    /// The clauses in the order of the paper: section title, id, text where it is not withheld.
    pub clauses: Vec<(String, ClauseId, Option<String>)>,
    /// Questions on what was read.
    pub asked: Vec<Asked>,
    /// When the person accepted these.
    pub accepted_at: Option<Timestamp>,
}

/// A question on what was read.
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

/// What stands between a device and enrolment.
#[derive(Debug, Clone)]
pub struct EnrolRead {
    /// The device.
    pub device: Device,
    /// Who is to have it.
    pub holder: Option<Person>,
    /// What stands in the way, and the clause behind it.
    pub obstacle: Option<(String, Option<ClauseId>)>,
}

/// A person as lists and headings name them.
pub(super) fn shown(person: &Person) -> String {
    format!("{} ({})", person.name, person.number)
}

impl App {
    /// Up to `limit` people in order of name, from behind the given one.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn people(
        &self,
        permit: Permit<SeePeople>,
        (force, search, accepted): (Option<Force>, String, Option<bool>),
        after: Option<(String, PersonId)>,
        limit: u32,
    ) -> Result<Vec<Listed>, AppError> {
        let force = match (permit.scope().force(), force) {
            (Some(own), Some(asked)) if own != asked => return Ok(Vec::new()),
            (own, asked) => own.or(asked),
        };
        let terms = self.terms_in_force();
        self.store()
            .read(move |tx| {
                let after = after.as_ref().map(|(name, id)| (name.as_str(), *id));
                Ok(people::list(tx, (force, &search, accepted), &terms, after, limit)?)
            })
            .await
    }

    /// One person.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Denied`] behind the wall.
    pub async fn person(&self, permit: Permit<SeePeople>, id: PersonId) -> Result<PersonRead, AppError> {
        let policy = self.policy();
        self.store()
            .read(move |tx| {
                let person = people::by_id(tx, id)?.ok_or_else(|| AppError::not_found("person", id))?;
                permit.reaches(person.force)?;
                let devices = access::permit::<SeeDevices>(permit.actor()).is_ok();
                let desk = access::permit::<SeeCases>(permit.actor()).is_ok();
                let accepted = terms::of_person(tx, id)?;
                Ok(PersonRead {
                    devices: if devices { devices::of_holder(tx, id)? } else { Vec::new() },
                    acceptances: acceptances(policy.library(), policy.all_terms(), accepted),
                    cases: if desk { cases::of_person(tx, id)? } else { Vec::new() }
                        .into_iter()
                        .map(|case| CaseRow { kind: words::case_kind(policy.library(), &case.kind), case })
                        .collect(),
                    person,
                })
            })
            .await
    }

    /// The terms of a document, to be accepted on behalf of a person.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown person, or a document without terms.
    pub async fn terms_for(
        &self,
        permit: Permit<RecordAcceptance>,
        person: PersonId,
        document: &str,
    ) -> Result<TermsRead, AppError> {
        let policy = self.policy();
        let (library, id) = (policy.library(), document.to_owned());
        let (person, accepted) = self
            .store()
            .read(move |tx| {
                let found =
                    people::by_id(tx, person)?.ok_or_else(|| AppError::not_found("person", person))?;
                permit.reaches(found.force)?;
                Ok::<_, AppError>((found, terms::of_person(tx, person)?))
            })
            .await?;
        let current = policy.terms(&id).ok_or_else(|| AppError::not_found("document with terms", &id))?;
        let document = library.document(&id).ok_or_else(|| AppError::not_found("document", &id))?;
        let mut of_document = accepted.iter().filter(|old| old.document == id);
        let accepted_at =
            of_document.clone().find(|old| old.terms_digest == current.digest).map(|old| old.accepted_at);
        let before = of_document.next().filter(|_| accepted_at.is_none());
        let clauses: Vec<&Clause> = library
            .clauses_in(&id)
            .filter(|clause| current.clauses.contains_key(clause.id.as_str()))
            .collect();
        Ok(TermsRead {
            person,
            digest: current.digest.clone(),
            changed: before.map(|old| changed(&old.clauses, &current.clauses)).unwrap_or_default(),
            clauses: clauses.iter().map(|clause| shown_clause(document, clause)).collect(),
            asked: clauses.iter().flat_map(|clause| questions(clause)).collect(),
            accepted_at,
            document: document.clone(),
        })
    }

    /// The person with that collar or staff number, for a form that names one.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for the field `holder` where the force has nobody of that number.
    pub async fn holder_by_number(
        &self,
        permit: &Permit<ManageRegister>,
        force: Force,
        number: &str,
    ) -> Result<PersonId, AppError> {
        permit.reaches(force)?;
        let number: String = number.trim().chars().take(20).collect();
        self.store()
            .read(move |tx| {
                people::by_number(tx, force, &number)?.map(|person| person.id).ok_or_else(|| {
                    AppError::invalid("holder", format!("{} has nobody with this number", force.title()))
                })
            })
            .await
    }

    /// What stands between a device and enrolment.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Denied`] behind the wall.
    pub async fn enrolling(&self, permit: Permit<EnrolDevices>, id: DeviceId) -> Result<EnrolRead, AppError> {
        let app = self.clone();
        self.store()
            .read(move |tx| {
                let device = devices::by_id(tx, id)?.ok_or_else(|| AppError::not_found("device", id))?;
                permit.reaches(device.force)?;
                let apple = device.kind.platform().is_some_and(|platform| platform.is_apple());
                let policy = app.policy();
                let clause = |reason: Option<&str>| {
                    policy.library().clause_of_action("check-in.refused", reason).cloned()
                };
                let obstacle = match app.gate(tx, &device)? {
                    Err(refusal) => Some((refusal.to_string(), clause(Some(refusal.word())))),
                    Ok(()) if !apple => Some((
                        format!("A {} cannot be enrolled by this version", device.kind.title()),
                        clause(None),
                    )),
                    Ok(()) => None,
                };
                let holder = device.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
                Ok(EnrolRead { holder, obstacle, device })
            })
            .await
    }
}

fn acceptances(
    library: &Library,
    in_force: &BTreeMap<String, Terms>,
    accepted: Vec<Acceptance>,
) -> Vec<AcceptanceRead> {
    let title =
        |id: &str| library.document(id).map_or_else(|| id.to_owned(), |document| document.title.clone());
    let mut all: Vec<AcceptanceRead> = in_force
        .iter()
        .map(|(id, terms)| AcceptanceRead {
            document: (id.clone(), title(id)),
            version: library.document(id).map(|document| document.version.clone()).unwrap_or_default(),
            current: true,
            at: accepted.iter().find(|old| old.terms_digest == terms.digest).map(|old| old.accepted_at),
        })
        .collect();
    let superseded = accepted
        .into_iter()
        .filter(|old| in_force.get(&old.document).is_none_or(|terms| terms.digest != old.terms_digest));
    all.extend(superseded.map(|old| AcceptanceRead {
        version: old.terms_digest.chars().take(8).collect(),
        current: false,
        at: Some(old.accepted_at),
        document: {
            let title = title(&old.document);
            (old.document, title)
        },
    }));
    all
}

fn shown_clause(document: &Document, clause: &Clause) -> (String, ClauseId, Option<String>) {
    let section = document.sections.iter().find(|section| Some(&section.number) == clause.section.as_ref());
    let title = section
        .map_or_else(|| document.title.clone(), |section| format!("{} {}", section.number, section.title));
    (title, clause.id.clone(), (!clause.withheld).then(|| clause.text.clone()))
}

fn questions(clause: &Clause) -> impl Iterator<Item = Asked> {
    clause.kept_by.iter().filter_map(|kept| match kept {
        KeptBy::Acceptance { acceptance: AcceptanceKind::Terms, question: Some(question), .. } => {
            Some(Asked {
                clause: clause.id.clone(),
                text: question.text.clone(),
                answers: question.answers.clone(),
                correct: question.correct,
            })
        }
        _ => None,
    })
}

fn changed(before: &TermsClauses, now: &TermsClauses) -> Vec<String> {
    let mut lines = Vec::new();
    for (clause, digest) in now {
        match before.get(clause) {
            None => lines.push(format!("{clause} is new")),
            Some(old) if old != digest => lines.push(format!("{clause} has changed")),
            Some(_) => {}
        }
    }
    lines.extend(
        before.keys().filter(|clause| !now.contains_key(*clause)).map(|clause| format!("{clause} is gone")),
    );
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_terms_is_told_clause_by_clause() {
        let terms = |pairs: &[(&str, &str)]| -> TermsClauses {
            pairs.iter().map(|(id, digest)| ((*id).to_owned(), (*digest).to_owned())).collect()
        };
        let (before, now) = (
            terms(&[("A-1", "x"), ("A-2", "x"), ("A-3", "x")]),
            terms(&[("A-1", "x"), ("A-2", "y"), ("A-4", "z")]),
        );
        assert_eq!(changed(&before, &now), ["A-2 has changed", "A-4 is new", "A-3 is gone"]);
    }
}
