//! Imported files of rows, from their preview until they are applied or forgotten.

use domain::{Force, ImportId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements};

row! {
    /// One file.
    pub struct Import {
        /// Its id.
        pub id: ImportId,
        /// What it is of, such as `people`.
        pub kind: String,
        /// The file's name, as it was given.
        pub name: String,
        /// The force of rows that name none.
        pub force: Force,
        /// The number of the person whom it is about; empty if it is about many.
        pub about: String,
        /// SHA-256 of the file, hex.
        pub digest: String,
        /// The file, sealed; gone once it was applied or forgotten.
        pub content: Option<Vec<u8>>,
        /// Which column is what, as JSON.
        pub mapping: String,
        /// What was answered, as JSON.
        pub answers: String,
        /// Who gave it, as the ledger names them.
        pub made_by: String,
        /// When it was made.
        pub made_at: Timestamp,
        /// Until when it waits.
        pub expires_at: Timestamp,
        /// When it was applied.
        pub applied_at: Option<Timestamp>,
        /// What came of it, as JSON.
        pub outcome: Option<String>,
    }
}

statements! {
    pub(crate) IMPORT_ADD = "INSERT INTO file_import
        (id, kind, name, force, about, digest, content, mapping, answers, made_by, made_at, expires_at, applied_at, outcome)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    IMPORT_BY_ID: Import = "SELECT {columns} FROM file_import WHERE id = $1";
    IMPORT_MAPPED = "UPDATE file_import SET mapping = $2 WHERE id = $1 AND applied_at IS NULL";
    IMPORT_ANSWERED = "UPDATE file_import SET answers = $2 WHERE id = $1 AND applied_at IS NULL";
    IMPORT_APPLIED = "UPDATE file_import SET applied_at = $2, outcome = $3, content = NULL WHERE id = $1 AND applied_at IS NULL";
    IMPORTS_FORGET = "UPDATE file_import SET content = NULL WHERE content IS NOT NULL AND expires_at < $1";
    IMPORTS_WAITING = "SELECT count(*) FROM file_import WHERE content IS NOT NULL";
    IMPORTS_LET_GO = "UPDATE file_import SET content = NULL WHERE id IN (SELECT id FROM file_import
        WHERE made_by = $1 AND content IS NOT NULL ORDER BY made_at DESC, id LIMIT 1000 OFFSET $2 {for_update})";
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
            new.about.into(),
            new.digest.into(),
            new.content.into(),
            new.mapping.into(),
            new.answers.into(),
            new.made_by.into(),
            new.made_at.into(),
            new.expires_at.into(),
            new.applied_at.into(),
            new.outcome.into(),
        ],
    )
    .map(drop)
}

/// Returns the file of that id.
pub fn by_id(tx: &mut Tx<'_>, id: ImportId) -> Result<Option<Import>, StoreError> {
    tx.row(&IMPORT_BY_ID, &[Value::id(id)])
}

/// Changes which column is what; returns whether the file still waits.
pub fn set_mapping(tx: &mut Tx<'_>, id: ImportId, mapping: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&IMPORT_MAPPED, &[Value::id(id), mapping.into()])? > 0)
}

/// Changes what was answered; returns whether the file still waits.
pub fn set_answers(tx: &mut Tx<'_>, id: ImportId, answers: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&IMPORT_ANSWERED, &[Value::id(id), answers.into()])? > 0)
}

/// Notes that a file was applied and deletes its content; returns whether it had not been applied before.
pub fn applied(tx: &mut Tx<'_>, id: ImportId, at: Timestamp, outcome: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&IMPORT_APPLIED, &[Value::id(id), at.into(), outcome.into()])? > 0)
}

/// Deletes the content of files that waited too long.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&IMPORTS_FORGET, &[now.into()])
}

/// Deletes the content of a person's waiting files, except the latest ones; returns how many.
pub fn let_go_but(tx: &mut Tx<'_>, made_by: &str, keep: u32) -> Result<u64, StoreError> {
    tx.execute(&IMPORTS_LET_GO, &[made_by.into(), i64::from(keep).into()])
}

/// Returns how many files wait.
pub fn waiting(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    crate::single_count(tx, &IMPORTS_WAITING, &[])
}
