//! Calls about lost devices: how far each is, and its messages.

use domain::{
    CaseId, DeviceId, Force, LossId, LossMessageId, LossMessageState, NoticeId, PersonId, Timestamp,
};

use crate::{StoreError, ToValues, Tx, Value, row, statements, values};

row! {
    /// One call, as the state machine keeps it.
    pub struct LossCall {
        /// The loss.
        pub loss: LossId = "loss_id",
        /// Its force.
        pub force: Force,
        /// Its case.
        pub case: CaseId = "case_id",
        /// Its device, if it is known.
        pub device: Option<DeviceId> = "device_id",
        /// Calling, contained, acknowledged, or ended.
        pub standing: String,
        /// Whether nobody answered in time.
        pub unanswered: bool,
        /// Round and step of the next attempt.
        pub next: [i64; 2] = "next_round, next_step",
        /// Round and step of the attempt that waits for an answer.
        pub current: [i64; 2] = "round, step",
        /// Messages of that attempt that have not failed.
        pub outstanding: i64,
        /// Steps tried since the last wait.
        pub passed: i64,
        /// When the promise must be kept.
        pub promised_by: Timestamp,
        /// When the next step is tried.
        pub step_due: Timestamp,
        /// When it is looked at next.
        pub next_at: Option<Timestamp>,
        /// When it began.
        pub began_at: Timestamp,
        /// The answer, once somebody gave one.
        pub answer: Option<LossAnswer> = "answered_at, answered_by, answered_for, answered_contained",
    }

    /// The answer to a call.
    pub struct LossAnswer {
        /// When.
        pub at: Timestamp,
        /// Who recorded it, as the ledger names them.
        pub by: String,
        /// For whom, where that is somebody else.
        pub instead_of: Option<PersonId>,
        /// Whether the device had acknowledged its containment by then.
        pub contained: bool,
    }

    /// One message of a call.
    pub struct LossMessage {
        /// Its id.
        pub id: LossMessageId,
        /// The loss.
        pub loss: LossId = "loss_id",
        /// Its round and step.
        pub attempt: [i64; 2] = "round, step",
        /// The person called.
        pub person: PersonId = "person_id",
        /// The notice, once there is one.
        pub notice: Option<NoticeId> = "notice_id",
        /// What became of it.
        pub state: LossMessageState,
        /// When it was made.
        pub made_at: Timestamp,
        /// When its state became final.
        pub ended_at: Option<Timestamp>,
        /// Why it failed.
        pub why: Option<String>,
        /// The digest of the link that answers it.
        pub token_digest: String,
        /// Until when the link works.
        pub token_until: Timestamp,
        /// When the link or the code was used.
        pub token_used_at: Option<Timestamp>,
        /// The digest of the code that answers it by text.
        pub reply_digest: Option<String>,
    }
}

impl ToValues for LossAnswer {
    const WIDTH: usize = 4;

    fn push(&self, values: &mut Vec<Value>) {
        let Self { at, by, instead_of, contained } = self;
        values.extend([(*at).into(), by.into(), (*instead_of).into(), (*contained).into()]);
    }
}

statements! {
    pub(crate) LOSS_CALL_ADD = "INSERT INTO loss_call (loss_id, force, case_id, device_id, standing, unanswered, next_round,
        next_step, round, step, outstanding, passed, promised_by, step_due, next_at, began_at, answered_at, answered_by,
        answered_for, answered_contained)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    LOSS_CALL_SET = "UPDATE loss_call SET standing = $2, unanswered = $3, next_round = $4, next_step = $5, round = $6, step = $7,
        outstanding = $8, passed = $9, step_due = $10, next_at = $11, answered_at = $12, answered_by = $13, answered_for = $14,
        answered_contained = $15, promised_by = $16 WHERE loss_id = $1";
    LOSS_CALL_DEVICE = "UPDATE loss_call SET device_id = $2 WHERE loss_id = $1";
    LOSS_CALL_BY_ID: LossCall = "SELECT {columns} FROM loss_call WHERE loss_id = $1";
    LOSS_CALLS_OF_DEVICE: LossId = "SELECT loss_id FROM loss_call WHERE device_id = $1 AND next_at IS NOT NULL";
    LOSS_CALLS_OVERDUE: LossId = "SELECT loss_id FROM loss_call WHERE next_at <= $1 ORDER BY next_at LIMIT $2";
    // Unanswered ones first, then those that are being called, the newest first.
    LOSS_CALLS_OPEN: LossCall = "SELECT {columns} FROM loss_call WHERE ($1 = '' OR force = $1)
        AND case_id IN (SELECT id FROM desk_case WHERE closed_at IS NULL)
        ORDER BY CASE WHEN standing = 'calling' AND unanswered = 1 THEN 0 WHEN standing = 'calling' THEN 1 ELSE 2 END,
        began_at DESC, loss_id LIMIT $2";
    LOSS_CALLS_COUNT: LossCounts = "SELECT
        COALESCE(sum(CASE WHEN standing = 'calling' AND unanswered = 1 THEN 1 ELSE 0 END), 0),
        COALESCE(sum(CASE WHEN standing = 'calling' AND unanswered = 0 THEN 1 ELSE 0 END), 0), count(*)
        FROM loss_call WHERE ($1 = '' OR force = $1) AND case_id IN (SELECT id FROM desk_case WHERE closed_at IS NULL)";
    LOSS_MESSAGE_ADD = "INSERT INTO loss_message (id, loss_id, round, step, person_id, notice_id, state, made_at, ended_at, why,
        token_digest, token_until, reply_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    LOSS_MESSAGE_END = "UPDATE loss_message SET state = $2, ended_at = $3, why = $4 WHERE id = $1 AND state = 'sent'";
    LOSS_MESSAGES_WITHDRAW = "UPDATE loss_message SET state = 'withdrawn', ended_at = $2 WHERE loss_id = $1 AND state = 'sent'";
    LOSS_MESSAGES: LossMessage = "SELECT {columns} FROM loss_message WHERE loss_id = $1
        ORDER BY made_at DESC, id DESC LIMIT $2";
    LOSS_MESSAGES_SENT: LossMessage = "SELECT {columns} FROM loss_message WHERE loss_id = $1 AND state = 'sent'
        ORDER BY made_at, id";
    LOSS_MESSAGES_BY_REPLY: LossMessage = "SELECT {columns} FROM loss_message WHERE reply_digest = $1
        ORDER BY made_at DESC, id DESC";
    LOSS_MESSAGE_OPEN_OF: LossId = "SELECT m.loss_id FROM loss_message m JOIN loss_call c ON c.loss_id = m.loss_id
        WHERE m.person_id = $1 AND c.next_at IS NOT NULL ORDER BY m.made_at DESC LIMIT 1";
    LOSS_MESSAGE_BY_TOKEN: LossMessage = "SELECT {columns} FROM loss_message WHERE token_digest = $1";
    LOSS_TOKEN_USE = "UPDATE loss_message SET token_used_at = $2 WHERE token_digest = $1 AND token_used_at IS NULL AND token_until > $2";
}

/// Enters a call.
pub fn add(tx: &mut Tx<'_>, new: &LossCall) -> Result<(), StoreError> {
    let params = values!(new: loss, force, case, device, standing, unanswered, next, current, outstanding,
        passed, promised_by, step_due, next_at, began_at, answer);
    tx.execute(&LOSS_CALL_ADD, &params).map(drop)
}

/// Writes a call that was taken a step further.
pub fn set(tx: &mut Tx<'_>, call: &LossCall) -> Result<(), StoreError> {
    let params = values!(call: loss, standing, unanswered, next, current, outstanding, passed, step_due,
        next_at, answer, promised_by);
    tx.execute(&LOSS_CALL_SET, &params).map(drop)
}

/// Writes which device a call is about.
pub fn set_device(tx: &mut Tx<'_>, loss: LossId, device: DeviceId) -> Result<(), StoreError> {
    tx.execute(&LOSS_CALL_DEVICE, &[Value::id(loss), Value::id(device)])?;
    Ok(())
}

/// Returns the call about a loss.
pub fn by_id(tx: &mut Tx<'_>, loss: LossId) -> Result<Option<LossCall>, StoreError> {
    tx.row(&LOSS_CALL_BY_ID, &[Value::id(loss)])
}

/// Returns the losses of a device for which people are being called.
pub fn calling_for(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<LossId>, StoreError> {
    tx.rows(&LOSS_CALLS_OF_DEVICE, &[Value::id(device)])
}

/// Returns calls that were to be looked at by a time, the longest due first.
pub fn overdue(tx: &mut Tx<'_>, by: Timestamp, limit: u32) -> Result<Vec<LossId>, StoreError> {
    tx.rows(&LOSS_CALLS_OVERDUE, &[by.into(), limit.into()])
}

/// Returns the calls whose case is open, unanswered ones first.
pub fn open(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<LossCall>, StoreError> {
    tx.rows(&LOSS_CALLS_OPEN, &[crate::force_word(force), limit.into()])
}

row! {
    /// Numbers of open losses.
    #[derive(Copy, Default)]
    pub struct LossCounts {
        /// Those that nobody has answered in time.
        pub unanswered: i64,
        /// Those for which people are being called in time.
        pub calling: i64,
        /// All whose case is open.
        pub open: i64,
    }
}

/// Counts the losses whose case is open.
pub fn counts(tx: &mut Tx<'_>, force: Option<Force>) -> Result<LossCounts, StoreError> {
    Ok(tx.row(&LOSS_CALLS_COUNT, &[crate::force_word(force)])?.unwrap_or_default())
}

/// Enters a message.
pub fn add_message(tx: &mut Tx<'_>, new: &LossMessage) -> Result<(), StoreError> {
    let params = values!(new: id, loss, attempt, person, notice, state, made_at, ended_at, why,
        token_digest, token_until, reply_digest);
    tx.execute(&LOSS_MESSAGE_ADD, &params).map(drop)
}

/// Notes what became of a message; false where that was noted before.
pub fn end_message(
    tx: &mut Tx<'_>,
    id: LossMessageId,
    state: LossMessageState,
    at: Timestamp,
    why: Option<&str>,
) -> Result<bool, StoreError> {
    let params = [Value::id(id), state.as_str().into(), at.into(), why.into()];
    Ok(tx.execute(&LOSS_MESSAGE_END, &params)? > 0)
}

/// Notes that the messages of a call that were not delivered yet were withdrawn.
pub fn withdraw_messages(tx: &mut Tx<'_>, loss: LossId, at: Timestamp) -> Result<(), StoreError> {
    tx.later(&LOSS_MESSAGES_WITHDRAW, vec![Value::id(loss), at.into()])
}

/// Returns the latest messages of a call, the newest first.
pub fn messages(tx: &mut Tx<'_>, loss: LossId, limit: u32) -> Result<Vec<LossMessage>, StoreError> {
    tx.rows(&LOSS_MESSAGES, &[Value::id(loss), limit.into()])
}

/// Returns the messages of a call of which it is not known yet what became of them.
pub fn undecided(tx: &mut Tx<'_>, loss: LossId) -> Result<Vec<LossMessage>, StoreError> {
    tx.rows(&LOSS_MESSAGES_SENT, &[Value::id(loss)])
}

/// Returns the message that a link belongs to.
pub fn by_token(tx: &mut Tx<'_>, digest: &str) -> Result<Option<LossMessage>, StoreError> {
    tx.row(&LOSS_MESSAGE_BY_TOKEN, &[digest.into()])
}

/// Returns the messages that a code answers, the newest first.
pub fn by_reply(tx: &mut Tx<'_>, digest: &str) -> Result<Vec<LossMessage>, StoreError> {
    tx.rows(&LOSS_MESSAGES_BY_REPLY, &[digest.into()])
}

/// Returns the latest loss whose call is open and about which a person was called.
pub fn open_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<LossId>, StoreError> {
    tx.row(&LOSS_MESSAGE_OPEN_OF, &[Value::id(person)])
}

/// Uses a link up; false where it was used or has expired.
pub fn use_token(tx: &mut Tx<'_>, digest: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&LOSS_TOKEN_USE, &[digest.into(), at.into()])? > 0)
}
