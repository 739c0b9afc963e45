//! Versions of the policy that are weaker than the one in force, and wait until people have confirmed them.

use domain::{EntryId, Force, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// A version that waits, without its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: EntryId,
    /// The digest of the version.
    pub digest: String,
    /// The digest of the version in force that it was compared with.
    pub compared_with: String,
    /// What it weakens: a JSON list of sentences.
    pub weakens: String,
    /// When a start of the service found it.
    pub found_at: Timestamp,
    /// Who asked for it, if anybody has.
    pub asked: Option<AskedFor>,
}

/// A request to bring a version that waits into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFor {
    /// When.
    pub at: Timestamp,
    /// Who, as the ledger names them.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// A version as it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWaiting<'a> {
    /// Its id.
    pub id: EntryId,
    /// The digest of the version.
    pub digest: &'a str,
    /// Its files: JSON, path to text.
    pub files: &'a str,
    /// The parameter values that the force's settings put over it: JSON, name to value.
    pub overrides: &'a str,
    /// The digest of the version in force.
    pub compared_with: &'a str,
    /// What it weakens: a JSON list of sentences.
    pub weakens: &'a str,
    /// When it was found.
    pub found_at: Timestamp,
}

/// The confirmation of a version for one force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The force.
    pub force: Force,
    /// When.
    pub at: Timestamp,
    /// By whom, as the ledger names them.
    pub by: String,
}

macro_rules! columns {
    () => {
        "id, digest, compared_with, weakens, found_at, asked_at, asked_by, reason"
    };
}

statements! {
    pub(crate) WAITING_ADD = "INSERT INTO policy_waiting
        (id, digest, files, overrides, compared_with, weakens, found_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    WAITING_OPEN = concat!("SELECT ", columns!(), " FROM policy_waiting WHERE ended_at IS NULL
        ORDER BY found_at DESC, id DESC LIMIT 1");
    WAITING_FILES = "SELECT files, overrides FROM policy_waiting WHERE id = $1";
    WAITING_ASK = "UPDATE policy_waiting SET asked_at = $2, asked_by = $3, reason = $4
        WHERE id = $1 AND ended_at IS NULL AND asked_at IS NULL";
    WAITING_END = "UPDATE policy_waiting SET ended_at = $2, ended_by = $3, outcome = $4
        WHERE id = $1 AND ended_at IS NULL";
    CONFIRMATION_ADD = "INSERT INTO policy_confirmation (waiting_id, force, confirmed_at, confirmed_by)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    CONFIRMATIONS_OF = "SELECT force, confirmed_at, confirmed_by FROM policy_confirmation
        WHERE waiting_id = $1 ORDER BY force";
}

fn waiting(row: &Row) -> Result<Waiting, StoreError> {
    Ok(Waiting {
        id: row.parse(0)?,
        digest: row.text(1)?,
        compared_with: row.text(2)?,
        weakens: row.text(3)?,
        found_at: row.time(4)?,
        asked: match row.opt_time(5)? {
            None => None,
            Some(at) => Some(AskedFor { at, by: row.text(6)?, reason: row.text(7)? }),
        },
    })
}

/// Enters a version that waits.
pub fn add(tx: &mut Tx<'_>, new: &NewWaiting<'_>) -> Result<(), StoreError> {
    let params = [
        Value::id(new.id),
        new.digest.into(),
        new.files.into(),
        new.overrides.into(),
        new.compared_with.into(),
        new.weakens.into(),
        new.found_at.into(),
    ];
    tx.execute(&WAITING_ADD, &params)?;
    Ok(())
}

/// Returns the version that waits; the one found last, should several do.
pub fn open(tx: &mut Tx<'_>) -> Result<Option<Waiting>, StoreError> {
    tx.one(&WAITING_OPEN, &[])?.as_ref().map(waiting).transpose()
}

/// Returns the files of a version and the parameter values over it, both JSON.
pub fn files(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<(String, String)>, StoreError> {
    tx.one(&WAITING_FILES, &[Value::id(id)])?.map(|row| Ok((row.text(0)?, row.text(1)?))).transpose()
}

/// Notes who asked for a version; returns false where it is over, or somebody has asked for it.
pub fn ask(tx: &mut Tx<'_>, id: EntryId, asked: &AskedFor) -> Result<bool, StoreError> {
    let params = [Value::id(id), asked.at.into(), asked.by.as_str().into(), asked.reason.as_str().into()];
    Ok(tx.execute(&WAITING_ASK, &params)? > 0)
}

/// Ends the waiting of a version with its outcome: confirmed, withdrawn, lapsed or superseded. Returns whether it still waited.
pub fn end(
    tx: &mut Tx<'_>,
    id: EntryId,
    at: Timestamp,
    by: &str,
    outcome: &'static str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&WAITING_END, &[Value::id(id), at.into(), by.into(), outcome.into()])? > 0)
}

/// Notes a confirmation; returns false where the force has one.
pub fn confirm(tx: &mut Tx<'_>, id: EntryId, new: &Confirmation) -> Result<bool, StoreError> {
    let params = [Value::id(id), Value::id(new.force), new.at.into(), new.by.as_str().into()];
    Ok(tx.execute(&CONFIRMATION_ADD, &params)? > 0)
}

/// Returns the confirmations of a version, by force.
pub fn confirmations(tx: &mut Tx<'_>, id: EntryId) -> Result<Vec<Confirmation>, StoreError> {
    tx.query(&CONFIRMATIONS_OF, &[Value::id(id)])?
        .iter()
        .map(|row| Ok(Confirmation { force: row.parse(0)?, at: row.time(1)?, by: row.text(2)? }))
        .collect()
}
