//! Cases that breaches open, rejoin and close.

use domain::{ClauseId, DeviceId, Outcome, Subject, Timestamp};
use policy::{CaseType, Proof};
use serde_json::json;
use store::cases::{self, Case};
use store::locks::{self, Lock};
use store::{Tx, devices, findings};

use super::{Item, Opening, device_item};
use crate::policy_in_force::DeviceRule;
use crate::record::Record;
use crate::{App, AppError};

/// How a breach ends of itself: why, in the words of the timeline, and for the ledger.
type End = (&'static str, &'static str, &'static str);
const MET_AGAIN: End = ("met again", "The device reports that the clause is met again.", "met-again");
const NOT_ASKED: End = ("no longer asked", "The clause no longer asks this of the device.", "not-asked");

impl App {
    /// Opens or rejoins the case for a breach that outlived its grace, and closes it when the clause is met again.
    pub(crate) async fn follow_breach(&self, device: DeviceId, clause: ClauseId) -> Result<(), AppError> {
        let (app, now) = (self.clone(), self.world().now());
        self.store().write(move |tx| app.follow_breach_in(tx, device, &clause, now)).await
    }

    fn follow_breach_in(
        &self,
        tx: &mut Tx<'_>,
        id: DeviceId,
        clause: &ClauseId,
        now: Timestamp,
    ) -> Result<(), AppError> {
        locks::take(tx, Lock::Device(id))?;
        let Some(device) = devices::by_id(tx, id)? else { return Ok(()) };
        let policy = self.policy_as_of(tx)?;
        let Some(rule) = policy.rules().iter().find(|rule| rule.clause == *clause) else { return Ok(()) };
        let finding = findings::one(tx, &Subject::Device(id), clause)?;
        let open = cases::open_for(tx, id, clause, &rule.opens)?;
        match (finding.map(|finding| (finding.outcome, finding.since)), open) {
            (Some((Outcome::NotMet { because }, since)), None) => {
                if since.plus(rule.grace) > now {
                    let subject = format!("{id}/{clause}");
                    return self.ask_job(tx, crate::jobs::Kind::Breach, &subject, since.plus(rule.grace));
                }
                // A question for a holder waits until there is one.
                let asks = policy.library().cases.get(&rule.opens).is_some_and(asks_holder);
                if asks && device.holder.is_none() {
                    return Ok(());
                }
                if let Some(until) = self.risk_accepted(tx, &device, clause, now)? {
                    // The finding stays what it is; the case opens when nobody carries the risk any longer.
                    let subject = format!("{id}/{clause}");
                    return self.ask_job(tx, crate::jobs::Kind::Breach, &subject, until);
                }
                self.open_breach(tx, &device, rule, &because, now)
            }
            (Some((Outcome::NotMet { because }, _)), Some(open)) => {
                self.say(tx, open.id, "system", &format!("Still not met: {because}"), now)
            }
            (Some((Outcome::Met, _)), Some(open)) => self.end_breach(tx, &open, clause, &MET_AGAIN, now),
            (Some((Outcome::NotApplicable { .. }, _)), Some(open)) => {
                self.end_breach(tx, &open, clause, &NOT_ASKED, now)
            }
            // Not knowing is no recovery: the case stays open.
            _ => Ok(()),
        }
    }

    fn open_breach(
        &self,
        tx: &mut Tx<'_>,
        device: &devices::Device,
        rule: &DeviceRule,
        because: &str,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let clause = &rule.clause;
        let kind = if rule.detection { "may not be" } else { "is not" };
        let items: Vec<Item> = vec![device_item(device)];
        let opening = Opening {
            kind: &rule.opens,
            force: device.force,
            device: Some(device.id),
            person: device.holder,
            clause: Some(clause.clone()),
            title: format!("{} {}: {clause} {kind} met", device.kind.title(), device.serial),
            date: None,
            event: None,
            place: None,
            items,
            says: ("system", because),
        };
        let case = self.open_case(tx, &opening, now)?;
        if self.policy().library().cases.get(&rule.opens).is_some_and(asks_holder) {
            self.ask_about_unused(tx, case, device, now)?;
        }
        let record = Record::new("system", "case.opened", format!("case:{case}"))
            .force(device.force)
            .clause(clause)
            .detail(json!({ "device": device.id, "because": because }));
        self.enter(tx, now, record)
    }

    fn end_breach(
        &self,
        tx: &mut Tx<'_>,
        open: &Case,
        clause: &ClauseId,
        (why, says, word): &End,
        now: Timestamp,
    ) -> Result<(), AppError> {
        if !cases::close(tx, open.id, now, (why, "breach-over"))? {
            return Ok(());
        }
        self.say(tx, open.id, "system", says, now)?;
        self.judge_after(tx, open, now)?;
        let record = Record::new("system", "case.closed", format!("case:{}", open.id))
            .force(open.force)
            .clause(clause)
            .reason(word);
        self.enter(tx, now, record)
    }
}

/// Whether a case of that type begins with a question to whoever has the device.
fn asks_holder(kind: &CaseType) -> bool {
    kind.first_steps(None).any(|step| step.proof == Proof::Answer)
}
