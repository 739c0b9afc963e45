//! Orders that outlive an enrolment: copied to the queue of the next one, with who asked, who agreed, why and for which case.

use domain::{CommandId, CommandState, DeviceId, EnrolmentId, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

statements! {
    pub(crate) CONTAINMENT = "SELECT c.id, c.enrolment_id, c.spec, c.state, c.delivered_at, c.finished_at, c.error,
        (c.approved_by IS NOT NULL) FROM command c JOIN enrolment e ON e.id = c.enrolment_id
        WHERE e.device_id = $1 AND e.channel = 'device' AND c.word IN ($2, $3, $4, $5)
        ORDER BY c.queued_at DESC, c.id DESC LIMIT 100";
    CONTAINMENT_ENDED = "UPDATE command SET state = CASE WHEN delivered_at IS NULL THEN 'cancelled' ELSE 'uncertain' END,
        finished_at = $2, error = $3 WHERE id = $1 AND finished_at IS NULL";
    CONTAINMENT_CARRY = "INSERT INTO command (id, enrolment_id, word, lane, spec, state, asked_by, approved_by, reason,
        case_id, queued_at, deed, effect, burst_id, expires_at, frozen_at) SELECT $2, $3, word, lane, $4, $6, asked_by,
        approved_by, reason, case_id, CAST($5 AS BIGINT), deed, effect, burst_id, expires_at, frozen_at FROM command WHERE id = $1";
}

/// An order that may outlive its enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its id.
    pub id: CommandId,
    /// The channel that it is for.
    pub enrolment: EnrolmentId,
    /// What it does, as the app spells it.
    pub spec: String,
    /// Its state.
    pub state: CommandState,
    /// Whether the device was given it.
    pub delivered: bool,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
    /// Why it ended.
    pub error: Option<String>,
    /// Whether a second person agreed to it.
    pub approved: bool,
}

/// Returns the latest orders of these kinds to the device itself, newest first.
pub fn of_device(tx: &mut Tx<'_>, device: DeviceId, kinds: [&str; 4]) -> Result<Vec<Standing>, StoreError> {
    let mut params = vec![Value::id(device)];
    params.extend(kinds.map(Value::from));
    tx.query(&CONTAINMENT, &params)?.iter().map(standing).collect()
}

fn standing(row: &Row) -> Result<Standing, StoreError> {
    Ok(Standing {
        id: row.parse(0)?,
        enrolment: row.parse(1)?,
        spec: row.text(2)?,
        state: row.parse(3)?,
        delivered: row.opt_time(4)?.is_some(),
        finished_at: row.opt_time(5)?,
        error: row.opt_text(6)?,
        approved: row.bool(7)?,
    })
}

/// Ends an order because its enrolment ends.
pub fn end(tx: &mut Tx<'_>, id: CommandId, at: Timestamp, why: &str) -> Result<(), StoreError> {
    tx.later(&CONTAINMENT_ENDED, vec![Value::id(id), at.into(), why.into()])
}

/// Queues an order again for another enrolment, with the same origin and effect. One that was held beyond a cap stays held in
/// its burst: enrolling again releases nothing.
pub fn carry(
    tx: &mut Tx<'_>,
    from: &Standing,
    to: (CommandId, EnrolmentId),
    spec: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (id, enrolment) = to;
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
