//! Writing the ledger from inside a use case.

use domain::{ClauseId, DeviceId, EntryId, Force, PersonId, Timestamp};
use store::{Tx, devices, people};

use crate::{App, AppError};

/// SHA-256 of some bytes, hex.
#[must_use]
pub fn digest_hex(bytes: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes))
}

/// What one use case writes into the ledger.
///
/// The words here stay for as long as the log does: they name people by id only. What a person typed and what names
/// somebody goes into the detail, which can be erased while the log stays whole.
pub struct Record<'a> {
    /// Who did it, as the ledger names them.
    pub actor: &'a str,
    /// What was done: a word of `policy/actions.toml`.
    pub action: &'static str,
    /// What it was done to, such as `device:<id>`.
    pub subject: String,
    /// The force that it belongs to; none for the service itself.
    pub force: Option<Force>,
    /// The clause, where it is not the one that the policy gives for the action.
    pub clause: Option<ClauseId>,
    /// Why, as a word.
    pub reason: Option<&'static str>,
    /// What is private about it; it can be erased.
    pub detail: Option<serde_json::Value>,
}

impl<'a> Record<'a> {
    /// Begins a record of who did what to what.
    #[must_use]
    pub fn new(actor: &'a str, action: &'static str, subject: String) -> Self {
        Self { actor, action, subject, force: None, clause: None, reason: None, detail: None }
    }

    /// Sets the force.
    #[must_use]
    pub fn force(mut self, force: Force) -> Self {
        self.force = Some(force);
        self
    }

    /// Sets the force where there is one: the wall between the forces stands in the ledger too.
    pub fn force_if(mut self, force: Option<Force>) -> Self {
        self.force = force;
        self
    }

    /// Names the clause that it is about, where that is not the one which the policy gives for the action.
    pub fn clause(mut self, clause: &ClauseId) -> Self {
        self.clause = Some(clause.clone());
        self
    }

    /// Says why, as a word.
    #[must_use]
    pub fn reason(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Adds what is private.
    #[must_use]
    pub fn detail(mut self, detail: serde_json::Value) -> Self {
        self.detail = Some(detail);
        self
    }
}

/// Returns the force of a person; `None` for somebody whom the register does not know.
pub fn force_of(tx: &mut Tx<'_>, person: Option<PersonId>) -> Result<Option<Force>, AppError> {
    let found = person.map(|person| people::by_id(tx, person)).transpose()?.flatten();
    Ok(found.map(|person| person.force))
}

impl App {
    /// Begins a record about a device that is not at hand, with its force: the wall between the forces stands in the
    /// ledger too.
    pub fn about_device<'a>(
        &self,
        tx: &mut Tx<'_>,
        actor: &'a str,
        action: &'static str,
        device: DeviceId,
    ) -> Result<Record<'a>, AppError> {
        let mut record = Record::new(actor, action, format!("device:{device}"));
        record.force = devices::by_id(tx, device)?.map(|device| device.force);
        Ok(record)
    }

    /// Enters a record, in the use case's own transaction.
    pub fn enter(&self, tx: &mut Tx<'_>, at: Timestamp, record: Record<'_>) -> Result<(), AppError> {
        let detail = record
            .detail
            .map(|detail| ledger::Detail::new(detail.to_string().into_bytes(), self.world().entropy()))
            .transpose()
            .map_err(|error| AppError::fault(&error))?;
        let entry = store::ledger::Entry {
            id: EntryId::from_uuid(self.world().uuid()),
            place: None,
            at,
            actor: record.actor.to_owned(),
            action: record.action.to_owned(),
            subject: record.subject,
            force: record.force,
            clause: record.clause.or_else(|| {
                let policy = self.policy();
                policy.library().clause_of_action(record.action, record.reason).cloned()
            }),
            reason: record.reason.map(str::to_owned),
            detail_digest: detail.as_ref().map(|detail| detail.digest().to_string()),
        };
        let parts = detail.map(|detail| (detail.salt().expose().to_vec(), detail.bytes().expose().clone()));
        store::ledger::add(tx, &entry, parts)?;
        Ok(())
    }
}
