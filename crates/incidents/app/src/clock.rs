//! Decides about the clock: whether the regulator must be told, that it was told, and that it is decided again.

use domain::IncidentId;
use incidents::clock::{ClockState, Decision};
use policy::Proof;
use store::Tx;
use store::incidents::Incident;

use crate::fill::{not_own, of_desk, tidy};
use crate::keep::{Change, Said, form, keep, locked, warn_before};
use cases_app::Ending;
use kernel::access::{Actor, DecideBreaches, Permit};
use kernel::fields::{optional_text, text};
use kernel::{App, AppError};

/// What the data protection officer decides, and why.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// The reason: 1 to 1,000 characters.
    pub reason: String,
    /// The regulator's reference, where it was told: up to 100 characters.
    pub reference: String,
}

const fn action(decision: Decision) -> &'static str {
    match decision {
        Decision::Confirm => "incident.breach-confirmed",
        Decision::NotNotifiable => "incident.not-notifiable",
        Decision::Notified => "incident.regulator-told",
        Decision::Reopen => "incident.decision-reopened",
    }
}

fn line(decision: Decision, regulator: &str, reference: &str) -> String {
    match decision {
        Decision::Confirm => {
            format!("Confirmed: {regulator} must be told. The clock goes on until it was.")
        }
        Decision::NotNotifiable => format!("Decided: {regulator} need not be told. The clock is stopped."),
        Decision::Notified => format!("{regulator} was told, reference {reference}. The clock is stopped."),
        Decision::Reopen => format!("It is decided again whether {regulator} must be told. The clock runs."),
    }
}

/// Takes a decision about the clock of an incident, with its reason. Deciding the same once more changes nothing. Nobody decides about
/// an incident whose form is their own.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, and without the regulator's reference where it was told; [`AppError::Denied`] for another
/// force and for one's own; [`AppError::Conflict`] for a decision that cannot be taken now.
pub async fn decide(
    app: &App,
    permit: Permit<DecideBreaches>,
    id: IncidentId,
    decided: Decided,
) -> Result<ClockState, AppError> {
    let reason = text("reason", &tidy(&decided.reason), 1000)?;
    let decision = decided.decision;
    let reference = optional_text("reference", Some(&decided.reference), 100)?.unwrap_or_default();
    if decision == Decision::Notified && reference.is_empty() {
        return Err(AppError::invalid("reference", "enter the reference that the regulator gave"));
    }
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            of_desk(&app, tx, &permit, id)?;
            let row = locked(tx, id)?;
            let actor = permit.actor();
            not_own(&permit, &row)?;
            let before = ClockState::read(&row.clock);
            let Some(after) = before.after(decision) else { return already(before, decision) };
            let policy = app.policy();
            let form = form(policy.library(), &row)?;
            let regulator = form.clock.as_ref().map_or("the regulator", |clock| clock.regulator.as_str());
            let line = line(decision, regulator, &reference);
            // Whoever reopens a decision is not told of warnings that are past by then; the next one counts.
            let warned = match (decision, row.ends_at) {
                (Decision::Reopen, Some(ends_at)) => {
                    let before = warn_before(policy.library(), &row);
                    let warnings = incidents::clock::Warnings { ends_at, before: &before };
                    warnings.due(0, now).filter(|due| !due.over).map_or(0, |due| due.count)
                }
                _ => row.warned,
            };
            let said = Said { text: reason, reference };
            let change = Change {
                what: Some(decision.as_str()),
                said: Some(said),
                line,
                action: Some(action(decision)),
                ..Change::by(actor, Incident { clock: after.as_str().to_owned(), warned, ..row })
            };
            let row = keep(&app, tx, change)?;
            follow_in_case(&app, tx, actor, &row, decision)?;
            Ok(after)
        })
        .await
}

/// Ends the step of the case that waits for the decision, or asks for it once more.
fn follow_in_case(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: &Incident,
    decision: Decision,
) -> Result<(), AppError> {
    match decision {
        Decision::Confirm => Ok(()),
        Decision::Reopen => cases_app::ask_again(app, tx, row.case, Proof::Decision, row.ends_at),
        Decision::NotNotifiable | Decision::Notified => {
            let ending = Ending {
                outcome: "done",
                proof: &format!("incident:{}", row.id),
                by: actor.into(),
                says: "The decision on telling the regulator is taken.".to_owned(),
            };
            cases_app::end_steps_by(app, tx, row.case, Proof::Decision, &ending).map(drop)
        }
    }
}

/// Answers a decision that cannot be taken: once more the same is no error, anything else is.
fn already(standing: ClockState, decision: Decision) -> Result<ClockState, AppError> {
    let same = matches!(
        (standing, decision),
        (ClockState::Confirmed, Decision::Confirm)
            | (ClockState::NotNotifiable, Decision::NotNotifiable)
            | (ClockState::Notified, Decision::Notified)
            | (ClockState::Possible, Decision::Reopen)
    );
    if same {
        return Ok(standing);
    }
    Err(AppError::Conflict(
        match standing {
            ClockState::None => "no regulator has to be told of this incident",
            ClockState::NotNotifiable | ClockState::Notified => {
                "it is decided already; open the decision again first, with a reason"
            }
            ClockState::Possible | ClockState::Confirmed => "this cannot be decided now; reload the page",
        }
        .into(),
    ))
}
