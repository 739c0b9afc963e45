//! Orders that outlive an enrolment: copied to the queue of the next one, with who asked, who agreed, why and for which case.

use domain::{CommandId, CommandState, DeviceId, EnrolmentId, Timestamp};

use crate::record::is_set;
use crate::{StoreError, Tx, Value, row, statements};

statements! {
    pub(crate) CONTAINMENT: OutlivingOrder = "SELECT {columns} FROM command c JOIN enrolment e ON e.id = c.enrolment_id
        WHERE e.device_id = $1 AND e.channel = 'device' AND c.word IN ($2, $3, $4, $5)
        ORDER BY c.queued_at DESC, c.id DESC LIMIT 100";
    CONTAINMENT_ENDED = "UPDATE command SET state = CASE WHEN delivered_at IS NULL THEN 'cancelled' ELSE 'uncertain' END,
        finished_at = $2, error = $3 WHERE id = $1 AND finished_at IS NULL";
    CONTAINMENT_CARRY = "INSERT INTO command (id, enrolment_id, word, lane, spec, state, asked_by, approved_by, reason,
        case_id, queued_at, deed, effect, burst_id, expires_at, frozen_at) SELECT $2, $3, word, lane, $4, $6, asked_by,
        approved_by, reason, case_id, CAST($5 AS BIGINT), deed, effect, burst_id, expires_at, frozen_at FROM command WHERE id = $1";
}

row! {
    /// An order that may outlive its enrolment.
    pub struct OutlivingOrder {
        /// Its id.
        pub id: CommandId = "c.id",
        /// The channel that it is for.
        pub enrolment: EnrolmentId = "c.enrolment_id",
        /// What it does, as the app spells it.
        pub spec: String = "c.spec",
        /// Its state.
        pub state: CommandState = "c.state",
        /// Whether the device was given it.
        pub delivered: bool = "c.delivered_at" by is_set,
        /// When it came to its end.
        pub finished_at: Option<Timestamp> = "c.finished_at",
        /// Why it ended.
        pub error: Option<String> = "c.error",
        /// Whether a second person agreed to it.
        pub approved: bool = "(c.approved_by IS NOT NULL)",
    }
}

/// Returns the latest orders of these kinds to the device itself, newest first.
pub fn of_device(
    tx: &mut Tx<'_>,
    device: DeviceId,
    kinds: [&str; 4],
) -> Result<Vec<OutlivingOrder>, StoreError> {
    let mut params = vec![Value::id(device)];
    params.extend(kinds.map(Value::from));
    tx.rows(&CONTAINMENT, &params)
}

/// Ends an order because its enrolment ends.
pub fn end(tx: &mut Tx<'_>, id: CommandId, at: Timestamp, why: &str) -> Result<(), StoreError> {
    tx.later(&CONTAINMENT_ENDED, vec![Value::id(id), at.into(), why.into()])
}

/// The order that takes the place of another on a new enrolment.
#[derive(Debug, Clone, Copy)]
pub struct CarriedTo<'a> {
    /// Its id.
    pub id: CommandId,
    /// The new enrolment.
    pub enrolment: EnrolmentId,
    /// What it does, as the app spells it.
    pub spec: &'a str,
}

/// Queues an order again for another enrolment, with the same origin and effect. One that was held beyond a cap stays held in
/// its burst: enrolling again releases nothing.
pub fn carry(
    tx: &mut Tx<'_>,
    from: &OutlivingOrder,
    to: &CarriedTo<'_>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let CarriedTo { id, enrolment, spec } = *to;
    let state = if from.state == CommandState::Held { CommandState::Held } else { CommandState::Queued };
    tx.later(
        &CONTAINMENT_CARRY,
        vec![
            Value::id(from.id),
            Value::id(id),
            Value::id(enrolment),
            spec.into(),
            at.into(),
            state.as_str().into(),
        ],
    )
}
