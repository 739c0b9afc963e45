//! Files of rows between their preview and their end.

use domain::{Force, ImportId, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Which.
    pub id: ImportId,
    /// What it is of: `people` or `devices`.
    pub kind: String,
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
    pub(crate) IMPORT_ADD = "INSERT INTO file_import (id, kind, name, force, digest, content, mapping, made_by, made_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    IMPORT_BY_ID = "SELECT id, kind, name, force, digest, content, mapping, made_by, made_at, expires_at, applied_at, outcome
        FROM file_import WHERE id = $1";
    IMPORT_MAPPED = "UPDATE file_import SET mapping = $2 WHERE id = $1 AND applied_at IS NULL";
    IMPORT_APPLIED = "UPDATE file_import SET applied_at = $2, outcome = $3, content = NULL WHERE id = $1 AND applied_at IS NULL";
    IMPORTS_FORGET = "UPDATE file_import SET content = NULL WHERE content IS NOT NULL AND expires_at < $1";
    IMPORTS_WAITING = "SELECT count(*) FROM file_import WHERE made_by = $1 AND content IS NOT NULL AND expires_at > $2";
}

fn import(row: &Row) -> Result<Import, StoreError> {
    Ok(Import {
        id: row.parse(0)?,
        kind: row.text(1)?,
        name: row.text(2)?,
        force: row.parse(3)?,
        digest: row.text(4)?,
        content: row.opt_bytes(5)?,
        mapping: row.text(6)?,
        made_by: row.text(7)?,
        made_at: row.time(8)?,
        expires_at: row.time(9)?,
        applied_at: row.opt_time(10)?,
        outcome: row.opt_text(11)?,
    })
}

/// Keeps a file.
pub fn add(tx: &mut Tx<'_>, new: Import) -> Result<(), StoreError> {
    tx.execute(
        &IMPORT_ADD,
        &[
            Value::id(new.id),
            new.kind.into(),
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
pub fn set_mapping(tx: &mut Tx<'_>, id: ImportId, mapping: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&IMPORT_MAPPED, &[Value::id(id), mapping.into()])? > 0)
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
