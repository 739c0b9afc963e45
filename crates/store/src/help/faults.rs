//! Reports of faults, damage and signs of tampering, whose words stand in the timeline of their case; and devices that are restricted
//! after signs of tampering, until a person ends that.

use domain::{CaseId, DeviceId, EntryId, FaultId, FaultKind, Force, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One report.
    pub struct FaultReport {
        /// Its id.
        pub id: FaultId,
        /// The force of the device.
        pub force: Force,
        /// The case.
        pub case: CaseId = "case_id",
        /// The device.
        pub device: DeviceId = "device_id",
        /// Its holder, where there is one.
        pub person: Option<PersonId> = "person_id",
        /// What is wrong.
        pub kind: FaultKind,
        /// Who reported it, as the ledger names them.
        pub reported_by: String,
        /// When.
        pub reported_at: Timestamp,
        /// The digest of the form that was sent.
        pub form_digest: String,
    }

    /// A device that is restricted.
    pub struct Quarantine {
        /// Its id.
        pub id: EntryId,
        /// The device.
        pub device: DeviceId = "device_id",
        /// The case.
        pub case: CaseId = "case_id",
        /// When it began.
        pub began_at: Timestamp,
        /// Who began it, as the ledger names them.
        pub began_by: String,
    }
}

statements! {
    pub(crate) FAULT_ADD = "INSERT INTO fault_report (id, force, case_id, device_id, person_id, kind, reported_by, reported_at,
        form_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FAULT_BY_FORM: FaultReport = "SELECT {columns} FROM fault_report WHERE form_digest = $1";
    FAULT_OF_CASE: FaultReport = "SELECT {columns} FROM fault_report
        WHERE case_id = $1 ORDER BY reported_at, id LIMIT 1";
    QUARANTINE_ADD = "INSERT INTO quarantine (id, device_id, case_id, began_at, began_by) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    QUARANTINE_OF: Quarantine = "SELECT {columns} FROM quarantine WHERE device_id = $1 AND ended_at IS NULL";
    QUARANTINE_END = "UPDATE quarantine SET ended_at = $2, ended_by = $3 WHERE device_id = $1 AND ended_at IS NULL";
}

/// Enters a report.
pub fn add(tx: &mut Tx<'_>, new: &FaultReport) -> Result<(), StoreError> {
    let params = values!(new: id, force, case, device, person, kind, reported_by, reported_at, form_digest);
    tx.execute(&FAULT_ADD, &params).map(drop)
}

/// Returns the report that came with a form.
pub fn by_form(tx: &mut Tx<'_>, form_digest: &str) -> Result<Option<FaultReport>, StoreError> {
    tx.row(&FAULT_BY_FORM, &[form_digest.into()])
}

/// Returns the first report of a case.
pub fn of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Option<FaultReport>, StoreError> {
    tx.row(&FAULT_OF_CASE, &[Value::id(case)])
}

/// Restricts a device; returns false where it is restricted already.
pub fn begin_quarantine(tx: &mut Tx<'_>, new: &Quarantine) -> Result<bool, StoreError> {
    let params = values!(new: id, device, case, began_at, began_by);
    Ok(tx.execute(&QUARANTINE_ADD, &params)? > 0)
}

/// Returns the restriction of a device, if one stands.
pub fn quarantine_of(tx: &mut Tx<'_>, device: DeviceId) -> Result<Option<Quarantine>, StoreError> {
    tx.row(&QUARANTINE_OF, &[Value::id(device)])
}

/// Ends the restriction of a device; returns whether one stood.
pub fn end_quarantine(
    tx: &mut Tx<'_>,
    device: DeviceId,
    at: Timestamp,
    by: &str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&QUARANTINE_END, &[Value::id(device), at.into(), by.into()])? > 0)
}
