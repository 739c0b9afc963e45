//! Calls about lost devices: how far each is, and its messages.

use domain::{
    CaseId, DeviceId, Force, LossId, LossMessageId, LossMessageState, NoticeId, PersonId, Timestamp,
};

use crate::{Row, StoreError, Tx, Value, statements};

/// One call, as the state machine keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossCall {
    /// The loss.
    pub loss: LossId,
    /// Its force.
    pub force: Force,
    /// Its case.
    pub case: CaseId,
    /// Its device, if it is known.
    pub device: Option<DeviceId>,
    /// Calling, contained, acknowledged, or ended.
    pub standing: String,
    /// Whether nobody answered in time.
    pub unanswered: bool,
    /// Round and step of the next attempt.
    pub next: [i64; 2],
    /// Round and step of the attempt that waits for an answer.
    pub current: [i64; 2],
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
    pub answer: Option<LossAnswer>,
}

/// The answer to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossMessage {
    /// Its id.
    pub id: LossMessageId,
    /// The loss.
    pub loss: LossId,
    /// Its round and step.
    pub attempt: [i64; 2],
    /// The person called.
    pub person: PersonId,
    /// The notice, once there is one.
    pub notice: Option<NoticeId>,
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

macro_rules! columns {
    () => {
        "loss_id, force, case_id, device_id, standing, unanswered, next_round, next_step, round, step, outstanding, passed,
         promised_by, step_due, next_at, began_at, answered_at, answered_by, answered_for, answered_contained"
    };
}

macro_rules! message_columns {
    () => {
        "id, loss_id, round, step, person_id, notice_id, state, made_at, ended_at, why, token_digest, token_until, token_used_at,
         reply_digest"
    };
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
    LOSS_CALL_BY_ID = concat!("SELECT ", columns!(), " FROM loss_call WHERE loss_id = $1");
    LOSS_CALLS_OF_DEVICE = "SELECT loss_id FROM loss_call WHERE device_id = $1 AND next_at IS NOT NULL";
    LOSS_CALLS_OVERDUE = "SELECT loss_id FROM loss_call WHERE next_at <= $1 ORDER BY next_at LIMIT $2";
    // Unanswered ones first, then those that are being called, the newest first.
    LOSS_CALLS_OPEN = concat!("SELECT ", columns!(), " FROM loss_call WHERE ($1 = '' OR force = $1)
        AND case_id IN (SELECT id FROM desk_case WHERE closed_at IS NULL)
        ORDER BY CASE WHEN standing = 'calling' AND unanswered = 1 THEN 0 WHEN standing = 'calling' THEN 1 ELSE 2 END,
        began_at DESC, loss_id LIMIT $2");
    LOSS_CALLS_COUNT = "SELECT COALESCE(sum(CASE WHEN standing = 'calling' AND unanswered = 1 THEN 1 ELSE 0 END), 0),
        COALESCE(sum(CASE WHEN standing = 'calling' AND unanswered = 0 THEN 1 ELSE 0 END), 0), count(*)
        FROM loss_call WHERE ($1 = '' OR force = $1) AND case_id IN (SELECT id FROM desk_case WHERE closed_at IS NULL)";
    LOSS_MESSAGE_ADD = "INSERT INTO loss_message (id, loss_id, round, step, person_id, notice_id, state, made_at, ended_at, why,
        token_digest, token_until, reply_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    LOSS_MESSAGE_END = "UPDATE loss_message SET state = $2, ended_at = $3, why = $4 WHERE id = $1 AND state = 'sent'";
    LOSS_MESSAGES_WITHDRAW = "UPDATE loss_message SET state = 'withdrawn', ended_at = $2 WHERE loss_id = $1 AND state = 'sent'";
    LOSS_MESSAGES = concat!("SELECT ", message_columns!(), " FROM loss_message WHERE loss_id = $1
        ORDER BY made_at DESC, id DESC LIMIT $2");
    LOSS_MESSAGES_SENT = concat!("SELECT ", message_columns!(), " FROM loss_message WHERE loss_id = $1 AND state = 'sent'
        ORDER BY made_at, id");
    LOSS_MESSAGES_BY_REPLY = concat!("SELECT ", message_columns!(), " FROM loss_message WHERE reply_digest = $1
        ORDER BY made_at DESC, id DESC");
    LOSS_MESSAGE_OPEN_OF = "SELECT m.loss_id FROM loss_message m JOIN loss_call c ON c.loss_id = m.loss_id
        WHERE m.person_id = $1 AND c.next_at IS NOT NULL ORDER BY m.made_at DESC LIMIT 1";
    LOSS_MESSAGE_BY_TOKEN = concat!("SELECT ", message_columns!(), " FROM loss_message WHERE token_digest = $1");
    LOSS_TOKEN_USE = "UPDATE loss_message SET token_used_at = $2 WHERE token_digest = $1 AND token_used_at IS NULL AND token_until > $2";
}

fn call(row: &Row) -> Result<LossCall, StoreError> {
    Ok(LossCall {
        loss: row.parse(0)?,
        force: row.parse(1)?,
        case: row.parse(2)?,
        device: row.opt_parse(3)?,
        standing: row.text(4)?,
        unanswered: row.bool(5)?,
        next: [row.int(6)?, row.int(7)?],
        current: [row.int(8)?, row.int(9)?],
        outstanding: row.int(10)?,
        passed: row.int(11)?,
        promised_by: row.time(12)?,
        step_due: row.time(13)?,
        next_at: row.opt_time(14)?,
        began_at: row.time(15)?,
        answer: match row.opt_time(16)? {
            Some(at) => Some(LossAnswer {
                at,
                by: row.opt_text(17)?.unwrap_or_default(),
                instead_of: row.opt_parse(18)?,
                contained: row.opt_bool(19)?.unwrap_or_default(),
            }),
            None => None,
        },
    })
}

fn message(row: &Row) -> Result<LossMessage, StoreError> {
    Ok(LossMessage {
        id: row.parse(0)?,
        loss: row.parse(1)?,
        attempt: [row.int(2)?, row.int(3)?],
        person: row.parse(4)?,
        notice: row.opt_parse(5)?,
        state: row.parse(6)?,
        made_at: row.time(7)?,
        ended_at: row.opt_time(8)?,
        why: row.opt_text(9)?,
        token_digest: row.text(10)?,
        token_until: row.time(11)?,
        token_used_at: row.opt_time(12)?,
        reply_digest: row.opt_text(13)?,
    })
}

fn answer_values(answer: Option<&LossAnswer>) -> [Value; 4] {
    [
        answer.map(|answer| answer.at).into(),
        answer.map(|answer| answer.by.as_str()).into(),
        Value::opt_id(answer.and_then(|answer| answer.instead_of)),
        answer.map(|answer| i64::from(answer.contained)).into(),
    ]
}

/// Enters a call.
pub fn add(tx: &mut Tx<'_>, new: &LossCall) -> Result<(), StoreError> {
    let [next_round, next_step] = new.next;
    let [round, step] = new.current;
    let mut params = vec![
        Value::id(new.loss),
        Value::id(new.force),
        Value::id(new.case),
        Value::opt_id(new.device),
        new.standing.as_str().into(),
        new.unanswered.into(),
        next_round.into(),
        next_step.into(),
        round.into(),
        step.into(),
        new.outstanding.into(),
        new.passed.into(),
        new.promised_by.into(),
        new.step_due.into(),
        new.next_at.into(),
        new.began_at.into(),
    ];
    params.extend(answer_values(new.answer.as_ref()));
    tx.execute(&LOSS_CALL_ADD, &params)?;
    Ok(())
}

/// Writes a call that was taken a step further.
pub fn set(tx: &mut Tx<'_>, call: &LossCall) -> Result<(), StoreError> {
    let [next_round, next_step] = call.next;
    let [round, step] = call.current;
    let mut params = vec![
        Value::id(call.loss),
        call.standing.as_str().into(),
        call.unanswered.into(),
        next_round.into(),
        next_step.into(),
        round.into(),
        step.into(),
        call.outstanding.into(),
        call.passed.into(),
        call.step_due.into(),
        call.next_at.into(),
    ];
    params.extend(answer_values(call.answer.as_ref()));
    params.push(call.promised_by.into());
    tx.execute(&LOSS_CALL_SET, &params)?;
    Ok(())
}

/// Writes which device a call is about.
pub fn set_device(tx: &mut Tx<'_>, loss: LossId, device: DeviceId) -> Result<(), StoreError> {
    tx.execute(&LOSS_CALL_DEVICE, &[Value::id(loss), Value::id(device)])?;
    Ok(())
}

/// Returns the call about a loss.
pub fn by_id(tx: &mut Tx<'_>, loss: LossId) -> Result<Option<LossCall>, StoreError> {
    tx.one(&LOSS_CALL_BY_ID, &[Value::id(loss)])?.as_ref().map(call).transpose()
}

/// Returns the losses of a device for which people are being called.
pub fn calling_for(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<LossId>, StoreError> {
    tx.query(&LOSS_CALLS_OF_DEVICE, &[Value::id(device)])?.iter().map(|row| row.parse(0)).collect()
}

/// Returns calls that were to be looked at by a time, the longest due first.
pub fn overdue(tx: &mut Tx<'_>, by: Timestamp, limit: u32) -> Result<Vec<LossId>, StoreError> {
    tx.query(&LOSS_CALLS_OVERDUE, &[by.into(), i64::from(limit).into()])?
        .iter()
        .map(|row| row.parse(0))
        .collect()
}

/// Returns the calls whose case is open, unanswered ones first.
pub fn open(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<LossCall>, StoreError> {
    tx.query(&LOSS_CALLS_OPEN, &[crate::force_word(force), i64::from(limit).into()])?
        .iter()
        .map(call)
        .collect()
}

/// Numbers of open losses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LossCounts {
    /// Those that nobody has answered in time.
    pub unanswered: i64,
    /// Those for which people are being called in time.
    pub calling: i64,
    /// All whose case is open.
    pub open: i64,
}

/// Counts the losses whose case is open.
pub fn counts(tx: &mut Tx<'_>, force: Option<Force>) -> Result<LossCounts, StoreError> {
    match tx.one(&LOSS_CALLS_COUNT, &[crate::force_word(force)])? {
        Some(row) => Ok(LossCounts { unanswered: row.int(0)?, calling: row.int(1)?, open: row.int(2)? }),
        None => Ok(LossCounts::default()),
    }
}

/// Enters a message.
pub fn add_message(tx: &mut Tx<'_>, new: &LossMessage) -> Result<(), StoreError> {
    let [round, step] = new.attempt;
    let params = [
        Value::id(new.id),
        Value::id(new.loss),
        round.into(),
        step.into(),
        Value::id(new.person),
        Value::opt_id(new.notice),
        new.state.as_str().into(),
        new.made_at.into(),
        new.ended_at.into(),
        new.why.as_deref().into(),
        new.token_digest.as_str().into(),
        new.token_until.into(),
        new.reply_digest.as_deref().into(),
    ];
    tx.execute(&LOSS_MESSAGE_ADD, &params)?;
    Ok(())
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
    tx.query(&LOSS_MESSAGES, &[Value::id(loss), i64::from(limit).into()])?.iter().map(message).collect()
}

/// Returns the messages of a call of which it is not known yet what became of them.
pub fn undecided(tx: &mut Tx<'_>, loss: LossId) -> Result<Vec<LossMessage>, StoreError> {
    tx.query(&LOSS_MESSAGES_SENT, &[Value::id(loss)])?.iter().map(message).collect()
}

/// Returns the message that a link belongs to.
pub fn by_token(tx: &mut Tx<'_>, digest: &str) -> Result<Option<LossMessage>, StoreError> {
    tx.one(&LOSS_MESSAGE_BY_TOKEN, &[digest.into()])?.as_ref().map(message).transpose()
}

/// Returns the messages that a code answers, the newest first.
pub fn by_reply(tx: &mut Tx<'_>, digest: &str) -> Result<Vec<LossMessage>, StoreError> {
    tx.query(&LOSS_MESSAGES_BY_REPLY, &[digest.into()])?.iter().map(message).collect()
}

/// Returns the latest loss whose call is open and about which a person was called.
pub fn open_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<LossId>, StoreError> {
    tx.one(&LOSS_MESSAGE_OPEN_OF, &[Value::id(person)])?.map(|row| row.parse(0)).transpose()
}

/// Uses a link up; false where it was used or has expired.
pub fn use_token(tx: &mut Tx<'_>, digest: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&LOSS_TOKEN_USE, &[digest.into(), at.into()])? > 0)
}
