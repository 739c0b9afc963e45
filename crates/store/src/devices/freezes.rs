//! Freezes: while one is in force, no destructive order of a force is queued, agreed to or sent to a device.

use domain::{Force, FreezeId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One freeze.
    pub struct Freeze {
        /// Its id.
        pub id: FreezeId,
        /// Whose destructive orders.
        pub force: Force,
        /// The reason.
        pub why: String,
        /// When it was frozen.
        pub frozen_at: Timestamp,
        /// Who froze them.
        pub frozen_by: String,
        /// Who asked to lift it, when and why.
        pub lift: Option<(Timestamp, String, String)> = "lift_asked_at, lift_asked_by, lift_why",
    }
}

statements! {
    pub(crate) FREEZE_ADD = "INSERT INTO order_freeze (id, force, why, frozen_at, frozen_by) VALUES ($1, $2, $3, $4, $5)";
    FREEZE_OF: Freeze = "SELECT {columns} FROM order_freeze WHERE force = $1 AND lifted_at IS NULL";
    FREEZE_ASK_LIFT = "UPDATE order_freeze SET lift_asked_at = $2, lift_asked_by = $3, lift_why = $4 WHERE id = $1 AND lifted_at IS NULL";
    FREEZE_LIFT = "UPDATE order_freeze SET lifted_at = $2, lifted_by = $3 WHERE id = $1 AND lifted_at IS NULL AND lift_asked_at IS NOT NULL";
    // In the order of the queue, as whatever locks several commands.
    COMMANDS_FREEZE = "UPDATE command SET frozen_at = $2 WHERE finished_at IS NULL AND id IN (SELECT n.id FROM command n
        WHERE n.finished_at IS NULL AND n.effect = 'destructive' AND n.enrolment_id IN
        (SELECT e.id FROM enrolment e JOIN device d ON d.id = e.device_id WHERE d.force = $1) ORDER BY n.lane, n.id {for_update})";
    COMMANDS_THAW = "UPDATE command SET frozen_at = NULL WHERE finished_at IS NULL AND id IN (SELECT n.id FROM command n
        WHERE n.finished_at IS NULL AND n.frozen_at IS NOT NULL AND n.enrolment_id IN
        (SELECT e.id FROM enrolment e JOIN device d ON d.id = e.device_id WHERE d.force = $1) ORDER BY n.lane, n.id {for_update})";
}

/// Returns a force's current freeze.
pub fn freeze_of(tx: &mut Tx<'_>, force: Force) -> Result<Option<Freeze>, StoreError> {
    tx.row(&FREEZE_OF, &[force.as_str().into()])
}

/// Freezes the unfinished destructive commands of a force; returns how many.
pub fn freeze(tx: &mut Tx<'_>, new: &Freeze) -> Result<u64, StoreError> {
    let values = values!(new: id, force, why, frozen_at, frozen_by);
    tx.execute(&FREEZE_ADD, &values)?;
    tx.execute(&COMMANDS_FREEZE, &[new.force.as_str().into(), new.frozen_at.into()])
}

/// Notes who asked to lift a freeze; returns whether it is in force.
pub fn ask_to_lift(
    tx: &mut Tx<'_>,
    id: FreezeId,
    at: Timestamp,
    by: &str,
    why: &str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&FREEZE_ASK_LIFT, &[Value::id(id), at.into(), by.into(), why.into()])? > 0)
}

/// Lifts a freeze whose lifting was asked for; returns whether it was in force.
pub fn lift(tx: &mut Tx<'_>, freeze: &Freeze, at: Timestamp, by: &str) -> Result<bool, StoreError> {
    if tx.execute(&FREEZE_LIFT, &[Value::id(freeze.id), at.into(), by.into()])? == 0 {
        return Ok(false);
    }
    tx.execute(&COMMANDS_THAW, &[freeze.force.as_str().into()])?;
    Ok(true)
}
