//! Asks people from time to time about clauses such as keeping a voicemail greeting current or checking privacy settings.
//!
//! A person says yes, or later. Their answer is a stated fact, the weakest grade there is, and is shown as that;
//! without an answer the state is not known, and nobody is restricted or reported for it.

use domain::{ClauseId, Span, Timestamp};
use policy::{AcceptanceKind, Clause, KeptBy};
use store::people::Person;
use store::reminders::{self, Reminder};

use super::accept::own_person;
use kernel::access::{AcceptOwn, Permit};
use kernel::policy_in_force::asks;
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// The interval of a reminder where its clause does not state one.
const AGAIN_AFTER: Span = Span::from_secs(26 * 7 * 24 * 3600);
/// The delay after the answer "later".
const LATER: Span = Span::from_secs(7 * 24 * 3600);

/// A clause that a person is asked about now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReminder {
    /// The clause.
    pub clause: ClauseId,
    /// Its title.
    pub title: String,
    /// Its text; `None` where it is withheld.
    pub text: Option<String>,
    /// The time of their last yes.
    pub last: Option<Timestamp>,
}

/// Returns the interval at which a clause is asked again; `None` where it is not a reminder.
pub fn again_after(clause: &Clause) -> Option<Span> {
    clause.kept_by.iter().find_map(|kept| match kept {
        KeptBy::Acceptance { acceptance: AcceptanceKind::Reminder, again_after, .. } => {
            Some(again_after.unwrap_or(AGAIN_AFTER))
        }
        _ => None,
    })
}

/// Returns until when a person's answer is valid; `None` where it has expired, or they never said yes.
pub fn stands_until(clause: &Clause, answered_at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let until = answered_at?.plus(again_after(clause)?);
    (until > now).then_some(until)
}

/// Lists the clauses that a person is asked about now, in the order of the document.
pub fn due_reminders(
    Work { app, tx, now }: Work<'_, '_>,
    person: &Person,
) -> Result<Vec<DueReminder>, AppError> {
    let (policy, about) = (app.policy(), crate::standing::about(tx, person)?);
    let said = reminders::of_person(tx, person.id)?;
    let due = policy.library().clauses.iter().filter_map(|clause| {
        again_after(clause)?;
        let before = said.iter().find(|said| said.clause == clause.id);
        let later = before.and_then(|before| before.later_until).is_some_and(|until| until > now);
        if later
            || stands_until(clause, before.and_then(|said| said.answered_at), now).is_some()
            || !asks(clause, &about)
        {
            return None;
        }
        Some(DueReminder {
            clause: clause.id.clone(),
            title: clause.title.clone(),
            text: (!clause.withheld).then(|| clause.text.clone()),
            last: before.and_then(|before| before.answered_at),
        })
    });
    Ok(due.collect())
}

/// Records the signed-in person's answer to a reminder: yes, they have done it, or later. An answer to a clause that
/// is not asked now changes nothing and is not an error: it was given already.
///
/// # Errors
/// [`AppError::NotFound`] for a clause that is not a reminder, [`AppError::Conflict`] for somebody who is not in the
/// register of people.
pub async fn answer_reminder(
    app: &App,
    permit: Permit<AcceptOwn>,
    clause: &str,
    done: bool,
) -> Result<(), AppError> {
    let (app, now, clause) = (app.clone(), app.world().now(), clause.to_owned());
    app.clone()
        .store()
        .write(move |tx| {
            let person = own_person(tx, permit.actor().person)?;
            let policy = app.policy();
            let known = policy.library().find_clause(&clause).filter(|known| again_after(known).is_some());
            let known = known.ok_or_else(|| AppError::not_found("reminder", &clause))?;
            let due = due_reminders(Work { app: &app, tx, now }, &person)?;
            let Some(due) = due.into_iter().find(|due| due.clause == known.id) else { return Ok(()) };
            let said = Reminder {
                clause: due.clause,
                answered_at: if done { Some(now) } else { due.last },
                later_until: (!done).then(|| now.plus(LATER)),
            };
            reminders::put(tx, person.id, &said)?;
            kernel::jobs::ask_standing(Work { app: &app, tx, now }, person.id)?;
            let record =
                Record::new(&permit.actor().name, "reminder.answered", format!("person:{}", person.id))
                    .force(person.force)
                    .clause(&said.clause)
                    .reason(if done { "yes" } else { "later" });
            app.enter(tx, now, record)
        })
        .await
}
