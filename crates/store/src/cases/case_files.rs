//! Files that are attached to cases, sealed.

use domain::{CaseId, FileId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One file, without its content.
    pub struct CaseFile {
        /// Its id.
        pub id: FileId,
        /// The case.
        pub case: CaseId = "case_id",
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
        pub erased: bool = "(body IS NULL)",
    }

    /// Number and size of the files of a case.
    #[derive(Copy, Default)]
    pub struct Sum {
        /// How many there are.
        pub files: i64,
        /// Their bytes.
        pub bytes: i64,
    }
}

statements! {
    pub(crate) CASE_FILE_ADD = "INSERT INTO case_file (id, case_id, digest, media, name, size, added_at, added_by, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    CASE_FILES_OF: CaseFile = "SELECT {columns} FROM case_file WHERE case_id = $1 ORDER BY added_at, id LIMIT 200";
    CASE_FILE_BY_ID: CaseFile = "SELECT {columns} FROM case_file WHERE id = $1";
    CASE_FILE_BODY: Option<Vec<u8>> = "SELECT body FROM case_file WHERE id = $1";
    CASE_FILES_SUM: Sum = "SELECT count(*), CAST(COALESCE(sum(size), 0) AS BIGINT) FROM case_file WHERE case_id = $1";
    CASE_FILES_ERASE = "UPDATE case_file SET body = NULL, name = '' WHERE case_id = $1 AND body IS NOT NULL";
}

/// Adds a file; returns whether the case had none with this content.
pub fn add(tx: &mut Tx<'_>, new: &CaseFile, sealed: Vec<u8>) -> Result<bool, StoreError> {
    let params = values!(new: id, case, digest, media, name, size, added_at, added_by, (sealed));
    Ok(tx.execute(&CASE_FILE_ADD, &params)? > 0)
}

/// Returns the files of a case, the first one first, 200 at most.
pub fn of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<CaseFile>, StoreError> {
    tx.rows(&CASE_FILES_OF, &[Value::id(case)])
}

/// Returns the file of that id.
pub fn by_id(tx: &mut Tx<'_>, id: FileId) -> Result<Option<CaseFile>, StoreError> {
    tx.row(&CASE_FILE_BY_ID, &[Value::id(id)])
}

/// Returns the sealed content of a file; `None` once it is erased.
pub fn body(tx: &mut Tx<'_>, id: FileId) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(tx.row(&CASE_FILE_BODY, &[Value::id(id)])?.flatten())
}

/// Counts the files of a case and their bytes.
pub fn sum(tx: &mut Tx<'_>, case: CaseId) -> Result<Sum, StoreError> {
    Ok(tx.row(&CASE_FILES_SUM, &[Value::id(case)])?.unwrap_or_default())
}

/// Erases the content and the names of a case's files; returns how many.
pub fn erase(tx: &mut Tx<'_>, case: CaseId) -> Result<u64, StoreError> {
    tx.execute(&CASE_FILES_ERASE, &[Value::id(case)])
}
