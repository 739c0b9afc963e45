//! Cases that breaches open, rejoin and close. Desk work itself is widened by later steps; the list and its timeline are
//! here.

use domain::{CaseId, ClauseId, DeviceId, EntryId, Outcome, Subject, Timestamp};
use serde_json::json;
use store::cases::{self, Case};
use store::{Tx, devices, findings};

use crate::access::{ManageCases, Permit};
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
        let Some(device) = devices::by_id(tx, id)? else { return Ok(()) };
        let policy = self.policy();
        let Some(rule) = policy.rules().iter().find(|rule| rule.clause == *clause) else { return Ok(()) };
        let finding = findings::one(tx, &Subject::Device(id), clause)?;
        let open = cases::open_for(tx, id, clause, &rule.opens)?;
        match (finding.map(|finding| (finding.outcome, finding.since)), open) {
            (Some((Outcome::NotMet { because }, since)), None) => {
                if since.plus(rule.grace) > now {
                    let subject = format!("{id}/{clause}");
                    return self.ask_job(tx, crate::jobs::Kind::Breach, &subject, since.plus(rule.grace));
                }
                let kind = if rule.detection { "may not be" } else { "is not" };
                let case = Case {
                    id: CaseId::from_uuid(self.world().uuid()),
                    number: 0,
                    kind: rule.opens.clone(),
                    force: device.force,
                    device: Some(id),
                    person: device.holder,
                    clause: Some(clause.clone()),
                    title: format!("{} {}: {clause} {kind} met", device.kind.title(), device.serial),
                    opened_at: now,
                    due_at: None,
                    closed: None,
                };
                cases::open(tx, &case)?;
                self.say(tx, case.id, "system", &because, now)?;
                let record = Record::new("system", "case.opened", format!("case:{}", case.id))
                    .force(device.force)
                    .clause(clause)
                    .detail(json!({ "device": id, "because": because }));
                self.enter(tx, now, record)
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

    fn end_breach(
        &self,
        tx: &mut Tx<'_>,
        open: &Case,
        clause: &ClauseId,
        (why, says, word): &End,
        now: Timestamp,
    ) -> Result<(), AppError> {
        cases::close(tx, open.id, now, why)?;
        self.say(tx, open.id, "system", says, now)?;
        let record = Record::new("system", "case.closed", format!("case:{}", open.id))
            .force(open.force)
            .clause(clause)
            .reason(word);
        self.enter(tx, now, record)
    }

    fn say(
        &self,
        tx: &mut Tx<'_>,
        case: CaseId,
        actor: &str,
        says: &str,
        at: Timestamp,
    ) -> Result<(), AppError> {
        cases::add_event(tx, EntryId::from_uuid(self.world().uuid()), case, at, actor, says)?;
        Ok(())
    }

    /// Adds a note to a case.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Invalid`] for an empty note.
    pub async fn note_on_case(
        &self,
        permit: Permit<ManageCases>,
        case: CaseId,
        note: &str,
    ) -> Result<(), AppError> {
        let note = crate::people::text("note", note, 2000)?;
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let found = cases::by_id(tx, case)?.ok_or_else(|| AppError::not_found("case", case))?;
                permit.reaches(found.force)?;
                app.say(tx, case, &permit.actor().shown, &note, now)?;
                let record = Record::new(&permit.actor().name, "case.noted", format!("case:{case}"))
                    .force(found.force)
                    .detail(json!({ "note": note }));
                app.enter(tx, now, record)
            })
            .await
    }

    /// Closes a case by hand, with a reason.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where it is closed already.
    pub async fn close_case(
        &self,
        permit: Permit<ManageCases>,
        case: CaseId,
        why: &str,
    ) -> Result<(), AppError> {
        let why = crate::people::text("reason", why, 500)?;
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let found = cases::by_id(tx, case)?.ok_or_else(|| AppError::not_found("case", case))?;
                permit.reaches(found.force)?;
                if !cases::close(tx, case, now, &why)? {
                    return Err(AppError::Conflict("the case is closed already; reload the page".into()));
                }
                app.say(tx, case, &permit.actor().shown, &format!("Closed: {why}"), now)?;
                let record = Record::new(&permit.actor().name, "case.closed", format!("case:{case}"))
                    .force(found.force)
                    .reason("by-hand")
                    .detail(json!({ "why": why }));
                app.enter(tx, now, record)
            })
            .await
    }
}
