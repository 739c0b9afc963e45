//! Counts towards the caps: what was done in the last hour.

use domain::{Cap, Force, Timestamp};

use crate::{StoreError, Tx, statements};

statements! {
    pub(crate) COUNT_ADD = "INSERT INTO order_count (class, force, who, subject, at) VALUES ($1, $2, $3, $4, $5)";
    COUNT_FORCE = "SELECT count(*) FROM order_count WHERE class = $1 AND force = $2 AND at > $3";
    COUNT_PERSON = "SELECT count(*) FROM order_count WHERE class = $1 AND who = $2 AND at > $3";
    COUNT_SUBJECTS: String = "SELECT DISTINCT subject FROM order_count
        WHERE class = $1 AND who = $2 AND at > $3 LIMIT 5000";
    COUNT_DISTINCT = "SELECT count(*) FROM (SELECT DISTINCT subject FROM order_count WHERE class = $1 AND who = $2 AND at > $3 LIMIT $4) AS few";
    COUNT_FORGET = "DELETE FROM order_count WHERE at < $1";
}

/// What is counted against a cap.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// The cap.
    pub cap: Cap,
    /// The force.
    pub force: Force,
    /// Who did it, as the ledger names them.
    pub who: &'a str,
    /// To what it was done.
    pub subject: &'a str,
}

/// Adds a count.
pub fn count(tx: &mut Tx<'_>, counted: &Counted<'_>, at: Timestamp) -> Result<(), StoreError> {
    let Counted { cap, force, who, subject } = *counted;
    let values = vec![cap.class().into(), force.as_str().into(), who.into(), subject.into(), at.into()];
    tx.later(&COUNT_ADD, values)
}

/// Returns how much a force did since a time of what a cap counts.
pub fn by_force(tx: &mut Tx<'_>, cap: Cap, force: Force, since: Timestamp) -> Result<i64, StoreError> {
    crate::single_count(tx, &COUNT_FORCE, &[cap.class().into(), force.as_str().into(), since.into()])
}

/// Returns how much a person did since a time of what a cap counts.
pub fn by_person(tx: &mut Tx<'_>, cap: Cap, who: &str, since: Timestamp) -> Result<i64, StoreError> {
    crate::single_count(tx, &COUNT_PERSON, &[cap.class().into(), who.into(), since.into()])
}

/// Returns the things that a person did it to since a time, each once.
pub fn subjects(tx: &mut Tx<'_>, cap: Cap, who: &str, since: Timestamp) -> Result<Vec<String>, StoreError> {
    tx.rows(&COUNT_SUBJECTS, &[cap.class().into(), who.into(), since.into()])
}

/// Returns to how many things a person did it since a time, each counted once; never more than `most`.
pub fn distinct(
    tx: &mut Tx<'_>,
    cap: Cap,
    who: &str,
    since: Timestamp,
    most: u32,
) -> Result<i64, StoreError> {
    let values = [cap.class().into(), who.into(), since.into(), most.into()];
    crate::single_count(tx, &COUNT_DISTINCT, &values)
}

/// Removes counts from before a time; returns how many.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&COUNT_FORGET, &[before.into()])
}
