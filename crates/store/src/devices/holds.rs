//! Legal holds: while one is in force, a device is neither wiped nor given to another person.

use domain::{CaseId, DeviceId, Force, HoldId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One legal hold.
    pub struct Hold without Debug {
        /// Its id.
        pub id: HoldId,
        /// The device that is held.
        pub device: DeviceId = "device_id",
        /// The force that it belongs to.
        pub force: Force,
        /// The reference of the investigation.
        pub reference: String,
        /// The reason.
        pub why: String,
        /// The case in which it was decided.
        pub case: Option<CaseId> = "case_id",
        /// When it was placed.
        pub placed_at: Timestamp,
        /// Who placed it, as the ledger names them.
        pub placed_by: String,
        /// When, by whom and why it was ended.
        pub ended: Option<(Timestamp, String, String)> = "ended_at, ended_by, ended_why",
    }
}

impl std::fmt::Debug for Hold {
    /// Leaves out the reference and the reason: both may say whom an investigation is about.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hold").field("id", &self.id).field("device", &self.device).finish_non_exhaustive()
    }
}

statements! {
    pub(crate) HOLD_PLACE = "INSERT INTO legal_hold (id, device_id, force, reference, why, case_id, placed_at, placed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    HOLD_STANDS = "SELECT count(*) FROM legal_hold WHERE device_id = $1 AND ended_at IS NULL";
    HOLD_BY_ID: Hold = "SELECT {columns} FROM legal_hold WHERE id = $1";
    HOLDS_OF: Hold = "SELECT {columns} FROM legal_hold
        WHERE device_id = $1 ORDER BY placed_at DESC, id DESC LIMIT 100";
    HOLD_END = "UPDATE legal_hold SET ended_at = $2, ended_by = $3, ended_why = $4 WHERE id = $1 AND ended_at IS NULL";
}

/// Places a hold; returns whether there was none with that reference.
pub fn place(tx: &mut Tx<'_>, new: &Hold) -> Result<bool, StoreError> {
    let values = values!(new: id, device, force, reference, why, case, placed_at, placed_by);
    Ok(tx.execute(&HOLD_PLACE, &values)? > 0)
}

/// Returns whether a hold is in force on the device.
pub fn stands(tx: &mut Tx<'_>, device: DeviceId) -> Result<bool, StoreError> {
    Ok(crate::single_count(tx, &HOLD_STANDS, &[Value::id(device)])? > 0)
}

/// Returns the hold of that id.
pub fn by_id(tx: &mut Tx<'_>, id: HoldId) -> Result<Option<Hold>, StoreError> {
    tx.row(&HOLD_BY_ID, &[Value::id(id)])
}

/// Returns the holds on a device, newest first, those that were ended too; a hundred at most.
pub fn of_device(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<Hold>, StoreError> {
    tx.rows(&HOLDS_OF, &[Value::id(device)])
}

/// Ends a hold; returns whether it was in force.
pub fn end(tx: &mut Tx<'_>, id: HoldId, at: Timestamp, by: &str, why: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&HOLD_END, &[Value::id(id), at.into(), by.into(), why.into()])? > 0)
}
