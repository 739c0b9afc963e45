//! Judging a person: what they have accepted, clause by clause.

use domain::{Outcome, PersonId, Subject, Timestamp, WhyNotKnown};
use policy::{AcceptanceKind, Clause, KeptBy};
use store::terms::Acceptance;
use store::{Tx, findings, people, terms};

use super::apply::Judged;
use super::basis::Basis;
use crate::{App, AppError};

impl App {
    /// Judges every acceptance clause for a person.
    pub(crate) async fn judge_person(&self, person: PersonId) -> Result<(), AppError> {
        let (app, now) = (self.clone(), self.world().now());
        self.store().write(move |tx| app.judge_person_in(tx, person, now)).await
    }

    fn judge_person_in(&self, tx: &mut Tx<'_>, id: PersonId, now: Timestamp) -> Result<(), AppError> {
        let Some(person) = people::by_id(tx, id)? else { return Ok(()) };
        let subject = Subject::Person(id);
        let before = findings::of_subject(tx, &subject)?;
        if person.ended_at.is_some() {
            return self.drop_others(tx, &subject, &before, &[]);
        }
        let policy = self.policy();
        let accepted = terms::of_person(tx, id)?;
        let mut clauses = Vec::new();
        for clause in policy.library().clauses.iter().filter(|clause| asks_at_the_start(clause)) {
            let old = before.iter().find(|old| old.clause == clause.id);
            self.apply(tx, &subject, judge(clause, &accepted), old, now)?;
            clauses.push(clause.id.clone());
        }
        if self.terms_missing(tx, id)?.is_empty() {
            self.acceptance_steps_done(tx, id, now)?;
        }
        self.drop_others(tx, &subject, &before, &clauses)
    }
}

/// Terms are asked before a device is used. Awareness and reminders are asked by the service for people that a later
/// step brings: until then they are not known, which is what the finding says.
fn asks_at_the_start(clause: &Clause) -> bool {
    clause.kept_by.iter().any(|kept| matches!(kept, KeptBy::Acceptance { .. }))
}

fn judge(clause: &Clause, accepted: &[Acceptance]) -> Judged {
    let digest = clause.digest();
    let id = clause.id.to_string();
    // Newest first; but where a former wording came back into force, whoever accepted it then has accepted it.
    let mut versions = accepted.iter().filter_map(|acceptance| {
        let version = acceptance.clauses.get(&id)?;
        Some((version.clone(), acceptance.accepted_at, acceptance.shown.clone()))
    });
    let newest = versions.next();
    let found = if newest.as_ref().is_some_and(|(version, ..)| *version != digest) {
        versions.find(|(version, ..)| *version == digest).or(newest)
    } else {
        newest
    };
    let is_terms = clause
        .kept_by
        .iter()
        .any(|kept| matches!(kept, KeptBy::Acceptance { acceptance: AcceptanceKind::Terms, .. }));
    let outcome = match &found {
        Some((version, _, _)) if *version == digest => Outcome::Met,
        Some((_, at, _)) => Outcome::NotMet {
            because: format!("accepted an earlier wording on {at}; the clause has changed since"),
        },
        None if is_terms => {
            Outcome::NotKnown(WhyNotKnown::NeverReported { what: "acceptance of the terms".into() })
        }
        None => Outcome::NotKnown(WhyNotKnown::NeverReported { what: "acceptance of this clause".into() }),
    };
    Judged {
        clause: clause.id.clone(),
        clause_digest: digest.clone(),
        outcome,
        basis: Basis::Person { clause_digest: digest, accepted: found },
    }
}
