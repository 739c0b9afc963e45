//! Reports of faults, damage and signs of tampering, whose words stand in the timeline of their case; and devices that are restricted
//! after signs of tampering, until a person ends that.

use domain::{CaseId, DeviceId, EntryId, FaultId, FaultKind, Force, PersonId, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultReport {
    /// Its id.
    pub id: FaultId,
    /// The force of the device.
    pub force: Force,
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// Its holder, where there is one.
    pub person: Option<PersonId>,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// Its id.
    pub id: EntryId,
    /// The device.
    pub device: DeviceId,
    /// The case.
    pub case: CaseId,
    /// When it began.
    pub began_at: Timestamp,
    /// Who began it, as the ledger names them.
    pub began_by: String,
}

macro_rules! columns {
    () => {
        "id, force, case_id, device_id, person_id, kind, reported_by, reported_at, form_digest"
    };
}

statements! {
    pub(crate) FAULT_ADD = "INSERT INTO fault_report (id, force, case_id, device_id, person_id, kind, reported_by, reported_at,
        form_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FAULT_BY_FORM = concat!("SELECT ", columns!(), " FROM fault_report WHERE form_digest = $1");
    FAULT_OF_CASE = concat!("SELECT ", columns!(), " FROM fault_report WHERE case_id = $1 ORDER BY reported_at, id LIMIT 1");
    QUARANTINE_ADD = "INSERT INTO quarantine (id, device_id, case_id, began_at, began_by) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    QUARANTINE_OF = "SELECT id, device_id, case_id, began_at, began_by FROM quarantine WHERE device_id = $1 AND ended_at IS NULL";
    QUARANTINE_END = "UPDATE quarantine SET ended_at = $2, ended_by = $3 WHERE device_id = $1 AND ended_at IS NULL";
}

fn report(row: &Row) -> Result<FaultReport, StoreError> {
    Ok(FaultReport {
        id: row.parse(0)?,
        force: row.parse(1)?,
        case: row.parse(2)?,
        device: row.parse(3)?,
        person: row.opt_parse(4)?,
        kind: row.parse(5)?,
        reported_by: row.text(6)?,
        reported_at: row.time(7)?,
        form_digest: row.text(8)?,
    })
}

/// Enters a report.
pub fn add(tx: &mut Tx<'_>, new: &FaultReport) -> Result<(), StoreError> {
    let params = [
        Value::id(new.id),
        Value::id(new.force),
        Value::id(new.case),
        Value::id(new.device),
        Value::opt_id(new.person),
        new.kind.as_str().into(),
        new.reported_by.as_str().into(),
        new.reported_at.into(),
        new.form_digest.as_str().into(),
    ];
    tx.execute(&FAULT_ADD, &params)?;
    Ok(())
}

/// Returns the report that came with a form.
pub fn by_form(tx: &mut Tx<'_>, form_digest: &str) -> Result<Option<FaultReport>, StoreError> {
    tx.one(&FAULT_BY_FORM, &[form_digest.into()])?.as_ref().map(report).transpose()
}

/// Returns the first report of a case.
pub fn of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Option<FaultReport>, StoreError> {
    tx.one(&FAULT_OF_CASE, &[Value::id(case)])?.as_ref().map(report).transpose()
}

fn quarantine(row: &Row) -> Result<Quarantine, StoreError> {
    Ok(Quarantine {
        id: row.parse(0)?,
        device: row.parse(1)?,
        case: row.parse(2)?,
        began_at: row.time(3)?,
        began_by: row.text(4)?,
    })
}

/// Restricts a device; returns false where it is restricted already.
pub fn begin_quarantine(tx: &mut Tx<'_>, new: &Quarantine) -> Result<bool, StoreError> {
    let params = [
        Value::id(new.id),
        Value::id(new.device),
        Value::id(new.case),
        new.began_at.into(),
        new.began_by.as_str().into(),
    ];
    Ok(tx.execute(&QUARANTINE_ADD, &params)? > 0)
}

/// Returns the restriction of a device, if one stands.
pub fn quarantine_of(tx: &mut Tx<'_>, device: DeviceId) -> Result<Option<Quarantine>, StoreError> {
    tx.one(&QUARANTINE_OF, &[Value::id(device)])?.as_ref().map(quarantine).transpose()
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
