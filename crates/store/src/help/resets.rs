//! Requests to have a device's password changed or cleared, and the proofs of who is asking.

use domain::{
    CaseId, CommandId, DeviceId, EntryId, Force, PersonId, ProofKind, ResetCame, ResetCause, ResetId,
    ResetState, Timestamp,
};

use crate::{Row, StoreError, Tx, Value, statements};

/// One request.
#[derive(Clone, PartialEq, Eq)]
pub struct Reset {
    /// Its id.
    pub id: ResetId,
    /// The force of the device.
    pub force: Force,
    /// The case that it is part of.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// The holder.
    pub person: PersonId,
    /// Why the password is to be changed or cleared.
    pub cause: ResetCause,
    /// How the request came.
    pub came: ResetCame,
    /// Whether one proof must be in person or vouched.
    pub privileged: bool,
    /// Who opened it, as the ledger names them.
    pub opened_by: String,
    /// When.
    pub opened_at: Timestamp,
    /// The digest of the form that was sent.
    pub form_digest: String,
    /// Its progress.
    pub state: ResetState,
    /// Who asked for the decision, and when.
    pub asked: Option<By>,
    /// Who decided, and when.
    pub decided: Option<By>,
    /// The order that clears the password.
    pub command: Option<CommandId>,
    /// When the device acknowledged it.
    pub cleared_at: Option<Timestamp>,
    /// The number that the desk reads out.
    pub number: Option<Number>,
    /// When the line manager was asked to vouch.
    pub vouch_asked_at: Option<Timestamp>,
    /// Reminders sent to the holder.
    pub reminders: i64,
    /// When it was over; the timeline of its case says why.
    pub ended_at: Option<Timestamp>,
    /// When it is looked at next; `None` exactly where it is over.
    pub next_at: Option<Timestamp>,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// As the ledger names them.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

/// A number that the desk reads out.
#[derive(Clone, PartialEq, Eq)]
pub struct Number {
    /// The number, sealed.
    pub sealed: Vec<u8>,
    /// Until when it counts.
    pub until: Timestamp,
    /// How often another number was entered.
    pub tries: i64,
}

impl std::fmt::Debug for Reset {
    /// Leaves the number out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reset({} {})", self.id, self.state.as_str())
    }
}

/// One attempt to make sure of who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Its id.
    pub id: EntryId,
    /// The request.
    pub reset: ResetId,
    /// The way.
    pub kind: ProofKind,
    /// Whether it proved who is asking; otherwise it failed.
    pub given: bool,
    /// Who gave or recorded it, as the ledger names them.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, force, case_id, device_id, person_id, cause, came, privileged, opened_by, opened_at, form_digest, state, asked_by,
         asked_at, decided_by, decided_at, command_id, cleared_at, number, number_until, number_tries, vouch_asked_at, reminders,
         ended_at, next_at"
    };
}

statements! {
    pub(crate) RESET_ADD = "INSERT INTO password_reset (id, force, case_id, device_id, person_id, cause, came, privileged, opened_by,
        opened_at, form_digest, state, number_tries, reminders, next_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, $13)";
    RESET_SET = "UPDATE password_reset SET state = $3, asked_by = $4, asked_at = $5, decided_by = $6, decided_at = $7, command_id = $8,
        cleared_at = $9, number = $10, number_until = $11, number_tries = $12, vouch_asked_at = $13, reminders = $14, ended_at = $15,
        next_at = $16 WHERE id = $1 AND state = $2 AND ended_at IS NULL";
    RESET_BY_ID = concat!("SELECT ", columns!(), " FROM password_reset WHERE id = $1");
    RESET_BY_FORM = concat!("SELECT ", columns!(), " FROM password_reset WHERE form_digest = $1");
    RESET_OPEN_OF_DEVICE = concat!("SELECT ", columns!(), " FROM password_reset WHERE device_id = $1 AND ended_at IS NULL");
    RESETS_OF_PERSON = concat!("SELECT ", columns!(), " FROM password_reset WHERE person_id = $1 ORDER BY opened_at DESC, id DESC LIMIT $2");
    RESETS_SINCE = "SELECT count(*) FROM password_reset WHERE person_id = $1 AND opened_at > $2";
    RESETS_OPEN = concat!("SELECT ", columns!(), " FROM password_reset WHERE ($1 = '' OR force = $1) AND ended_at IS NULL
        ORDER BY CASE WHEN state = 'deciding' THEN 0 ELSE 1 END, opened_at, id LIMIT $2");
    RESETS_ENDED = concat!("SELECT ", columns!(), " FROM password_reset WHERE ($1 = '' OR force = $1) AND ended_at IS NOT NULL
        ORDER BY ended_at DESC, id DESC LIMIT $2");
    RESETS_OVERDUE = "SELECT device_id FROM password_reset WHERE next_at < $1 ORDER BY next_at LIMIT $2";
    RESETS_OF_CASE = concat!("SELECT ", columns!(), " FROM password_reset WHERE case_id = $1 ORDER BY opened_at DESC, id DESC LIMIT 20");
    PROOF_ADD = "INSERT INTO reset_proof (id, reset_id, kind, given, by_actor, at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING";
    PROOFS_OF = "SELECT id, reset_id, kind, given, by_actor, at FROM reset_proof WHERE reset_id = $1 ORDER BY at, id LIMIT 100";
}

fn by(row: &Row, who: usize, at: usize) -> Result<Option<By>, StoreError> {
    Ok(row.opt_text(who)?.zip(row.opt_time(at)?).map(|(who, at)| By { who, at }))
}

fn reset(row: &Row) -> Result<Reset, StoreError> {
    let number = match (row.opt_bytes(18)?, row.opt_time(19)?) {
        (Some(sealed), Some(until)) => Some(Number { sealed, until, tries: row.int(20)? }),
        _ => None,
    };
    Ok(Reset {
        id: row.parse(0)?,
        force: row.parse(1)?,
        case: row.parse(2)?,
        device: row.parse(3)?,
        person: row.parse(4)?,
        cause: row.parse(5)?,
        came: row.parse(6)?,
        privileged: row.bool(7)?,
        opened_by: row.text(8)?,
        opened_at: row.time(9)?,
        form_digest: row.text(10)?,
        state: row.parse(11)?,
        asked: by(row, 12, 13)?,
        decided: by(row, 14, 15)?,
        command: row.opt_parse(16)?,
        cleared_at: row.opt_time(17)?,
        number,
        vouch_asked_at: row.opt_time(21)?,
        reminders: row.int(22)?,
        ended_at: row.opt_time(23)?,
        next_at: row.opt_time(24)?,
    })
}

/// Opens a request. There is at most one open request for a device.
pub fn add(tx: &mut Tx<'_>, new: &Reset) -> Result<(), StoreError> {
    let params = [
        Value::id(new.id),
        Value::id(new.force),
        Value::id(new.case),
        Value::id(new.device),
        Value::id(new.person),
        new.cause.as_str().into(),
        new.came.as_str().into(),
        i64::from(new.privileged).into(),
        new.opened_by.as_str().into(),
        new.opened_at.into(),
        new.form_digest.as_str().into(),
        new.state.as_str().into(),
        new.next_at.into(),
    ];
    tx.execute(&RESET_ADD, &params)?;
    Ok(())
}

/// Stores the progress of an open request that was in the state `before`; returns whether it still was.
pub fn set(tx: &mut Tx<'_>, changed: &Reset, before: ResetState) -> Result<bool, StoreError> {
    let who = |by: &Option<By>| Value::from(by.as_ref().map(|by| by.who.as_str()));
    let at = |by: &Option<By>| Value::from(by.as_ref().map(|by| by.at));
    let params = [
        Value::id(changed.id),
        before.as_str().into(),
        changed.state.as_str().into(),
        who(&changed.asked),
        at(&changed.asked),
        who(&changed.decided),
        at(&changed.decided),
        Value::opt_id(changed.command),
        changed.cleared_at.into(),
        changed.number.as_ref().map(|number| number.sealed.clone()).into(),
        changed.number.as_ref().map(|number| number.until).into(),
        changed.number.as_ref().map_or(0, |number| number.tries).into(),
        changed.vouch_asked_at.into(),
        changed.reminders.into(),
        changed.ended_at.into(),
        changed.next_at.into(),
    ];
    Ok(tx.execute(&RESET_SET, &params)? > 0)
}

/// Returns the request of that id.
pub fn by_id(tx: &mut Tx<'_>, id: ResetId) -> Result<Option<Reset>, StoreError> {
    tx.one(&RESET_BY_ID, &[Value::id(id)])?.as_ref().map(reset).transpose()
}

/// Returns the request that came with a form.
pub fn by_form(tx: &mut Tx<'_>, form_digest: &str) -> Result<Option<Reset>, StoreError> {
    tx.one(&RESET_BY_FORM, &[form_digest.into()])?.as_ref().map(reset).transpose()
}

/// Returns the open request of a device.
pub fn open_of_device(tx: &mut Tx<'_>, device: DeviceId) -> Result<Option<Reset>, StoreError> {
    tx.one(&RESET_OPEN_OF_DEVICE, &[Value::id(device)])?.as_ref().map(reset).transpose()
}

/// Returns the latest requests about a person, newest first.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId, limit: u32) -> Result<Vec<Reset>, StoreError> {
    tx.query(&RESETS_OF_PERSON, &[Value::id(person), i64::from(limit).into()])?.iter().map(reset).collect()
}

/// Returns how many requests about a person were opened since a time.
pub fn count_since(tx: &mut Tx<'_>, person: PersonId, since: Timestamp) -> Result<i64, StoreError> {
    crate::single_count(tx, &RESETS_SINCE, &[Value::id(person), since.into()])
}

/// Returns the open requests of a force, those that wait for a decision first.
pub fn open(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<Reset>, StoreError> {
    let params = [crate::force_word(force), i64::from(limit).into()];
    tx.query(&RESETS_OPEN, &params)?.iter().map(reset).collect()
}

/// Returns the latest requests of a force that are over.
pub fn ended(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<Reset>, StoreError> {
    let params = [crate::force_word(force), i64::from(limit).into()];
    tx.query(&RESETS_ENDED, &params)?.iter().map(reset).collect()
}

/// Returns the devices whose request should have been looked at before a time.
pub fn overdue(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<Vec<DeviceId>, StoreError> {
    tx.query(&RESETS_OVERDUE, &[before.into(), i64::from(limit).into()])?
        .iter()
        .map(|row| row.parse(0))
        .collect()
}

/// Returns the requests of a case, newest first.
pub fn of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<Reset>, StoreError> {
    tx.query(&RESETS_OF_CASE, &[Value::id(case)])?.iter().map(reset).collect()
}

/// Enters an attempt; returns false where that proof was given before.
pub fn add_proof(tx: &mut Tx<'_>, new: &Proof) -> Result<bool, StoreError> {
    let params = [
        Value::id(new.id),
        Value::id(new.reset),
        new.kind.as_str().into(),
        i64::from(new.given).into(),
        new.by.as_str().into(),
        new.at.into(),
    ];
    Ok(tx.execute(&PROOF_ADD, &params)? > 0)
}

/// Returns the attempts of a request, the first one first.
pub fn proofs(tx: &mut Tx<'_>, reset: ResetId) -> Result<Vec<Proof>, StoreError> {
    tx.query(&PROOFS_OF, &[Value::id(reset)])?
        .iter()
        .map(|row| {
            Ok(Proof {
                id: row.parse(0)?,
                reset: row.parse(1)?,
                kind: row.parse(2)?,
                given: row.bool(3)?,
                by: row.text(4)?,
                at: row.time(5)?,
            })
        })
        .collect()
}
