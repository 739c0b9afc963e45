//! Requests to have a device's password changed or cleared, and the proofs of who is asking.

use domain::{
    CaseId, CommandId, DeviceId, EntryId, Force, PersonId, ProofKind, ResetCame, ResetCause, ResetId,
    ResetState, Timestamp,
};

use crate::{StoreError, ToValues, Tx, Value, row, statements, values};

row! {
    /// One request.
    pub struct Reset without Debug {
        /// Its id.
        pub id: ResetId,
        /// The force of the device.
        pub force: Force,
        /// The case that it is part of.
        pub case: CaseId = "case_id",
        /// The device.
        pub device: DeviceId = "device_id",
        /// The holder.
        pub person: PersonId = "person_id",
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
        pub asked: Option<By> = "asked_by, asked_at",
        /// Who decided, and when.
        pub decided: Option<By> = "decided_by, decided_at",
        /// The order that clears the password.
        pub command: Option<CommandId> = "command_id",
        /// When the device acknowledged it.
        pub cleared_at: Option<Timestamp>,
        /// The number that the desk reads out.
        pub number: Option<Number> = "number, number_until, number_tries",
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
    pub struct By {
        /// As the ledger names them.
        pub who: String,
        /// When.
        pub at: Timestamp,
    }

    /// A number that the desk reads out.
    pub struct Number without Debug {
        /// The number, sealed.
        pub sealed: Vec<u8>,
        /// Until when it counts.
        pub until: Timestamp,
        /// How often another number was entered.
        pub tries: i64,
    }
}

impl ToValues for By {
    const WIDTH: usize = 2;

    fn push(&self, values: &mut Vec<Value>) {
        values.extend([self.who.as_str().into(), self.at.into()]);
    }
}

impl std::fmt::Debug for Reset {
    /// Leaves the number out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reset({} {})", self.id, self.state.as_str())
    }
}

row! {
    /// One attempt to make sure of who is asking.
    pub struct Proof {
        /// Its id.
        pub id: EntryId,
        /// The request.
        pub reset: ResetId = "reset_id",
        /// The way.
        pub kind: ProofKind,
        /// Whether it proved who is asking; otherwise it failed.
        pub given: bool,
        /// Who gave or recorded it, as the ledger names them.
        pub by: String = "by_actor",
        /// When.
        pub at: Timestamp,
    }
}

statements! {
    pub(crate) RESET_ADD = "INSERT INTO password_reset (id, force, case_id, device_id, person_id, cause, came, privileged, opened_by,
        opened_at, form_digest, state, number_tries, reminders, next_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, $13)";
    RESET_SET = "UPDATE password_reset SET state = $3, asked_by = $4, asked_at = $5, decided_by = $6, decided_at = $7, command_id = $8,
        cleared_at = $9, number = $10, number_until = $11, number_tries = $12, vouch_asked_at = $13, reminders = $14, ended_at = $15,
        next_at = $16 WHERE id = $1 AND state = $2 AND ended_at IS NULL";
    RESET_BY_ID: Reset = "SELECT {columns} FROM password_reset WHERE id = $1";
    RESET_BY_FORM: Reset = "SELECT {columns} FROM password_reset WHERE form_digest = $1";
    RESET_OPEN_OF_DEVICE: Reset = "SELECT {columns} FROM password_reset WHERE device_id = $1 AND ended_at IS NULL";
    RESETS_OF_PERSON: Reset = "SELECT {columns} FROM password_reset
        WHERE person_id = $1 ORDER BY opened_at DESC, id DESC LIMIT $2";
    RESETS_SINCE = "SELECT count(*) FROM password_reset WHERE person_id = $1 AND opened_at > $2";
    RESETS_OPEN: Reset = "SELECT {columns} FROM password_reset WHERE ($1 = '' OR force = $1) AND ended_at IS NULL
        ORDER BY CASE WHEN state = 'deciding' THEN 0 ELSE 1 END, opened_at, id LIMIT $2";
    RESETS_ENDED: Reset = "SELECT {columns} FROM password_reset WHERE ($1 = '' OR force = $1) AND ended_at IS NOT NULL
        ORDER BY ended_at DESC, id DESC LIMIT $2";
    RESETS_OVERDUE: DeviceId = "SELECT device_id FROM password_reset WHERE next_at < $1 ORDER BY next_at LIMIT $2";
    RESETS_OF_CASE: Reset = "SELECT {columns} FROM password_reset
        WHERE case_id = $1 ORDER BY opened_at DESC, id DESC LIMIT 20";
    PROOF_ADD = "INSERT INTO reset_proof (id, reset_id, kind, given, by_actor, at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING";
    PROOFS_OF: Proof = "SELECT {columns} FROM reset_proof WHERE reset_id = $1 ORDER BY at, id LIMIT 100";
}

/// Opens a request. There is at most one open request for a device.
pub fn add(tx: &mut Tx<'_>, new: &Reset) -> Result<(), StoreError> {
    let params = values!(new: id, force, case, device, person, cause, came, privileged, opened_by,
        opened_at, form_digest, state, next_at);
    tx.execute(&RESET_ADD, &params).map(drop)
}

/// Stores the progress of an open request that was in the state `before`; returns whether it still was.
pub fn set(tx: &mut Tx<'_>, changed: &Reset, before: ResetState) -> Result<bool, StoreError> {
    let number = changed.number.as_ref();
    let tries = number.map_or(0, |number| number.tries);
    let (sealed, until) = (number.map(|number| number.sealed.clone()), number.map(|number| number.until));
    let params = values!(changed: id, (before), state, asked, decided, command, cleared_at, (sealed),
        (until), (tries), vouch_asked_at, reminders, ended_at, next_at);
    Ok(tx.execute(&RESET_SET, &params)? > 0)
}

/// Returns the request of that id.
pub fn by_id(tx: &mut Tx<'_>, id: ResetId) -> Result<Option<Reset>, StoreError> {
    tx.row(&RESET_BY_ID, &[Value::id(id)])
}

/// Returns the request that came with a form.
pub fn by_form(tx: &mut Tx<'_>, form_digest: &str) -> Result<Option<Reset>, StoreError> {
    tx.row(&RESET_BY_FORM, &[form_digest.into()])
}

/// Returns the open request of a device.
pub fn open_of_device(tx: &mut Tx<'_>, device: DeviceId) -> Result<Option<Reset>, StoreError> {
    tx.row(&RESET_OPEN_OF_DEVICE, &[Value::id(device)])
}

/// Returns the latest requests about a person, newest first.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId, limit: u32) -> Result<Vec<Reset>, StoreError> {
    tx.rows(&RESETS_OF_PERSON, &[Value::id(person), limit.into()])
}

/// Returns how many requests about a person were opened since a time.
pub fn count_since(tx: &mut Tx<'_>, person: PersonId, since: Timestamp) -> Result<i64, StoreError> {
    crate::single_count(tx, &RESETS_SINCE, &[Value::id(person), since.into()])
}

/// Returns the open requests of a force, those that wait for a decision first.
pub fn open(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<Reset>, StoreError> {
    let params = [crate::force_word(force), limit.into()];
    tx.rows(&RESETS_OPEN, &params)
}

/// Returns the latest requests of a force that are over.
pub fn ended(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<Reset>, StoreError> {
    let params = [crate::force_word(force), limit.into()];
    tx.rows(&RESETS_ENDED, &params)
}

/// Returns the devices whose request should have been looked at before a time.
pub fn overdue(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<Vec<DeviceId>, StoreError> {
    tx.rows(&RESETS_OVERDUE, &[before.into(), limit.into()])
}

/// Returns the requests of a case, newest first.
pub fn of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<Reset>, StoreError> {
    tx.rows(&RESETS_OF_CASE, &[Value::id(case)])
}

/// Enters an attempt; returns false where that proof was given before.
pub fn add_proof(tx: &mut Tx<'_>, new: &Proof) -> Result<bool, StoreError> {
    let params = values!(new: id, reset, kind, given, by, at);
    Ok(tx.execute(&PROOF_ADD, &params)? > 0)
}

/// Returns the attempts of a request, the first one first.
pub fn proofs(tx: &mut Tx<'_>, reset: ResetId) -> Result<Vec<Proof>, StoreError> {
    tx.rows(&PROOFS_OF, &[Value::id(reset)])
}
