//! Requests about a password: one that is forgotten, and one that somebody else may know.
//!
//! The desk makes sure of who is asking, somebody else decides, the device is cleared through its vendor, and its holder sets a new
//! password on it. The holder is told of every step on a channel of their own.

mod decide;
mod deciders;
mod follow;
mod open;
mod prove;
mod read;

pub use decide::{ByHand, Decision, decide_reset, record_by_hand, send_reset, state_changed, stop_reset};
pub use deciders::ToRing;
pub use follow::{follow_overdue_resets, follow_reset};
pub use open::{NewReset, ask_own_reset, ask_reset_at_desk};
pub use prove::{
    DeskProof, Vouch, answer_number, ask_manager, ask_number, deny_reset, record_proof, vouch_for, vouching,
};
pub use read::own_to_do;
pub use read::{
    Doer, OrderRead, OwnReset, ProofRead, ResetRead, ResetRow, Shown, own_resets, reset,
    resets as list_resets,
};

/// What came of entering a number.
pub use help::number::NumberTried;

use domain::{PersonId, ResetCause, ResetId, ResetState, Span};
use serde_json::json;
use store::locks::{self, Lock};
use store::resets::{self, Reset};
use store::{Tx, cases};

use crate::StepsDone;
use crate::tell::{self, Word};
use kernel::access::{Actor, Voice};
use kernel::record::Record;
use kernel::second::{AtStake, could_be_one};
use kernel::{App, AppError, Work, jobs};

/// The page of a holder's own requests.
const OWN_PAGE: &str = "/me/password";
/// How long a request may be overdue before it is looked at although no job came for it.
const OVERDUE: Span = Span::from_secs(60);

/// Returns the type of case of a request.
const fn kind_of(cause: ResetCause) -> &'static str {
    match cause {
        ResetCause::Forgotten => "password-reset",
        ResetCause::Known => "password-compromised",
    }
}

/// Returns a length of time that the force sets.
fn span_of(app: &App, parameter: &str, hours: i64) -> Span {
    app.policy().library().span(parameter).unwrap_or(Span::from_secs(hours * 3600))
}

/// Returns the limits of a request.
fn limits(app: &App) -> help::reset::Limits {
    help::reset::Limits {
        decided_within: span_of(app, "reset-decided-within", 4),
        carried_out_within: span_of(app, "reset-carried-out-within", 24),
        remind_after: span_of(app, "password-remind-after", 1),
    }
}

/// Reads a request under the lock of its device, so that two people do not go on with it at once.
fn locked(tx: &mut Tx<'_>, id: ResetId) -> Result<Reset, AppError> {
    let found = resets::by_id(tx, id)?.ok_or_else(|| AppError::not_found("request", id))?;
    locks::take(tx, Lock::Device(found.device))?;
    resets::by_id(tx, id)?.ok_or_else(|| AppError::not_found("request", id))
}

/// Refuses a request that is not in the state that somebody saw.
fn expect(row: &Reset, state: ResetState) -> Result<(), AppError> {
    if row.state == state {
        return Ok(());
    }
    Err(AppError::Conflict(format!(
        "this request is further by now ({}); reload the page",
        in_words(row.state)
    )))
}

/// Refuses somebody who is, or may be, the holder of the device: nobody proves or decides who they are themselves.
fn not_the_holder(tx: &mut Tx<'_>, row: &Reset, actor: &Actor) -> Result<(), AppError> {
    let holder = format!("person:{}", row.person);
    if actor.person == Some(row.person) || could_be_one(tx, &holder, actor, AtStake::DailyWork)? {
        return Err(AppError::Conflict(
            "this is about a device that you hold yourself: somebody else at the desk must do it".into(),
        ));
    }
    Ok(())
}

/// Stores the progress of a request and schedules its next look.
fn save(Work { app, tx, now }: Work<'_, '_>, row: &Reset, before: ResetState) -> Result<(), AppError> {
    if !resets::set(tx, row, before)? {
        return Err(AppError::Conflict("somebody else went on with this request; reload the page".into()));
    }
    match row.next_at {
        Some(at) => jobs::ask_job(app, tx, jobs::Kind::FollowReset, &row.device.to_string(), at.max(now)),
        None => Ok(()),
    }
}

/// Writes a line into the case of a request.
fn say(app: &App, tx: &mut Tx<'_>, row: &Reset, by: Voice<'_>, says: &str) -> Result<(), AppError> {
    cases_app::say(Work { app, tx, now: app.world().now() }, row.case, by.shown, says)
}

/// Enters what was done about a request into the ledger.
fn enter(app: &App, tx: &mut Tx<'_>, row: &Reset, by: Voice<'_>, entry: Entered<'_>) -> Result<(), AppError> {
    let mut record = Record::new(by.name, entry.action, format!("reset:{}", row.id)).force(row.force);
    let kind = kind_of(row.cause);
    if let Some(clause) = cases_app::clause_of_procedure(app, kind) {
        record = record.clause(&clause);
    }
    record.reason = entry.reason.map(Into::into);
    let detail = json!({ "device": row.device, "person": row.person, "case": row.case, "said": entry.said });
    app.enter(tx, app.world().now(), record.detail(detail))
}

/// What is entered.
#[derive(Clone, Copy, Default)]
struct Entered<'a> {
    action: &'static str,
    reason: Option<&'static str>,
    said: Option<&'a str>,
}

impl<'a> Entered<'a> {
    fn new(action: &'static str) -> Self {
        Self { action, ..Self::default() }
    }

    const fn reason(self, word: &'static str) -> Self {
        Self { reason: Some(word), ..self }
    }

    const fn said(self, said: &'a str) -> Self {
        Self { said: Some(said), ..self }
    }
}

/// Tells the holder, whatever their duty: it is about what was asked in their name.
fn tell_holder(app: &App, tx: &mut Tx<'_>, row: &Reset, subject: &str, body: &str) -> Result<(), AppError> {
    let word = Word {
        to: row.person,
        key: format!("reset:{}:{}:{}", row.id, row.state.as_str(), row.reminders),
        subject,
        body,
        link: OWN_PAGE,
    };
    tell::at_once(app, tx, row.case, &word).map(drop)
}

/// The end of a request.
struct End<'a> {
    state: ResetState,
    /// One line for the holder.
    subject: &'a str,
    /// What happened, for the timeline and the holder.
    says: &'a str,
    by: Voice<'a>,
}

/// Ends a request: its case, the ledger and its holder learn why.
fn end(Work { app, tx, now }: Work<'_, '_>, row: &Reset, end: &End<'_>) -> Result<(), AppError> {
    let ended = Reset { state: end.state, ended_at: Some(now), next_at: None, number: None, ..row.clone() };
    save(Work { app, tx, now }, &ended, row.state)?;
    say(app, tx, &ended, end.by, end.says)?;
    end_case_steps(Work { app, tx, now }, &ended, end)?;
    enter(app, tx, &ended, end.by, Entered::new("reset.ended").reason(end.state.as_str()).said(end.says))?;
    let body = format!("{} If you did not ask for this, tell the Service Desk now.", end.says);
    tell_holder(app, tx, &ended, end.subject, &body)
}

/// Ends the steps of the case that the end of a request answers. What expired or failed leaves them undone: the desk has to go on.
fn end_case_steps(Work { app, tx, now }: Work<'_, '_>, row: &Reset, end: &End<'_>) -> Result<(), AppError> {
    let steps = |names, outcome| StepsDone { names, outcome, proof: end.says, by: end.by };
    let all: &[&str] = &["identity", "reset", "change", "restored"];
    // A case that was there before the request is about more than it.
    let own = cases::by_id(tx, row.case)?.is_some_and(|case| case.opened_at == row.opened_at);
    match end.state {
        ResetState::Restored | ResetState::Stated => {
            crate::end_steps(Work { app, tx, now }, row.case, &steps(all, "done"))
        }
        ResetState::Refused if own => {
            crate::end_steps(Work { app, tx, now }, row.case, &steps(&["identity"], "done"))?;
            crate::end_steps(Work { app, tx, now }, row.case, &steps(all, "not-needed"))
        }
        ResetState::Withdrawn if own => {
            crate::end_steps(Work { app, tx, now }, row.case, &steps(all, "not-needed"))
        }
        _ => Ok(()),
    }
}

/// Returns the words for a state.
#[must_use]
pub const fn in_words(state: ResetState) -> &'static str {
    match state {
        ResetState::Changing => "the holder is to change it",
        ResetState::Proving => "the desk makes sure of who is asking",
        ResetState::Deciding => "waits for a second person",
        ResetState::Ordered => "ordered; the device has not acknowledged it",
        ResetState::Cleared => "cleared; the device has not reported a new password",
        ResetState::ByHand => "agreed; the desk does it with the holder",
        ResetState::Restored => "the device reported a new password",
        ResetState::Stated => "changed, as a person stated",
        ResetState::Refused => "refused",
        ResetState::Expired => "its time was over",
        ResetState::Failed => "not carried out",
        ResetState::Withdrawn => "withdrawn",
    }
}

/// Returns whether a person has a role for which the force asks for a stronger proof.
fn is_privileged(Work { app, tx, now }: Work<'_, '_>, person: PersonId) -> Result<bool, AppError> {
    let policy = app.policy();
    let listed = policy.library().texts("privileged-roles");
    let Some(standing) = kernel::roles::standing_of(tx, person, now)? else { return Ok(true) };
    let roles = standing.roles.and(standing.everywhere);
    Ok(roles.iter().any(|role| match listed {
        Some(listed) => listed.contains(role.as_str()),
        // A force that says nothing asks for the stronger proof of everybody who can do more than hold a device.
        None => !everybody(role),
    }))
}

/// Returns whether a role is one that everybody may have.
const fn everybody(role: kernel::access::Role) -> bool {
    matches!(role, kernel::access::Role::Holder | kernel::access::Role::LineManager)
}
