//! Devices' messages, byte for byte, sealed and for a limited time; and the facts read from them.

use domain::{DeviceId, EnrolmentId, EntryId, Fact, Facts, Timestamp};

use crate::{StoreError, Tx, Value, statements};

/// A sealed message.
#[derive(Debug, Clone)]
pub struct RawMessage {
    /// Its id.
    pub id: EntryId,
    /// The channel that it came from.
    pub enrolment: EnrolmentId,
    /// The message type.
    pub kind: String,
    /// SHA-256 of the bytes before sealing, hex.
    pub digest: String,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
    /// When it came.
    pub received_at: Timestamp,
    /// When it is to be forgotten.
    pub expires_at: Timestamp,
}

statements! {
    pub(crate) RAW_ADD = "INSERT INTO raw_message (id, enrolment_id, kind, digest, sealed, received_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    RAW_FORGET = "DELETE FROM raw_message WHERE id IN (SELECT id FROM raw_message WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    RAW_OF_ENROLMENT: Sealed = "SELECT kind, digest, sealed, received_at FROM raw_message
        WHERE enrolment_id = $1 ORDER BY received_at DESC, id DESC LIMIT $2";
    FACTS_PUT = "INSERT INTO fact_report (device_id, report, facts, received_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (device_id, report) DO UPDATE SET facts = excluded.facts, received_at = excluded.received_at
        WHERE fact_report.received_at <= excluded.received_at";
    FACTS_OF: Vec<Fact> = "SELECT facts FROM fact_report WHERE device_id = $1 ORDER BY received_at, report";
    FACTS_FORGET = "DELETE FROM fact_report WHERE device_id = $1";
}

/// Keeps a sealed message.
pub fn keep(tx: &mut Tx<'_>, message: RawMessage) -> Result<(), StoreError> {
    tx.later(
        &RAW_ADD,
        vec![
            Value::id(message.id),
            Value::id(message.enrolment),
            message.kind.into(),
            message.digest.into(),
            message.sealed.into(),
            message.received_at.into(),
            message.expires_at.into(),
        ],
    )
}

/// Removes up to `limit` expired messages; returns how many.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&RAW_FORGET, &[now.into(), limit.into()])
}

/// A sealed message as it is read: kind, digest, sealed bytes, time.
pub type Sealed = (String, String, Vec<u8>, Timestamp);

/// Returns the newest sealed messages of a channel: kind, digest, sealed bytes, time.
pub fn of_enrolment(tx: &mut Tx<'_>, enrolment: EnrolmentId, limit: u32) -> Result<Vec<Sealed>, StoreError> {
    tx.rows(&RAW_OF_ENROLMENT, &[Value::id(enrolment), limit.into()])
}

/// Replaces the facts of one kind of report, unless a newer report of that kind is there.
pub fn put_facts(
    tx: &mut Tx<'_>,
    device: DeviceId,
    report: &str,
    facts: &[Fact],
    received_at: Timestamp,
) -> Result<(), StoreError> {
    let facts =
        serde_json::to_string(facts).map_err(|error| StoreError::encode("fact_report.facts", &error))?;
    tx.later(&FACTS_PUT, vec![Value::id(device), report.into(), facts.into(), received_at.into()])
}

/// Returns the current facts of a device: of each name the newest.
pub fn facts(tx: &mut Tx<'_>, device: DeviceId) -> Result<Facts, StoreError> {
    let mut all = Facts::default();
    for fact in tx.rows(&FACTS_OF, &[Value::id(device)])?.into_iter().flatten() {
        all.put(fact);
    }
    Ok(all)
}

/// Removes the facts of a device that enrols again: they belong to the former installation.
pub fn forget_facts(tx: &mut Tx<'_>, device: DeviceId) -> Result<(), StoreError> {
    tx.later(&FACTS_FORGET, vec![Value::id(device)])
}
