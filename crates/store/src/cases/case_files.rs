//! Files that are attached to cases, sealed.

use domain::{CaseId, FileId, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// One file, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFile {
    /// Its id.
    pub id: FileId,
    /// The case.
    pub case: CaseId,
    /// SHA-256 of the bytes received, in hex.
    pub digest: String,
    /// The media type, by content.
    pub media: String,
    /// The name that the sender gave it.
    pub name: String,
    /// How many bytes were received.
    pub size: i64,
    /// When it was added.
    pub added_at: Timestamp,
    /// Who added it, as the ledger names them.
    pub added_by: String,
    /// Whether its content was erased.
    pub erased: bool,
}

/// Number and size of the files of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many there are.
    pub files: i64,
    /// Their bytes.
    pub bytes: i64,
}

macro_rules! columns {
    () => {
        "id, case_id, digest, media, name, size, added_at, added_by, (body IS NULL)"
    };
}

statements! {
    pub(crate) CASE_FILE_ADD = "INSERT INTO case_file (id, case_id, digest, media, name, size, added_at, added_by, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    CASE_FILES_OF = concat!("SELECT ", columns!(), " FROM case_file WHERE case_id = $1 ORDER BY added_at, id LIMIT 200");
    CASE_FILE_BY_ID = concat!("SELECT ", columns!(), " FROM case_file WHERE id = $1");
    CASE_FILE_BODY = "SELECT body FROM case_file WHERE id = $1";
    CASE_FILES_SUM = "SELECT count(*), CAST(COALESCE(sum(size), 0) AS BIGINT) FROM case_file WHERE case_id = $1";
    CASE_FILES_ERASE = "UPDATE case_file SET body = NULL, name = '' WHERE case_id = $1 AND body IS NOT NULL";
}

fn file(row: &Row) -> Result<CaseFile, StoreError> {
    Ok(CaseFile {
        id: row.parse(0)?,
        case: row.parse(1)?,
        digest: row.text(2)?,
        media: row.text(3)?,
        name: row.text(4)?,
        size: row.int(5)?,
        added_at: row.time(6)?,
        added_by: row.text(7)?,
        erased: row.bool(8)?,
    })
}

/// Adds a file; returns whether the case had none with this content.
pub fn add(tx: &mut Tx<'_>, new: &CaseFile, sealed: Vec<u8>) -> Result<bool, StoreError> {
    let params = [
        Value::id(new.id),
        Value::id(new.case),
        new.digest.as_str().into(),
        new.media.as_str().into(),
        new.name.as_str().into(),
        new.size.into(),
        new.added_at.into(),
        new.added_by.as_str().into(),
        sealed.into(),
    ];
    Ok(tx.execute(&CASE_FILE_ADD, &params)? > 0)
}

/// Returns the files of a case, the first one first, 200 at most.
pub fn of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<CaseFile>, StoreError> {
    tx.query(&CASE_FILES_OF, &[Value::id(case)])?.iter().map(file).collect()
}

/// Returns the file of that id.
pub fn by_id(tx: &mut Tx<'_>, id: FileId) -> Result<Option<CaseFile>, StoreError> {
    tx.one(&CASE_FILE_BY_ID, &[Value::id(id)])?.as_ref().map(file).transpose()
}

/// Returns the sealed content of a file; `None` once it is erased.
pub fn body(tx: &mut Tx<'_>, id: FileId) -> Result<Option<Vec<u8>>, StoreError> {
    tx.one(&CASE_FILE_BODY, &[Value::id(id)])?.map_or(Ok(None), |row| row.opt_bytes(0))
}

/// Counts the files of a case and their bytes.
pub fn sum(tx: &mut Tx<'_>, case: CaseId) -> Result<Sum, StoreError> {
    let row = tx.one(&CASE_FILES_SUM, &[Value::id(case)])?;
    row.map_or(Ok(Sum::default()), |row| Ok(Sum { files: row.int(0)?, bytes: row.int(1)? }))
}

/// Erases the content and the names of a case's files; returns how many.
pub fn erase(tx: &mut Tx<'_>, case: CaseId) -> Result<u64, StoreError> {
    tx.execute(&CASE_FILES_ERASE, &[Value::id(case)])
}
