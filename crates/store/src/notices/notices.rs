//! Notices: what people are told, when they may be, and what came of it.
//!
//! The node that sends one first moves its due time to the end of a lease, so that two nodes never send the same one and
//! one that died leaves it due again.

use domain::{CaseId, Force, NoticeId, NoticeState, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One notice.
    pub struct Notice without Debug {
        /// Its id.
        pub id: NoticeId,
        /// The person who is told.
        pub person: PersonId = "person_id",
        /// Their force.
        pub force: Force,
        /// What makes it one and the same for this person.
        pub key: String,
        /// The word of the reason: on-call, live-matter, alarm, own-report, before-shift, routine.
        pub reason: String,
        /// The case that the reason names.
        pub case: Option<CaseId> = "case_id",
        /// Who decided that it cannot wait, and why.
        pub decided: Option<(PersonId, String)> = "decided_by, why",
        /// One line.
        pub subject: String,
        /// A few sentences.
        pub body: String,
        /// Where it leads, a path of the pages.
        pub link: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// Its state.
        pub state: NoticeState,
        /// When it is looked at next.
        pub due_at: Option<Timestamp>,
        /// How the person stood to duty when that was last looked at, in a word.
        pub duty: String,
        /// When the person was told: by mail, or by the page where there is no mail service.
        pub told_at: Option<Timestamp>,
        /// Told while not on duty.
        pub exception: bool,
        /// How often mail was tried.
        pub attempts: i64,
        /// What the last try came to, if it failed.
        pub last_error: Option<String>,
        /// When the person marked it as read.
        pub read_at: Option<Timestamp>,
    }
}

impl std::fmt::Debug for Notice {
    /// Leaves the words out: they are about a person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Notice({} {} {})", self.id, self.reason, self.state.as_str())
    }
}

statements! {
    pub(crate) NOTICE_ADD = "INSERT INTO notice (id, person_id, force, key, reason, case_id, decided_by, why, subject, body, link,
        created_at, state, due_at, duty) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        ON CONFLICT (person_id, key) DO NOTHING";
    NOTICE_BY_ID: Notice = "SELECT {n.columns} FROM notice n WHERE n.id = $1";
    NOTICES_DUE: Notice = "SELECT {n.columns} FROM notice n WHERE n.due_at <= $1 ORDER BY n.due_at LIMIT $2";
    NOTICE_CLAIM = "UPDATE notice SET due_at = $3 WHERE id = $1 AND due_at = $2";
    NOTICE_HOLD = "UPDATE notice SET due_at = $2, duty = $3 WHERE id = $1 AND state = 'waiting' AND due_at = $4";
    NOTICE_TOLD = "UPDATE notice SET state = $2, due_at = NULL, told_at = $3, duty = $4, exception = $5, last_error = NULL,
        attempts = attempts + 1 WHERE id = $1 AND state = 'waiting'";
    NOTICE_FAILED = "UPDATE notice SET state = $2, due_at = $3, duty = $4, last_error = $5, attempts = attempts + 1
        WHERE id = $1 AND state = 'waiting' AND due_at = $6";
    NOTICE_RETRY = "UPDATE notice SET state = 'waiting', due_at = $2, attempts = 0 WHERE id = $1 AND state = 'undelivered'";
    NOTICE_READ = "UPDATE notice SET read_at = $2 WHERE id = $1 AND read_at IS NULL";
    NOTICES_LOOK_AGAIN = "UPDATE notice SET due_at = $2 WHERE person_id = $1 AND state = 'waiting' AND due_at > $3";
    NOTICES_OF: Notice = "SELECT {n.columns} FROM notice n WHERE n.person_id = $1
        AND ($2 = 0 OR n.read_at IS NULL) ORDER BY n.created_at DESC, n.id DESC LIMIT $3";
    NOTICES_UNREAD = "SELECT count(*) FROM notice WHERE person_id = $1 AND read_at IS NULL";
    NOTICES_STUCK: (Notice, String, String) = "SELECT {n.columns}, p.name, p.number FROM notice n
        JOIN person p ON p.id = n.person_id
        WHERE ($1 = '' OR n.force = $1) AND (n.state = 'undelivered' OR (n.state = 'waiting' AND n.duty = 'not-known'))
        AND n.read_at IS NULL AND (n.created_at, n.id) < ($2, $3) ORDER BY n.created_at DESC, n.id DESC LIMIT $4";
    NOTICES_EXCEPTIONS: (Notice, String, String) = "SELECT {n.columns}, p.name, p.number FROM notice n
        JOIN person p ON p.id = n.person_id
        WHERE n.exception = 1 AND ($1 = '' OR n.force = $1) AND n.told_at >= $2 AND n.told_at < $3
        ORDER BY n.told_at, n.id LIMIT $4";
    NOTICES_TOLD_UNKNOWN = "SELECT count(*) FROM notice WHERE exception = 0 AND duty = 'not-known' AND state <> 'waiting'
        AND ($1 = '' OR force = $1) AND told_at >= $2 AND told_at < $3";
    NOTICES_BY_STATE: (NoticeState, i64) = "SELECT state, count(*) FROM notice
        WHERE ($1 = '' OR force = $1) AND created_at >= $2
        GROUP BY state ORDER BY state";
    NOTICES_FORGET = "DELETE FROM notice WHERE id IN
        (SELECT id FROM notice WHERE created_at < $1 ORDER BY created_at, id LIMIT $2)";
}

/// Enters a notice; false if the person has one of that key already.
pub fn add(tx: &mut Tx<'_>, new: &Notice) -> Result<bool, StoreError> {
    let params = values!(new: id, person, force, key, reason, case, decided, subject, body, link,
        created_at, state, due_at, duty);
    Ok(tx.execute(&NOTICE_ADD, &params)? > 0)
}

/// Returns the notice of that id.
pub fn by_id(tx: &mut Tx<'_>, id: NoticeId) -> Result<Option<Notice>, StoreError> {
    tx.row(&NOTICE_BY_ID, &[Value::id(id)])
}

/// Returns the notices to be looked at by now, the longest due first.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<Notice>, StoreError> {
    tx.rows(&NOTICES_DUE, &[now.into(), limit.into()])
}

/// Claims a due notice until `lease`, which becomes its due time; false if another node was faster.
pub fn claim(tx: &mut Tx<'_>, due: &mut Notice, lease: Timestamp) -> Result<bool, StoreError> {
    let claimed = tx.execute(&NOTICE_CLAIM, &[Value::id(due.id), due.due_at.into(), lease.into()])? > 0;
    due.due_at = Some(lease);
    Ok(claimed)
}

/// Holds a claimed notice until it is looked at again.
pub fn hold(tx: &mut Tx<'_>, claimed: &Notice, until: Timestamp, duty: &str) -> Result<(), StoreError> {
    tx.later(&NOTICE_HOLD, vec![Value::id(claimed.id), until.into(), duty.into(), claimed.due_at.into()])
}

/// How a person was told.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The state that the notice comes to.
    pub state: NoticeState,
    /// Their state of duty at that time.
    pub duty: &'a str,
    /// Whether they were told outside their duty.
    pub exception: bool,
}

/// Notes that the person was told; false if that was noted before.
pub fn told(tx: &mut Tx<'_>, id: NoticeId, told: &Told<'_>, at: Timestamp) -> Result<bool, StoreError> {
    let Told { state, duty, exception } = *told;
    let params = [Value::id(id), state.as_str().into(), at.into(), duty.into(), exception.into()];
    Ok(tx.execute(&NOTICE_TOLD, &params)? > 0)
}

/// Notes a try that failed: tried again at a time, or given up where there is none. False where another node has claimed it
/// since.
pub fn failed(
    tx: &mut Tx<'_>,
    claimed: &Notice,
    again: Option<Timestamp>,
    duty: &str,
    why: &str,
) -> Result<bool, StoreError> {
    let state = if again.is_some() { NoticeState::Waiting } else { NoticeState::Undelivered };
    let (id, lease) = (Value::id(claimed.id), claimed.due_at.into());
    let params = [id, state.as_str().into(), again.into(), duty.into(), why.into(), lease];
    Ok(tx.execute(&NOTICE_FAILED, &params)? > 0)
}

/// Tries a notice again that was given up; returns whether it was.
pub fn retry(tx: &mut Tx<'_>, id: NoticeId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&NOTICE_RETRY, &[Value::id(id), now.into()])? > 0)
}

/// Notes that the person read it; returns whether that is news.
pub fn read(tx: &mut Tx<'_>, id: NoticeId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&NOTICE_READ, &[Value::id(id), now.into()])? > 0)
}

/// Marks everything that is held for a person to be looked at again: what is known of their duty has changed. What is due before
/// `leased` may be claimed by a node at this moment, and is left to it.
pub fn look_again(
    tx: &mut Tx<'_>,
    person: PersonId,
    now: Timestamp,
    leased: Timestamp,
) -> Result<(), StoreError> {
    tx.later(&NOTICES_LOOK_AGAIN, vec![Value::id(person), now.into(), leased.into()])
}

/// Returns a person's notices, newest first.
pub fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    unread_only: bool,
    limit: u32,
) -> Result<Vec<Notice>, StoreError> {
    let params = [Value::id(person), unread_only.into(), limit.into()];
    tx.rows(&NOTICES_OF, &params)
}

/// Returns how many notices a person has not read.
pub fn unread(tx: &mut Tx<'_>, person: PersonId) -> Result<i64, StoreError> {
    crate::single_count(tx, &NOTICES_UNREAD, &[Value::id(person)])
}

/// Returns unread notices that were given up, or are held because the person's duty is not known, newest first; each with the
/// person's name and number.
pub fn stuck(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    after: Option<(Timestamp, NoticeId)>,
    limit: u32,
) -> Result<Vec<(Notice, String, String)>, StoreError> {
    let (at, id) =
        after.map_or((Timestamp::from_millis(i64::MAX), String::new()), |(at, id)| (at, id.to_string()));
    let params = [crate::force_word(force), at.into(), id.into(), limit.into()];
    tx.rows(&NOTICES_STUCK, &params)
}

/// Returns what was told to people who were not on duty, between two times; each with the person's name and number.
pub fn exceptions(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    from: Timestamp,
    to: Timestamp,
    limit: u32,
) -> Result<Vec<(Notice, String, String)>, StoreError> {
    let params = [crate::force_word(force), from.into(), to.into(), limit.into()];
    tx.rows(&NOTICES_EXCEPTIONS, &params)
}

/// Returns how many were told, between two times, to people whose duty was not known, in the force's hours for that.
pub fn told_unknown(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    from: Timestamp,
    to: Timestamp,
) -> Result<i64, StoreError> {
    crate::single_count(tx, &NOTICES_TOLD_UNKNOWN, &[crate::force_word(force), from.into(), to.into()])
}

/// Returns how many notices made since a time stand in each state.
pub fn by_state(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    since: Timestamp,
) -> Result<Vec<(NoticeState, i64)>, StoreError> {
    tx.rows(&NOTICES_BY_STATE, &[crate::force_word(force), since.into()])
}

/// Forgets notices made before a time, `limit` at most; returns how many.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&NOTICES_FORGET, &[before.into(), limit.into()])
}
