//! Sign-ins and use of other systems by people who were off duty or away, and the review of a month.

use domain::{CaseId, Day, Force, PersonId, SignInId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// A sign-in off duty, or the use of another system.
    pub struct OffDutyUse {
        /// Its id.
        pub id: SignInId,
        /// The person whose it is.
        pub person: PersonId = "person_id",
        /// Their force.
        pub force: Force,
        /// Their unit then; empty if it was not known.
        pub unit: String,
        /// The day.
        pub day: Day,
        /// Which system; empty for this service.
        pub system: String,
        /// When, the first time on that day that is known.
        pub at: Timestamp,
        /// The word of what it was for, where they said.
        pub purpose: Option<String>,
    }

    /// A month of one unit.
    pub struct UnitMonth {
        /// The unit; empty if it was not known.
        pub unit: String,
        /// How many people.
        pub people: i64,
        /// What they were asked about: each person's days, and on a day each system.
        pub asked: i64,
        /// Of those, with a stated policing purpose.
        pub policing: i64,
        /// Of those, for the person's own affairs.
        pub own_affairs: i64,
        /// Of those, without an answer.
        pub unanswered: i64,
    }
}

statements! {
    pub(crate) USE_ADD = "INSERT INTO off_duty_use (id, person_id, force, unit, day, system, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (person_id, day, system) DO NOTHING";
    USE_BY_ID: OffDutyUse = "SELECT {columns} FROM off_duty_use WHERE id = $1";
    USE_OPEN: OffDutyUse = "SELECT {columns} FROM off_duty_use WHERE person_id = $1 AND purpose IS NULL
        ORDER BY at DESC LIMIT 100";
    USE_STATE = "UPDATE off_duty_use SET purpose = $2, stated_at = $3 WHERE id = $1 AND purpose IS NULL";
    USE_BY_UNIT: UnitMonth = "SELECT unit, count(DISTINCT person_id), count(*),
        sum(CASE WHEN purpose IN ('live-incident', 'recalled', 'policing') THEN 1 ELSE 0 END),
        sum(CASE WHEN purpose = 'own-affairs' THEN 1 ELSE 0 END),
        sum(CASE WHEN purpose IS NULL THEN 1 ELSE 0 END)
        FROM off_duty_use WHERE force = $1 AND day >= $2 AND day < $3 GROUP BY unit ORDER BY unit LIMIT 1000";
    USE_FORGET = "DELETE FROM off_duty_use WHERE id IN (SELECT id FROM off_duty_use WHERE at < $1 LIMIT $2)";
    REVIEW_OPENED = "INSERT INTO off_duty_review (force, month, case_id) VALUES ($1, $2, $3)";
    REVIEW_OF: CaseId = "SELECT case_id FROM off_duty_review WHERE force = $1 AND month = $2";
}

/// Notes a sign-in or a use; false if one of that day and system is noted.
pub fn add(tx: &mut Tx<'_>, new: &OffDutyUse) -> Result<bool, StoreError> {
    let params = values!(new: id, person, force, unit, day, system, at);
    Ok(tx.execute(&USE_ADD, &params)? > 0)
}

/// Returns the one of that id.
pub fn by_id(tx: &mut Tx<'_>, id: SignInId) -> Result<Option<OffDutyUse>, StoreError> {
    tx.row(&USE_BY_ID, &[Value::id(id)])
}

/// Returns those of a person of which nothing was said, newest first, a hundred at most.
pub fn open_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<OffDutyUse>, StoreError> {
    tx.rows(&USE_OPEN, &[Value::id(person)])
}

/// Notes what one was for; false if that was said before.
pub fn state(tx: &mut Tx<'_>, id: SignInId, purpose: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&USE_STATE, &[Value::id(id), purpose.into(), at.into()])? > 0)
}

/// Returns a force's from one day up to, not including, another, by unit in the order of their names.
pub fn by_unit(tx: &mut Tx<'_>, force: Force, from: Day, to: Day) -> Result<Vec<UnitMonth>, StoreError> {
    tx.rows(&USE_BY_UNIT, &[Value::id(force), Value::id(from), Value::id(to)])
}

/// Forgets those before a time, `limit` at most; returns how many.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&USE_FORGET, &[before.into(), limit.into()])
}

/// Remembers the case in which a month (`2026-11`) is reviewed. There must be none yet.
pub fn opened_review(tx: &mut Tx<'_>, force: Force, month: &str, case: CaseId) -> Result<(), StoreError> {
    tx.execute(&REVIEW_OPENED, &[Value::id(force), month.into(), Value::id(case)]).map(drop)
}

/// Returns the case in which a month is reviewed.
pub fn review_of(tx: &mut Tx<'_>, force: Force, month: &str) -> Result<Option<CaseId>, StoreError> {
    tx.row(&REVIEW_OF, &[Value::id(force), month.into()])
}
