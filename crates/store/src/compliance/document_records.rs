//! What people do about documents: approvals, recorded reviews, comparisons with the original; and the cases of overdue reviews.

use domain::{CaseId, Day, EntryId, Force, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// The approval of a document by one force.
    pub struct Approval {
        /// Its id.
        pub id: EntryId,
        /// The document.
        pub document: String = "document_id",
        /// The digest of what was approved.
        pub digest: String,
        /// The force.
        pub force: Force,
        /// When.
        pub at: Timestamp = "approved_at",
        /// By whom, as the ledger names them.
        pub by: String = "approved_by",
    }

    /// A recorded review.
    pub struct Review {
        /// Its id.
        pub id: EntryId,
        /// The document.
        pub document: String = "document_id",
        /// The review date that its file had then.
        pub paper_date: Option<Day>,
        /// When it was reviewed.
        pub on: Day = "reviewed_on",
        /// What came of it: unchanged, to-change, to-withdraw.
        pub outcome: String,
        /// What the reviewer says.
        pub says: String,
        /// When it is to be reviewed next.
        pub next_on: Day,
        /// Whether the laws were looked at.
        pub laws: bool = "laws_looked_at",
        /// When it was recorded.
        pub at: Timestamp = "recorded_at",
        /// By whom, as the ledger names them.
        pub by: String = "recorded_by",
    }

    /// A comparison of a file with the original.
    pub struct Check {
        /// Its id.
        pub id: EntryId,
        /// The document.
        pub document: String = "document_id",
        /// The digest of the original.
        pub wanted: String,
        /// The digest of the file.
        pub given: String,
        /// When.
        pub at: Timestamp = "checked_at",
        /// By whom, as the ledger names them.
        pub by: String = "checked_by",
    }
}

statements! {
    pub(crate) APPROVAL_ADD = "INSERT INTO document_approval (id, document_id, digest, force, approved_at, approved_by)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    APPROVALS_OF: Approval = "SELECT {columns} FROM document_approval WHERE document_id = $1
        ORDER BY approved_at DESC, id DESC LIMIT $2";
    REVIEW_ADD = "INSERT INTO document_review (id, document_id, paper_date, reviewed_on, outcome, says, next_on, laws_looked_at,
        recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    REVIEWS_OF: Review = "SELECT {columns} FROM document_review WHERE document_id = $1
        ORDER BY recorded_at DESC, id DESC LIMIT $2";
    CHECK_ADD = "INSERT INTO document_check (id, document_id, wanted, given, checked_at, checked_by)
        VALUES ($1, $2, $3, $4, $5, $6)";
    CHECK_LAST: Check = "SELECT {columns} FROM document_check
        WHERE document_id = $1 AND wanted = $2 ORDER BY checked_at DESC, id DESC LIMIT 1";
    REVIEW_CASE_ADD = "INSERT INTO review_case (case_id, document_id, force) VALUES ($1, $2, $3)";
    REVIEW_CASES_OPEN: (Force, CaseId, i64) = "SELECT r.force, r.case_id, c.number FROM review_case r JOIN desk_case c ON c.id = r.case_id
        WHERE r.document_id = $1 AND c.closed_at IS NULL ORDER BY r.force, c.number";
    REVIEW_CASES_OPEN_OF: String = "SELECT DISTINCT r.document_id FROM review_case r JOIN desk_case c ON c.id = r.case_id
        WHERE c.closed_at IS NULL ORDER BY r.document_id";
}

/// Enters an approval; returns false where the force has approved the same words before.
pub fn add_approval(tx: &mut Tx<'_>, new: &Approval) -> Result<bool, StoreError> {
    let params = values!(new: id, document, digest, force, at, by);
    Ok(tx.execute(&APPROVAL_ADD, &params)? > 0)
}

/// Returns up to `limit` approvals of a document, newest first, whatever words they were of.
pub fn approvals(tx: &mut Tx<'_>, document: &str, limit: u32) -> Result<Vec<Approval>, StoreError> {
    tx.rows(&APPROVALS_OF, &[document.into(), limit.into()])
}

/// Enters a review.
pub fn add_review(tx: &mut Tx<'_>, new: &Review) -> Result<(), StoreError> {
    let params = values!(new: id, document, paper_date, on, outcome, says, next_on, laws, at, by);
    tx.execute(&REVIEW_ADD, &params).map(drop)
}

/// Returns up to `limit` reviews of a document, the one recorded last first.
pub fn reviews(tx: &mut Tx<'_>, document: &str, limit: u32) -> Result<Vec<Review>, StoreError> {
    tx.rows(&REVIEWS_OF, &[document.into(), limit.into()])
}

/// Enters a comparison with the original.
pub fn add_check(tx: &mut Tx<'_>, new: &Check) -> Result<(), StoreError> {
    tx.execute(&CHECK_ADD, &values!(new: id, document, wanted, given, at, by)).map(drop)
}

/// Returns the last comparison with an original of that digest.
pub fn last_check(tx: &mut Tx<'_>, document: &str, wanted: &str) -> Result<Option<Check>, StoreError> {
    tx.row(&CHECK_LAST, &[document.into(), wanted.into()])
}

/// Notes that a case is about the overdue review of a document.
pub fn add_review_case(
    tx: &mut Tx<'_>,
    case: CaseId,
    document: &str,
    force: Force,
) -> Result<(), StoreError> {
    tx.execute(&REVIEW_CASE_ADD, &[Value::id(case), document.into(), Value::id(force)])?;
    Ok(())
}

/// Returns the open cases of a document's review: the force, the case and its number.
pub fn open_review_cases(tx: &mut Tx<'_>, document: &str) -> Result<Vec<(Force, CaseId, i64)>, StoreError> {
    tx.rows(&REVIEW_CASES_OPEN, &[document.into()])
}

/// Returns the documents of whose review a case is open.
pub fn with_open_review_cases(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    tx.rows(&REVIEW_CASES_OPEN_OF, &[])
}
