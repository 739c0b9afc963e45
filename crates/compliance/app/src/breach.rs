//! Opens, updates and closes the cases that breaches lead to.

use domain::{ClauseId, DeviceId, Outcome, Subject, WhyNotKnown};
use policy::{CaseType, KeptBy, Proof};
use serde_json::json;
use store::cases::{self, Case};
use store::locks::{self, Lock};
use store::{devices, findings};

use cases_app::{Opening, device_item};
use kernel::policy_in_force::DeviceRule;
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// End of a breach without anybody's action: the reason, the words of the timeline, and the word for the ledger.
type End = (&'static str, &'static str, &'static str);
const MET_AGAIN: End = ("met again", "The device reports that the clause is met again.", "met-again");
const NOT_SHOWN: End = (
    "no longer shown",
    "The device no longer reports what was wrong. That the clause is met, no device of this kind can show.",
    "not-shown",
);
const NOT_ASKED: End = ("no longer asked", "The clause no longer asks this of the device.", "not-asked");

/// Opens or updates the case for a breach that lasted longer than its grace period, and closes it when the clause is met again.
pub async fn follow_breach(app: &App, device: DeviceId, clause: ClauseId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| follow_breach_in(Work { app: &app, tx, now }, device, &clause)).await
}

fn follow_breach_in(
    Work { app, tx, now }: Work<'_, '_>,
    id: DeviceId,
    clause: &ClauseId,
) -> Result<(), AppError> {
    locks::take(tx, Lock::Device(id))?;
    let Some(device) = devices::by_id(tx, id)? else { return Ok(()) };
    let policy = kernel::policy_in_force::policy_as_of(app, tx)?;
    let Some(rule) = policy.rules().iter().find(|rule| rule.clause == *clause) else { return Ok(()) };
    let finding = findings::one(tx, &Subject::Device(id), clause)?;
    let open = cases::open_for(tx, id, clause, &rule.opens)?;
    match (finding.map(|finding| (finding.outcome, finding.since)), open) {
        (Some((Outcome::NotMet { because }, since)), None) => {
            if since.plus(rule.grace) > now {
                let subject = format!("{id}/{clause}");
                return kernel::jobs::ask_job(
                    app,
                    tx,
                    kernel::jobs::Kind::Breach,
                    &subject,
                    since.plus(rule.grace),
                );
            }
            // A case that asks the holder a question waits until there is a holder.
            let asks = policy.library().cases.get(&rule.opens).is_some_and(asks_holder);
            if asks && device.holder.is_none() {
                return Ok(());
            }
            if let Some(until) = permissions_app::risk_accepted(tx, &device, clause, now)? {
                // The finding stays as it is; the case opens when nobody carries the risk any longer.
                let subject = format!("{id}/{clause}");
                return kernel::jobs::ask_job(app, tx, kernel::jobs::Kind::Breach, &subject, until);
            }
            open_breach(Work { app, tx, now }, &device, rule, &because)
        }
        (Some((Outcome::NotMet { because }, _)), Some(open)) => {
            cases_app::say(Work { app, tx, now }, open.id, "system", &format!("Still not met: {because}"))
        }
        (Some((Outcome::Met | Outcome::OnRecord { .. }, _)), Some(open)) => {
            end_breach(Work { app, tx, now }, &open, clause, &MET_AGAIN)
        }
        // Reported, and nothing wrong in it; silence would have another reason.
        (Some((Outcome::NotKnown(WhyNotKnown::CannotTell { .. }), _)), Some(open)) => {
            end_breach(Work { app, tx, now }, &open, clause, &NOT_SHOWN)
        }
        (Some((Outcome::NotApplicable { .. }, _)), Some(open)) => {
            end_breach(Work { app, tx, now }, &open, clause, &NOT_ASKED)
        }
        // An unknown outcome is not a recovery: the case stays open.
        _ => Ok(()),
    }
}

fn open_breach(
    Work { app, tx, now }: Work<'_, '_>,
    device: &devices::Device,
    rule: &DeviceRule,
    because: &str,
) -> Result<(), AppError> {
    let clause = &rule.clause;
    let kind = if rule.detection { "may not be" } else { "is not" };
    let item = device_item(device);
    let opening = Opening {
        kind: &rule.opens,
        force: device.force,
        device: Some(device.id),
        person: device.holder,
        clause: Some(clause.clone()),
        title: format!("{}: {clause} {kind} met", item.title),
        date: None,
        event: None,
        place: None,
        items: vec![item],
        says: ("system", because),
    };
    let case = cases_app::open_case(Work { app, tx, now }, &opening)?;
    if let Some(confidence) = confidence_of(app, rule) {
        cases_app::say(Work { app, tx, now }, case, "system", &confidence)?;
    }
    if app.policy().library().cases.get(&rule.opens).is_some_and(asks_holder) {
        cases_app::unused::ask_about_unused(Work { app, tx, now }, case, device)?;
    }
    let record = Record::new("system", "case.opened", format!("case:{case}"))
        .force(device.force)
        .clause(clause)
        .detail(json!({ "device": device.id, "because": because }));
    app.enter(tx, now, record)
}

fn end_breach(
    Work { app, tx, now }: Work<'_, '_>,
    open: &Case,
    clause: &ClauseId,
    (why, says, word): &End,
) -> Result<(), AppError> {
    // What people reported is theirs to end: a device that meets a clause again says nothing of a caller at the desk.
    if cases::events(tx, open.id)?.first().is_some_and(|(_, opened_by, _)| opened_by != "system") {
        return cases_app::say(Work { app, tx, now }, open.id, "system", says);
    }
    if !cases_app::end_by_itself(Work { app, tx, now }, open, why, "breach-over", says)? {
        return Ok(());
    }
    let record = Record::new("system", "case.closed", format!("case:{}", open.id))
        .force(open.force)
        .clause(clause)
        .reason(*word);
    app.enter(tx, now, record)
}

/// Returns how sure a detection is, in words: it is never a finding of guilt.
fn confidence_of(app: &App, rule: &DeviceRule) -> Option<String> {
    let policy = app.policy();
    let clause = policy.library().clause(&rule.clause).filter(|_| rule.detection)?;
    clause.kept_by.iter().find_map(|kept| match kept {
        KeptBy::Detection { confidence, .. } => {
            Some(format!("A sign to look into, never a finding of guilt. How sure it is: {confidence}"))
        }
        _ => None,
    })
}

/// Returns whether a case of that type begins with a question to the holder of the device.
fn asks_holder(kind: &CaseType) -> bool {
    kind.first_steps(None).any(|step| step.proof == Proof::Answer)
}
