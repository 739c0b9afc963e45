//! Reports of lost devices.

use domain::{CaseId, DeviceId, Force, LossId, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One report.
    pub struct LossReport without Debug {
        /// Its id.
        pub id: LossId,
        /// What is read over the radio.
        pub reference: String,
        /// The force.
        pub force: Force,
        /// The first report of this loss, which may be this one.
        pub loss: LossId = "loss_id",
        /// The case.
        pub case: CaseId = "case_id",
        /// The device, if it is known.
        pub device: Option<DeviceId> = "device_id",
        /// How it came: public, signed-in, desk.
        pub came: String,
        /// Who reported it, where they were signed in.
        pub person: Option<PersonId> = "person_id",
        /// Lost, stolen, or not known.
        pub how: String,
        /// What the report means.
        pub meaning: String,
        /// When somebody last had the device.
        pub last_had: Option<Timestamp> = "last_had_at",
        /// When it was reported.
        pub reported_at: Timestamp,
        /// The answers, sealed; `None` once they are forgotten.
        pub answers: Option<Vec<u8>>,
        /// The digest of the form that was sent.
        pub form_digest: String,
        /// The digest of the reporter's secret.
        pub secret_digest: String,
        /// When the reporter said that it is found.
        pub found_at: Option<Timestamp>,
    }
}

impl std::fmt::Debug for LossReport {
    /// Leaves the answers out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LossReport({} {} {})", self.reference, self.came, self.meaning)
    }
}

statements! {
    pub(crate) LOSS_REPORT_ADD = "INSERT INTO loss_report (id, reference, force, loss_id, case_id, device_id, came, person_id, how,
        meaning, last_had_at, reported_at, answers, form_digest, secret_digest)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    LOSS_REPORT_BY_ID: LossReport = "SELECT {columns} FROM loss_report WHERE id = $1";
    LOSS_REPORT_BY_REFERENCE: LossReport = "SELECT {columns} FROM loss_report WHERE reference = $1";
    LOSS_REPORT_BY_FORM: LossReport = "SELECT {columns} FROM loss_report WHERE form_digest = $1";
    LOSS_REFERENCE_OF_CASE: String = "SELECT reference FROM loss_report WHERE case_id = $1 ORDER BY reported_at, id LIMIT 1";
    LOSS_REPORTS_OF: LossReport = "SELECT {columns} FROM loss_report
        WHERE loss_id = $1 ORDER BY reported_at, id LIMIT 50";
    LOSS_OF_CASE: LossId = "SELECT loss_id FROM loss_call WHERE case_id = $1 ORDER BY began_at LIMIT 1";
    LOSS_REPORTS_SINCE = "SELECT count(*) FROM loss_report WHERE force = $1 AND came = 'public' AND reported_at > $2";
    LOSS_FOUND = "UPDATE loss_report SET found_at = $2 WHERE id = $1 AND found_at IS NULL";
    LOSS_REPORTED_BY = "SELECT count(*) FROM loss_report WHERE loss_id = $1 AND came = 'signed-in' AND person_id = $2";
    LOSS_REPORTS_DEVICE = "UPDATE loss_report SET device_id = $2 WHERE loss_id = $1";
    LOSS_ANSWERS_FORGET = "UPDATE loss_report SET answers = NULL WHERE answers IS NOT NULL AND id IN
        (SELECT id FROM loss_report WHERE answers IS NOT NULL AND reported_at < $1 ORDER BY reported_at LIMIT $2 {skip_locked})";
}

/// Enters a report.
pub fn add(tx: &mut Tx<'_>, new: &LossReport) -> Result<(), StoreError> {
    let params = values!(new: id, reference, force, loss, case, device, came, person, how, meaning,
        last_had, reported_at, answers, form_digest, secret_digest);
    tx.execute(&LOSS_REPORT_ADD, &params).map(drop)
}

/// Returns the report of that id.
pub fn by_id(tx: &mut Tx<'_>, id: LossId) -> Result<Option<LossReport>, StoreError> {
    tx.row(&LOSS_REPORT_BY_ID, &[Value::id(id)])
}

/// Returns the report of that reference.
pub fn by_reference(tx: &mut Tx<'_>, reference: &str) -> Result<Option<LossReport>, StoreError> {
    tx.row(&LOSS_REPORT_BY_REFERENCE, &[reference.into()])
}

/// Returns the report that came with a form.
pub fn by_form(tx: &mut Tx<'_>, form_digest: &str) -> Result<Option<LossReport>, StoreError> {
    tx.row(&LOSS_REPORT_BY_FORM, &[form_digest.into()])
}

/// Returns the reports of a loss, the first one first.
pub fn of_loss(tx: &mut Tx<'_>, loss: LossId) -> Result<Vec<LossReport>, StoreError> {
    tx.rows(&LOSS_REPORTS_OF, &[Value::id(loss)])
}

/// Returns the loss for which people are or were called in a case.
pub fn loss_of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Option<LossId>, StoreError> {
    tx.row(&LOSS_OF_CASE, &[Value::id(case)])
}

/// Returns the reference of the first report that opened or joined a case.
pub fn reference_of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Option<String>, StoreError> {
    tx.row(&LOSS_REFERENCE_OF_CASE, &[Value::id(case)])
}

/// Returns how many reports of a force came from people who were not signed in, since a time.
pub fn public_since(tx: &mut Tx<'_>, force: Force, since: Timestamp) -> Result<i64, StoreError> {
    crate::single_count(tx, &LOSS_REPORTS_SINCE, &[Value::id(force), since.into()])
}

/// Notes that the reporter said that the device is found; false where they said so before.
pub fn set_found(tx: &mut Tx<'_>, id: LossId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&LOSS_FOUND, &[Value::id(id), at.into()])? > 0)
}

/// Returns whether a person reported that loss, signed in, as the holder of a device.
pub fn is_reported_by(tx: &mut Tx<'_>, loss: LossId, person: PersonId) -> Result<bool, StoreError> {
    Ok(crate::single_count(tx, &LOSS_REPORTED_BY, &[Value::id(loss), Value::id(person)])? > 0)
}

/// Writes which device the reports of a loss are about. What each of them meant when it came stays.
pub fn set_device(tx: &mut Tx<'_>, loss: LossId, device: DeviceId) -> Result<(), StoreError> {
    tx.execute(&LOSS_REPORTS_DEVICE, &[Value::id(loss), Value::id(device)])?;
    Ok(())
}

/// Forgets the answers of reports made before a time, `limit` at most; returns how many.
pub fn forget_answers(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&LOSS_ANSWERS_FORGET, &[before.into(), limit.into()])
}
