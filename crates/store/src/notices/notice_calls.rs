//! Notices that call somebody: which call each belongs to, and the link that its mail holds.

use domain::{NoticeId, NoticeState, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements};

statements! {
    pub(crate) NOTICE_CALL_ADD = "INSERT INTO notice_call (notice_id, subject, link) VALUES ($1, $2, $3)";
    NOTICE_CALL_OF: NoticeCall = "SELECT {columns} FROM notice_call WHERE notice_id = $1";
    NOTICE_CALL_SPENT = "UPDATE notice_call SET link = NULL WHERE notice_id = $1";
    NOTICE_CALLS_SPENT = "UPDATE notice_call SET link = NULL WHERE subject = $1";
    // What a node is sending at this moment goes out; it is noted as mailed when it has.
    NOTICE_CALLS_WITHDRAW = "UPDATE notice SET state = 'shown', due_at = NULL WHERE state = 'waiting'
        AND id IN (SELECT notice_id FROM notice_call WHERE subject = $1)";
    NOTICE_CALL_WITHDRAW = "UPDATE notice SET state = 'shown', due_at = NULL WHERE id = $1 AND state = 'waiting'";
    NOTICE_STATE: (NoticeState, Option<String>) = "SELECT state, last_error FROM notice WHERE id = $1";
    NOTICE_CALLS_ABOUT: Told = "SELECT {n.columns} FROM notice n JOIN notice_call c ON c.notice_id = n.id
        WHERE c.subject = $1 ORDER BY n.created_at, n.id";
    NOTICE_CALLS_FORGET = "DELETE FROM notice_call WHERE notice_id IN
        (SELECT id FROM notice WHERE created_at < $1 ORDER BY created_at, id LIMIT $2)";
}

row! {
    /// A notice that calls somebody.
    pub struct NoticeCall without Debug {
        /// What is told when its sending comes to an end.
        pub subject: String,
        /// The sealed link; `None` once it was sent or withdrawn.
        pub link: Option<Vec<u8>>,
    }
}

/// Marks a notice as one that calls somebody.
pub fn add(tx: &mut Tx<'_>, notice: NoticeId, subject: &str, link: Vec<u8>) -> Result<(), StoreError> {
    tx.later(&NOTICE_CALL_ADD, vec![Value::id(notice), subject.into(), link.into()])
}

/// Returns what a notice calls for; `None` for an ordinary one.
pub fn of(tx: &mut Tx<'_>, notice: NoticeId) -> Result<Option<NoticeCall>, StoreError> {
    tx.row(&NOTICE_CALL_OF, &[Value::id(notice)])
}

/// Forgets the link of a notice that was sent, or will not be.
pub fn spend(tx: &mut Tx<'_>, notice: NoticeId) -> Result<(), StoreError> {
    tx.later(&NOTICE_CALL_SPENT, vec![Value::id(notice)])
}

/// Stops every notice of a call that was not sent yet; each stays on its person's own page.
pub fn withdraw(tx: &mut Tx<'_>, subject: &str) -> Result<(), StoreError> {
    tx.later(&NOTICE_CALLS_WITHDRAW, vec![subject.into()])?;
    tx.later(&NOTICE_CALLS_SPENT, vec![subject.into()])
}

/// Stops one notice that was not sent yet; it stays on its person's own page.
pub fn withdraw_one(tx: &mut Tx<'_>, notice: NoticeId) -> Result<(), StoreError> {
    tx.later(&NOTICE_CALL_WITHDRAW, vec![Value::id(notice)])?;
    spend(tx, notice)
}

/// Returns the state of a notice, and what its last attempt failed with.
pub fn state(tx: &mut Tx<'_>, notice: NoticeId) -> Result<Option<(NoticeState, Option<String>)>, StoreError> {
    tx.row(&NOTICE_STATE, &[Value::id(notice)])
}

row! {
    /// One notice of a call.
    #[derive(Copy)]
    pub struct Told {
        /// The person.
        pub person: PersonId = "person_id",
        /// When it was made.
        pub at: Timestamp = "created_at",
        /// Its state.
        pub state: NoticeState,
    }
}

/// Returns the notices of a call, the oldest first.
pub fn about(tx: &mut Tx<'_>, subject: &str) -> Result<Vec<Told>, StoreError> {
    tx.rows(&NOTICE_CALLS_ABOUT, &[subject.into()])
}

/// Forgets the calls of notices made before a time, `limit` at most.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&NOTICE_CALLS_FORGET, &[before.into(), limit.into()])
}
