//! Files of people between their preview and their end.

use domain::{Force, ImportId, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Which.
    pub id: ImportId,
    /// The file's name, as it was given.
    pub name: String,
    /// The force of rows that name none.
    pub force: Force,
    /// SHA-256 of the file, hex.
    pub digest: String,
    /// The file, sealed; gone once it was applied or forgotten.
    pub content: Option<Vec<u8>>,
    /// Which column is what, as JSON.
    pub mapping: String,
    /// Who gave it, as the ledger names them.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// Until when it waits.
    pub expires_at: Timestamp,
    /// When it was applied.
    pub applied_at: Option<Timestamp>,
    /// What came of it, as JSON.
    pub outcome: Option<String>,
}

statements! {
    pub(crate) IMPORT_ADD = "INSERT INTO people_import (id, name, force, digest, content, mapping, made_by, made_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    IMPORT_BY_ID = "SELECT id, name, force, digest, content, mapping, made_by, made_at, expires_at, applied_at, outcome
        FROM people_import WHERE id = $1";
    IMPORT_MAPPED = "UPDATE people_import SET mapping = $2, force = $3 WHERE id = $1 AND applied_at IS NULL";
    IMPORT_APPLIED = "UPDATE people_import SET applied_at = $2, outcome = $3, content = NULL WHERE id = $1 AND applied_at IS NULL";
    IMPORTS_FORGET = "UPDATE people_import SET content = NULL WHERE content IS NOT NULL AND expires_at < $1";
    IMPORTS_WAITING = "SELECT count(*) FROM people_import WHERE made_by = $1 AND content IS NOT NULL AND expires_at > $2";
}

fn import(row: &Row) -> Result<Import, StoreError> {
    Ok(Import {
        id: row.parse(0)?,
        name: row.text(1)?,
        force: row.parse(2)?,
        digest: row.text(3)?,
        content: row.opt_bytes(4)?,
        mapping: row.text(5)?,
        made_by: row.text(6)?,
        made_at: row.time(7)?,
        expires_at: row.time(8)?,
        applied_at: row.opt_time(9)?,
        outcome: row.opt_text(10)?,
    })
}

/// Keeps a file.
pub fn add(tx: &mut Tx<'_>, new: Import) -> Result<(), StoreError> {
    tx.execute(
        &IMPORT_ADD,
        &[
            Value::id(new.id),
            new.name.into(),
            Value::id(new.force),
            new.digest.into(),
            new.content.into(),
            new.mapping.into(),
            new.made_by.into(),
            new.made_at.into(),
            new.expires_at.into(),
        ],
    )?;
    Ok(())
}

/// The file of that id.
pub fn by_id(tx: &mut Tx<'_>, id: ImportId) -> Result<Option<Import>, StoreError> {
    tx.one(&IMPORT_BY_ID, &[Value::id(id)])?.as_ref().map(import).transpose()
}

/// Changes which column is what; whether the file still waits.
pub fn set_mapping(tx: &mut Tx<'_>, id: ImportId, mapping: &str, force: Force) -> Result<bool, StoreError> {
    Ok(tx.execute(&IMPORT_MAPPED, &[Value::id(id), mapping.into(), Value::id(force)])? > 0)
}

/// Notes that a file was applied and lets go of it; whether it had not been.
pub fn applied(tx: &mut Tx<'_>, id: ImportId, at: Timestamp, outcome: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&IMPORT_APPLIED, &[Value::id(id), at.into(), outcome.into()])? > 0)
}

/// Lets go of files that waited too long.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&IMPORTS_FORGET, &[now.into()])
}

/// How many files of somebody wait.
pub fn waiting(tx: &mut Tx<'_>, made_by: &str, now: Timestamp) -> Result<i64, StoreError> {
    crate::single_count(tx, &IMPORTS_WAITING, &[made_by.into(), now.into()])
}
