//! Versions of the policy that are weaker than the one in force, and wait until people have confirmed them.

use domain::{EntryId, Force, Timestamp};

use crate::{StoreError, Tx, Value, row, statements};

row! {
    /// A version that waits, without its files.
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
        pub asked: Option<AskedFor> = "asked_at, asked_by, reason",
    }

    /// A request to bring a version that waits into force.
    pub struct AskedFor {
        /// When.
        pub at: Timestamp,
        /// Who, as the ledger names them.
        pub by: String,
        /// Why.
        pub reason: String,
    }
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

row! {
    /// The confirmation of a version for one force.
    pub struct Confirmation {
        /// The force.
        pub force: Force,
        /// When.
        pub at: Timestamp = "confirmed_at",
        /// By whom, as the ledger names them.
        pub by: String = "confirmed_by",
    }
}

statements! {
    pub(crate) WAITING_ADD = "INSERT INTO policy_waiting
        (id, digest, files, overrides, compared_with, weakens, found_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    WAITING_OPEN: Waiting = "SELECT {columns} FROM policy_waiting WHERE ended_at IS NULL
        ORDER BY found_at DESC, id DESC LIMIT 1";
    WAITING_FILES: (String, String) = "SELECT files, overrides FROM policy_waiting WHERE id = $1";
    WAITING_ASK = "UPDATE policy_waiting SET asked_at = $2, asked_by = $3, reason = $4
        WHERE id = $1 AND ended_at IS NULL AND asked_at IS NULL";
    WAITING_END = "UPDATE policy_waiting SET ended_at = $2, ended_by = $3, outcome = $4
        WHERE id = $1 AND ended_at IS NULL";
    CONFIRMATION_ADD = "INSERT INTO policy_confirmation (waiting_id, force, confirmed_at, confirmed_by)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    CONFIRMATIONS_OF: Confirmation = "SELECT {columns} FROM policy_confirmation
        WHERE waiting_id = $1 ORDER BY force";
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
    tx.row(&WAITING_OPEN, &[])
}

/// Returns the files of a version and the parameter values over it, both JSON.
pub fn files(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<(String, String)>, StoreError> {
    tx.row(&WAITING_FILES, &[Value::id(id)])
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
    tx.rows(&CONFIRMATIONS_OF, &[Value::id(id)])
}
