//! Judges a person: what they have accepted, clause by clause.

use domain::{Outcome, PersonId, Subject, Timestamp, WhyNotKnown};
use policy::Clause;
use store::reminders::{self, Reminder};
use store::terms::Acceptance;
use store::terms_asked::TermsStanding;
use store::{people, terms};

use super::apply::{Judged, Judging};
use super::basis::Basis;
use kernel::days::day_words;
use kernel::policy_in_force::asks;
use kernel::{App, AppError, Work, jobs};
use terms_app::reminders::{again_after, stands_until};

/// Reason why a clause asks nothing of somebody. The words are the same whatever the cause: a finding must not reveal that
/// somebody is exempt from a clause.
const NOT_CONCERNED: &str =
    "the clause does not concern this person: it is limited to some roles, devices or duties";

/// Judges every acceptance clause for a person, and updates what they are asked to accept.
pub async fn judge_person(app: &App, person: PersonId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| judge_person_in(Work { app: &app, tx, now }, person)).await
}

fn judge_person_in(Work { app, tx, now }: Work<'_, '_>, id: PersonId) -> Result<(), AppError> {
    let Some(person) = people::by_id(tx, id)? else { return Ok(()) };
    let policy = kernel::policy_in_force::policy_as_of(app, tx)?;
    let mut judging = Judging::begin(app, tx, &policy, Subject::Person(id), now)?;
    for judged in crate::person_procedures::judge_procedures_of(Work { app, tx, now }, &policy, id)? {
        judging.apply(tx, judged)?;
    }
    if person.ended_at.is_some() {
        return judging.finish(tx, Some(person.force));
    }
    let standing = terms_app::stand(Work { app, tx, now }, &person)?;
    let (about, accepted) = (terms_app::about(tx, &person)?, terms::of_person(tx, id)?);
    let (said, exempt) = (reminders::of_person(tx, id)?, terms_app::exempt(Work { app, tx, now }, &person)?);
    for clause in policy.library().clauses.iter().filter(|clause| clause.asks_acceptance()) {
        let judged = if !asks(clause, &about) || exempt.iter().any(|(from, _)| *from == clause.id) {
            not_concerned(clause)
        } else if again_after(clause).is_some() {
            judge_reminder(clause, said.iter().find(|said| said.clause == clause.id), now)
        } else {
            let standing = standing.iter().find(|standing| standing.document == clause.document);
            judge(clause, &accepted, standing, now)
        };
        judging.apply(tx, judged)?;
    }
    if terms_app::terms_missing(app, tx, id)?.is_empty() {
        cases_app::acceptance_steps_done(Work { app, tx, now }, id)?;
    }
    // A missing answer turns into "not accepted" on the day, without any other trigger.
    let dues = standing.iter().filter_map(|one| one.due_at).filter(|due| *due > now);
    let stale = policy.library().clauses.iter().filter_map(|clause| {
        stands_until(
            clause,
            said.iter().find(|said| said.clause == clause.id).and_then(|said| said.answered_at),
            now,
        )
    });
    if let Some(due) = dues.chain(stale).chain(exempt.iter().map(|(_, until)| *until)).min() {
        kernel::jobs::ask_job(app, tx, jobs::Kind::JudgePerson, &id.to_string(), due)?;
    }
    judging.finish(tx, Some(person.force))
}

/// Judges a reminder: an answer counts for as long as the clause says; after that the outcome is not known again.
fn judge_reminder(clause: &Clause, said: Option<&Reminder>, now: Timestamp) -> Judged {
    let what = "the answer to this reminder".to_owned();
    let outcome = match said.and_then(|said| said.answered_at) {
        Some(_) if stands_until(clause, said.and_then(|said| said.answered_at), now).is_some() => {
            Outcome::Agreed
        }
        Some(last) => Outcome::NotKnown(WhyNotKnown::Stale { what, last }),
        None => Outcome::NotKnown(WhyNotKnown::NeverReported { what }),
    };
    let digest = clause.digest();
    let accepted = said.and_then(|said| said.answered_at);
    Judged {
        clause: clause.id.clone(),
        clause_digest: digest.clone(),
        outcome,
        basis: Basis::Person {
            accepted: accepted.map(|at| (digest.clone(), at, "stated by the person".to_owned())),
            clause_digest: digest,
        },
    }
}

fn not_concerned(clause: &Clause) -> Judged {
    let digest = clause.digest();
    Judged {
        clause: clause.id.clone(),
        clause_digest: digest.clone(),
        outcome: Outcome::NotApplicable { because: NOT_CONCERNED.to_owned() },
        basis: Basis::Person { clause_digest: digest, accepted: None },
    }
}

fn judge(clause: &Clause, accepted: &[Acceptance], asked: Option<&TermsStanding>, now: Timestamp) -> Judged {
    let wording = clause.wording_digest();
    let id = clause.id.to_string();
    // Newest first; but if a former wording came back into force, an acceptance of that wording counts.
    let mut versions = accepted.iter().filter_map(|acceptance| {
        let version = acceptance.clauses.get(&id)?;
        Some((version.clone(), acceptance.accepted_at, acceptance.shown.clone()))
    });
    let newest = versions.next();
    let found = if newest.as_ref().is_some_and(|(version, ..)| *version != wording) {
        versions.find(|(version, ..)| *version == wording).or(newest)
    } else {
        newest
    };
    let outcome = match &found {
        Some((version, _, _)) if *version == wording => Outcome::Agreed,
        Some((_, at, _)) => Outcome::NotMet {
            because: format!("accepted an earlier wording on {at}; the clause has changed since"),
        },
        None => never_accepted(asked, now),
    };
    Judged {
        clause: clause.id.clone(),
        clause_digest: clause.digest(),
        outcome,
        basis: Basis::Person { clause_digest: wording, accepted: found },
    }
}

/// Judges a person who never accepted: not met if they were asked and the deadline has passed; not known if they were never
/// asked, or have time left.
fn never_accepted(asked: Option<&TermsStanding>, now: Timestamp) -> Outcome {
    let what = match asked.and_then(|asked| asked.asked_at.zip(asked.due_at)) {
        Some((at, due)) if due <= now => {
            let (at, due) = (day_words(at), day_words(due));
            return Outcome::NotMet { because: format!("Asked on {at} and not accepted by {due}") };
        }
        Some((at, due)) => {
            format!("acceptance (asked for on {}, due by {})", day_words(at), day_words(due))
        }
        None => "acceptance of this clause".to_owned(),
    };
    Outcome::NotKnown(WhyNotKnown::NeverReported { what })
}

#[cfg(test)]
mod tests {

    use super::*;
    use domain::MissingTerms;

    #[test]
    fn what_somebody_said_stands_for_a_while() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy");
        let files = policy::Files::read(&folder).unwrap();
        let library = policy::Library::from_files(&files, &policy::Overrides::new()).unwrap();
        let clause = library.find_clause("UPD-8.PS3").unwrap();
        let at = Timestamp::from_millis(1000);
        let said = |answered_at| Reminder { clause: clause.id.clone(), answered_at, later_until: None };
        let word = |said: Option<&Reminder>, now| judge_reminder(clause, said, now).outcome.word();
        assert_eq!(word(None, at), "not-known");
        assert_eq!(word(Some(&said(None)), at), "not-known", "later is no yes");
        assert_eq!(word(Some(&said(Some(at))), at), "agreed");
        let weeks = |n: i64| at.plus(domain::Span::from_secs(n * 7 * 24 * 3600));
        assert_eq!(word(Some(&said(Some(at))), weeks(25)), "agreed");
        assert_eq!(word(Some(&said(Some(at))), weeks(26)), "not-known");
    }

    #[test]
    fn silence_is_not_known_until_the_time_to_answer_is_over() {
        let at = Timestamp::from_millis;
        let asked = TermsStanding {
            document: "d".into(),
            digest: "x".into(),
            missing: MissingTerms::Terms,
            accepted_at: None,
            asked_at: Some(at(1000)),
            due_at: Some(at(5000)),
            reminded_at: None,
            manager_told_at: None,
            lapsed_at: None,
            adjusted: None,
        };
        assert_eq!(never_accepted(None, at(9000)).word(), "not-known");
        assert_eq!(never_accepted(Some(&asked), at(4999)).word(), "not-known");
        assert_eq!(never_accepted(Some(&asked), at(5000)).word(), "not-met");
    }
}
