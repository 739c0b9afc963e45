//! The command queue of each enrolment: urgent lane first, then in order of asking.

use domain::{BurstId, CaseId, CommandId, CommandState, Deed, Effect, EnrolmentId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One command.
    pub struct Command {
        /// Which; the vendor sends it along, and the answer names it.
        pub id: CommandId,
        /// The channel that it is for.
        pub enrolment: EnrolmentId = "enrolment_id",
        /// The word of the order.
        pub word: String,
        /// 0 urgent, 1 normal.
        pub lane: i64,
        /// What to do, as the app spells it; holds no secret.
        pub spec: String,
        /// Its state.
        pub state: CommandState,
        /// Who asked.
        pub asked_by: String,
        /// The reason.
        pub reason: Option<String>,
        /// The case that it is for.
        pub case: Option<CaseId> = "case_id",
        /// When it was asked for.
        pub queued_at: Timestamp,
        /// When it was first sent to the device.
        pub delivered_at: Option<Timestamp>,
        /// How often it was sent.
        pub deliveries: i64,
        /// When it came to its end.
        pub finished_at: Option<Timestamp>,
        /// The device's words, if it failed.
        pub error: Option<String>,
        /// What it does, in our own words.
        pub deed: Deed,
        /// How much harm it can do.
        pub effect: Effect,
        /// The burst in which it is held, or was.
        pub burst: Option<BurstId> = "burst_id",
        /// Until when a second person may agree to it.
        pub expires_at: Option<Timestamp>,
        /// The second person who agreed.
        pub approved_by: Option<String>,
    }
}

statements! {
    pub(crate) COMMAND_ADD = "INSERT INTO command (id, enrolment_id, word, lane, spec, state, asked_by, reason, case_id, queued_at,
        deed, effect, burst_id, expires_at) VALUES ($1, $2, $3, $4, $5, $10, $6, $7, $8, $9, $11, $12, $13, $14)";
    COMMAND_APPROVE = "UPDATE command SET state = CASE WHEN $3 = '' THEN 'queued' ELSE 'held' END, burst_id = CASE WHEN $3 = '' THEN NULL ELSE $3 END,
        approved_by = $2 WHERE id = $1 AND state = 'asked' AND finished_at IS NULL";
    COMMAND_BY_ID: Command = "SELECT {columns} FROM command WHERE id = $1";
    // Waits for a command that another transaction is changing and checks it again, so that the order of the queue holds;
    // skipping it would send the second before the first.
    COMMAND_TAKE: Command = "UPDATE command SET state = 'delivered', delivered_at = COALESCE(delivered_at, $2),
        deliveries = deliveries + 1
        WHERE id = (SELECT n.id FROM command n WHERE n.enrolment_id = $1 AND n.finished_at IS NULL AND n.not_now_at IS NULL
        AND n.state NOT IN ('asked', 'held') AND n.frozen_at IS NULL ORDER BY n.lane, n.id LIMIT 1 {for_update})
        AND finished_at IS NULL AND not_now_at IS NULL AND state NOT IN ('asked', 'held')
        AND frozen_at IS NULL RETURNING {columns}";
    COMMAND_UNMADE = "UPDATE command SET state = 'failed', finished_at = $2, error = $3, deliveries = deliveries - 1,
        delivered_at = CASE WHEN deliveries = 1 THEN NULL ELSE delivered_at END WHERE id = $1";
    COMMAND_GIVEN_UP = "UPDATE command SET state = 'uncertain', finished_at = $2, error = $3, deliveries = deliveries - 1
        WHERE id = $1 AND finished_at IS NULL";
    COMMANDS_OFFER_AGAIN = "UPDATE command SET not_now_at = NULL WHERE enrolment_id = $1 AND finished_at IS NULL AND not_now_at IS NOT NULL";
    COMMAND_FINISHED: Finished = "UPDATE command SET state = $3, finished_at = $4, error = $5, result_digest = $6
        WHERE id = $1 AND enrolment_id = $2 AND (finished_at IS NULL OR state = 'uncertain') RETURNING word, spec,
        (SELECT d.force FROM enrolment e JOIN device d ON d.id = e.device_id WHERE e.id = $2)";
    COMMAND_NOT_NOW = "UPDATE command SET state = 'not-now', not_now_at = $3 WHERE id = $1 AND enrolment_id = $2 AND finished_at IS NULL";
    COMMANDS_OF_DEVICE: Command = "SELECT {c.columns} FROM command c JOIN enrolment e ON e.id = c.enrolment_id
        WHERE e.device_id = $1 ORDER BY c.queued_at DESC, c.id DESC LIMIT $2";
    // In the order of the queue: an answer holds the lock of its own command when it takes the next.
    COMMANDS_ENDED = "UPDATE command SET state = CASE WHEN delivered_at IS NULL THEN 'cancelled' ELSE 'uncertain' END,
        finished_at = $2, error = $3 WHERE finished_at IS NULL AND id IN (SELECT n.id FROM command n WHERE n.finished_at IS NULL
        AND n.enrolment_id IN (SELECT id FROM enrolment WHERE device_id = $1) ORDER BY n.lane, n.id {for_update})";
    COMMAND_CANCEL = "UPDATE command SET state = 'cancelled', finished_at = $2, error = $3
        WHERE id = $1 AND finished_at IS NULL AND (delivered_at IS NULL OR state = 'not-now')";
    COMMANDS_STOP: CommandState = "UPDATE command SET
        state = CASE WHEN delivered_at IS NULL OR state = 'not-now' THEN 'cancelled' ELSE 'uncertain' END, finished_at = $3, error = $4 WHERE effect = $2 AND finished_at IS NULL
        AND enrolment_id IN (SELECT id FROM enrolment WHERE device_id = $1) RETURNING state";
    COMMANDS_PENDING_OF_TYPE = "SELECT count(*) FROM command WHERE enrolment_id = $1 AND word = $2 AND finished_at IS NULL";
    COMMANDS_FORGET = "DELETE FROM command WHERE id IN (SELECT id FROM command WHERE finished_at IS NOT NULL AND finished_at < $1
        AND NOT (deed = 'erase' AND enrolment_id IN (SELECT id FROM enrolment WHERE ended_at IS NULL))
        AND NOT (deed IN ('lock', 'lost-mode', 'lost-mode-off', 'locate', 'erase') AND enrolment_id IN (SELECT e.id FROM enrolment e
          JOIN loss_report r ON r.device_id = e.device_id WHERE r.reported_at >= $3))
        AND NOT (case_id IS NOT NULL AND case_id IN (SELECT r.case_id FROM loss_report r WHERE r.reported_at >= $3))
        ORDER BY finished_at LIMIT $2 {skip_locked}) AND finished_at IS NOT NULL AND finished_at < $1";
    COMMANDS_UNPUSHED: EnrolmentId = "SELECT DISTINCT c.enrolment_id FROM command c
        JOIN enrolment e ON e.id = c.enrolment_id
        WHERE c.finished_at IS NULL AND c.queued_at < $1 AND c.state NOT IN ('asked', 'held') AND c.frozen_at IS NULL AND e.ended_at IS NULL
        AND e.push_due_at IS NULL AND e.push_address IS NOT NULL AND (e.push_tried_at IS NULL OR e.push_tried_at < $2) LIMIT $3";
}

/// Queues a command in its state: queued, asked where a second person must agree, held beyond a cap.
pub fn add(tx: &mut Tx<'_>, new: &Command) -> Result<(), StoreError> {
    let params = values!(new: id, enrolment, word, lane, spec, asked_by, reason, case, queued_at, state,
        deed, effect, burst, expires_at);
    tx.later(&COMMAND_ADD, params)
}

/// Queues a command that a second person agreed to, or holds it in a burst; returns whether it still waited for that.
pub fn approve(
    tx: &mut Tx<'_>,
    id: CommandId,
    by: &str,
    held_in: Option<BurstId>,
) -> Result<bool, StoreError> {
    let burst = held_in.map(|burst| burst.to_string()).unwrap_or_default();
    Ok(tx.execute(&COMMAND_APPROVE, &[Value::id(id), by.into(), burst.as_str().into()])? > 0)
}

/// Returns the command of that id.
pub fn by_id(tx: &mut Tx<'_>, id: CommandId) -> Result<Option<Command>, StoreError> {
    tx.row(&COMMAND_BY_ID, &[Value::id(id)])
}

/// Takes the next command to send and marks it as delivered. Skips those answered NotNow, until
/// [`offer_again`].
pub fn take(tx: &mut Tx<'_>, enrolment: EnrolmentId, at: Timestamp) -> Result<Option<Command>, StoreError> {
    tx.row(&COMMAND_TAKE, &[Value::id(enrolment), at.into()])
}

/// Ends a command that was taken but could not be built, and withdraws the delivery: it was never sent.
pub fn set_unmade(tx: &mut Tx<'_>, id: CommandId, at: Timestamp, why: &str) -> Result<(), StoreError> {
    tx.later(&COMMAND_UNMADE, vec![Value::id(id), at.into(), why.into()])
}

/// Stops offering a command that was sent several times without an answer. Its delivery is uncertain: an answer that
/// comes late is still stored.
pub fn give_up(tx: &mut Tx<'_>, id: CommandId, at: Timestamp, why: &str) -> Result<(), StoreError> {
    tx.later(&COMMAND_GIVEN_UP, vec![Value::id(id), at.into(), why.into()])
}

/// Offers commands answered NotNow again: the device said Idle, so a new connection began.
pub fn offer_again(tx: &mut Tx<'_>, enrolment: EnrolmentId) -> Result<(), StoreError> {
    tx.later(&COMMANDS_OFFER_AGAIN, vec![Value::id(enrolment)])
}

row! {
    /// What a command that has just finished had asked.
    pub struct Finished {
        /// The word of the order.
        pub word: String,
        /// What it was to do, as the app spells it.
        pub spec: String,
        /// The force of its device.
        pub force: Option<domain::Force>,
    }
}

/// What a channel answers to a command.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The command.
    pub id: CommandId,
    /// The channel.
    pub enrolment: EnrolmentId,
    /// The state that the command comes to.
    pub state: CommandState,
    /// The error, where there was one.
    pub error: Option<&'a str>,
    /// The digest of the result.
    pub digest: &'a str,
}

/// Stores the first result of a command of that channel; `None` if the command is unknown or was finished before. An answer
/// to a command whose delivery is uncertain says what became of it.
pub fn set_finished(
    tx: &mut Tx<'_>,
    answer: &Answered<'_>,
    at: Timestamp,
) -> Result<Option<Finished>, StoreError> {
    let Answered { id, enrolment, state, error, digest } = *answer;
    let params =
        [Value::id(id), Value::id(enrolment), state.as_str().into(), at.into(), error.into(), digest.into()];
    tx.row(&COMMAND_FINISHED, &params)
}

/// Notes that the device answered NotNow; returns whether the command was unfinished.
pub fn set_not_now(
    tx: &mut Tx<'_>,
    id: CommandId,
    enrolment: EnrolmentId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&COMMAND_NOT_NOW, &[Value::id(id), Value::id(enrolment), at.into()])? > 0)
}

/// Returns the latest commands of a device, all channels.
pub fn of_device(tx: &mut Tx<'_>, device: domain::DeviceId, limit: u32) -> Result<Vec<Command>, StoreError> {
    tx.rows(&COMMANDS_OF_DEVICE, &[Value::id(device), limit.into()])
}

/// Ends every unfinished command of a device: cancelled if never delivered, uncertain if delivered.
pub fn end_all(
    tx: &mut Tx<'_>,
    device: domain::DeviceId,
    at: Timestamp,
    why: &str,
) -> Result<u64, StoreError> {
    tx.execute(&COMMANDS_ENDED, &[Value::id(device), at.into(), why.into()])
}

/// Cancels a command that the device does not have: never delivered, or answered NotNow and not offered again; returns whether that
/// was still possible.
pub fn cancel(tx: &mut Tx<'_>, id: CommandId, at: Timestamp, why: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&COMMAND_CANCEL, &[Value::id(id), at.into(), why.into()])? > 0)
}

/// How many commands were stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stopped {
    /// The device does not have them.
    pub taken_back: usize,
    /// The device may have them: they are not offered again, and an answer is still stored.
    pub uncertain: usize,
}

/// Ends every unfinished command of that effect on a device. None of them is handed over after this transaction.
pub fn stop(
    tx: &mut Tx<'_>,
    device: domain::DeviceId,
    effect: Effect,
    at: Timestamp,
    why: &str,
) -> Result<Stopped, StoreError> {
    let mut stopped = Stopped::default();
    let params = [Value::id(device), effect.as_str().into(), at.into(), why.into()];
    for state in tx.rows(&COMMANDS_STOP, &params)? {
        match state {
            CommandState::Cancelled => stopped.taken_back += 1,
            _ => stopped.uncertain += 1,
        }
    }
    Ok(stopped)
}

/// Returns whether a command of that type is unfinished.
pub fn is_pending(tx: &mut Tx<'_>, enrolment: EnrolmentId, word: &str) -> Result<bool, StoreError> {
    Ok(crate::single_count(tx, &COMMANDS_PENDING_OF_TYPE, &[Value::id(enrolment), word.into()])? > 0)
}

/// Which finished commands are no longer needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// Those that finished before this time.
    pub before: Timestamp,
    /// Orders to devices that were reported lost since this time stay.
    pub lost_since: Timestamp,
}

/// Removes up to `limit` finished commands that are no longer needed; returns how many. An erasure stays while its enrolment has not
/// ended: it says why a device enrols again. Orders to a lost device that contain, locate or erase it stay with its loss,
/// and so does what was ordered for its case to a device that was taken for it.
pub fn forget(tx: &mut Tx<'_>, which: &Forgotten, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&COMMANDS_FORGET, &[which.before.into(), i64::from(limit).into(), which.lost_since.into()])
}

/// Channels that can be pushed, whose commands have waited since before `queued_before` and that were not pushed since
/// `pushed_before`.
pub fn unpushed(
    tx: &mut Tx<'_>,
    queued_before: Timestamp,
    pushed_before: Timestamp,
    limit: u32,
) -> Result<Vec<EnrolmentId>, StoreError> {
    tx.rows(&COMMANDS_UNPUSHED, &[queued_before.into(), pushed_before.into(), limit.into()])
}
