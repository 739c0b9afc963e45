//! Writes ledger entries from inside a use case.

use std::borrow::Cow;

use domain::{ClauseId, DeviceId, EntryId, Force, PersonId, Timestamp};
use store::{Tx, devices, people};

use crate::{App, AppError};

/// Computes the SHA-256 of some bytes, in hex.
#[must_use]
pub fn digest_hex(bytes: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes))
}

/// Compares two secrets in constant time, whatever their lengths are.
#[must_use]
pub fn is_same_secret(one: &str, other: &str) -> bool {
    let digest = |text: &str| aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    aws_lc_rs::constant_time::verify_slices_are_equal(digest(one).as_ref(), digest(other).as_ref()).is_ok()
}

/// Record that one use case writes into the ledger.
///
/// Its words stay for as long as the log does: they name people by id only. What a person typed and what names somebody goes into
/// the detail, which can be erased while the log stays whole.
pub struct Record<'a> {
    /// Actor, as the ledger names them.
    pub actor: &'a str,
    /// Action: a word of `policy/actions.toml`.
    pub action: &'static str,
    /// Subject of the action, such as `device:<id>`.
    pub subject: String,
    /// Force of the subject; none for the service itself.
    pub force: Option<Force>,
    /// Clause, where it differs from the one that the policy gives for the action.
    pub clause: Option<ClauseId>,
    /// Reason, as a word.
    pub reason: Option<Cow<'static, str>>,
    /// Private detail, which can be erased.
    pub detail: Option<serde_json::Value>,
}

impl<'a> Record<'a> {
    /// Begins a record of an action by an actor on a subject.
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

    /// Sets the force where there is one, because the ledger also keeps the forces apart.
    pub fn force_if(mut self, force: Option<Force>) -> Self {
        self.force = force;
        self
    }

    /// Sets the clause, where it differs from the one that the policy gives for the action.
    pub fn clause(mut self, clause: &ClauseId) -> Self {
        self.clause = Some(clause.clone());
        self
    }

    /// Sets the reason: a word, or the product's own words with figures, such as the root over findings.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Adds the private detail.
    #[must_use]
    pub fn detail(mut self, detail: serde_json::Value) -> Self {
        self.detail = Some(detail);
        self
    }
}

/// Returns the force of a person; `None` for a person who is not in the register.
pub fn force_of(tx: &mut Tx<'_>, person: Option<PersonId>) -> Result<Option<Force>, AppError> {
    let found = person.map(|person| people::by_id(tx, person)).transpose()?.flatten();
    Ok(found.map(|person| person.force))
}

/// Returns a stored entry as the log encodes it.
///
/// # Errors
/// [`AppError::Fault`] where its digest cannot be read.
pub fn entry_of(row: &store::ledger::Entry) -> Result<ledger::Entry, AppError> {
    Ok(ledger::Entry {
        id: row.id,
        at: row.at,
        actor: row.actor.clone(),
        action: row.action.clone(),
        subject: row.subject.clone(),
        force: row.force,
        clause: row.clause.clone(),
        reason: row.reason.clone(),
        detail_digest: row.detail_digest.as_deref().map(str::parse).transpose().map_err(|_| {
            AppError::Fault(format!("ledger entry {} has an unreadable detail digest", row.id))
        })?,
    })
}

impl App {
    /// Begins a record about a device that has not been read yet, with its force, because the ledger also keeps the forces apart.
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

    /// Writes a record in the use case's own transaction.
    pub fn enter(&self, tx: &mut Tx<'_>, at: Timestamp, record: Record<'_>) -> Result<(), AppError> {
        self.enter_found(tx, at, record).map(drop)
    }

    /// Writes a record as [`App::enter`] does, and returns the id of its entry for what is kept beside it.
    pub fn enter_found(
        &self,
        tx: &mut Tx<'_>,
        at: Timestamp,
        record: Record<'_>,
    ) -> Result<EntryId, AppError> {
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
                policy.library().clause_of_action(record.action, record.reason.as_deref()).cloned()
            }),
            reason: record.reason.map(Cow::into_owned),
            detail_digest: detail.as_ref().map(|detail| detail.digest().to_string()),
        };
        let parts = detail.map(|detail| (detail.salt().expose().to_vec(), detail.bytes().expose().clone()));
        store::ledger::add(tx, &entry, parts)?;
        Ok(entry.id)
    }
}
