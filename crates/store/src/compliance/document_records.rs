//! What people do about documents: approvals, recorded reviews, comparisons with the original; and the cases of overdue reviews.

use domain::{CaseId, Day, EntryId, Force, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// The approval of a document by one force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its id.
    pub id: EntryId,
    /// The document.
    pub document: String,
    /// The digest of what was approved.
    pub digest: String,
    /// The force.
    pub force: Force,
    /// When.
    pub at: Timestamp,
    /// By whom, as the ledger names them.
    pub by: String,
}

/// A recorded review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Its id.
    pub id: EntryId,
    /// The document.
    pub document: String,
    /// The review date that its file had then.
    pub paper_date: Option<Day>,
    /// When it was reviewed.
    pub on: Day,
    /// What came of it: unchanged, to-change, to-withdraw.
    pub outcome: String,
    /// What the reviewer says.
    pub says: String,
    /// When it is to be reviewed next.
    pub next_on: Day,
    /// Whether the laws were looked at.
    pub laws: bool,
    /// When it was recorded.
    pub at: Timestamp,
    /// By whom, as the ledger names them.
    pub by: String,
}

/// A comparison of a file with the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its id.
    pub id: EntryId,
    /// The document.
    pub document: String,
    /// The digest of the original.
    pub wanted: String,
    /// The digest of the file.
    pub given: String,
    /// When.
    pub at: Timestamp,
    /// By whom, as the ledger names them.
    pub by: String,
}

macro_rules! review_columns {
    () => {
        "id, document_id, paper_date, reviewed_on, outcome, says, next_on, laws_looked_at, recorded_at, recorded_by"
    };
}

statements! {
    pub(crate) APPROVAL_ADD = "INSERT INTO document_approval (id, document_id, digest, force, approved_at, approved_by)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    APPROVALS_OF = "SELECT id, document_id, digest, force, approved_at, approved_by FROM document_approval WHERE document_id = $1
        ORDER BY approved_at DESC, id DESC LIMIT $2";
    REVIEW_ADD = concat!("INSERT INTO document_review (", review_columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    REVIEWS_OF = concat!("SELECT ", review_columns!(), " FROM document_review WHERE document_id = $1
        ORDER BY recorded_at DESC, id DESC LIMIT $2");
    CHECK_ADD = "INSERT INTO document_check (id, document_id, wanted, given, checked_at, checked_by)
        VALUES ($1, $2, $3, $4, $5, $6)";
    CHECK_LAST = "SELECT id, document_id, wanted, given, checked_at, checked_by FROM document_check
        WHERE document_id = $1 AND wanted = $2 ORDER BY checked_at DESC, id DESC LIMIT 1";
    REVIEW_CASE_ADD = "INSERT INTO review_case (case_id, document_id, force) VALUES ($1, $2, $3)";
    REVIEW_CASES_OPEN = "SELECT r.force, r.case_id, c.number FROM review_case r JOIN desk_case c ON c.id = r.case_id
        WHERE r.document_id = $1 AND c.closed_at IS NULL ORDER BY r.force, c.number";
}

fn approval(row: &Row) -> Result<Approval, StoreError> {
    Ok(Approval {
        id: row.parse(0)?,
        document: row.text(1)?,
        digest: row.text(2)?,
        force: row.parse(3)?,
        at: row.time(4)?,
        by: row.text(5)?,
    })
}

fn review(row: &Row) -> Result<Review, StoreError> {
    Ok(Review {
        id: row.parse(0)?,
        document: row.text(1)?,
        paper_date: row.opt_parse(2)?,
        on: row.parse(3)?,
        outcome: row.text(4)?,
        says: row.text(5)?,
        next_on: row.parse(6)?,
        laws: row.bool(7)?,
        at: row.time(8)?,
        by: row.text(9)?,
    })
}

fn check(row: &Row) -> Result<Check, StoreError> {
    Ok(Check {
        id: row.parse(0)?,
        document: row.text(1)?,
        wanted: row.text(2)?,
        given: row.text(3)?,
        at: row.time(4)?,
        by: row.text(5)?,
    })
}

/// Enters an approval; returns false where the force has approved the same words before.
pub fn add_approval(tx: &mut Tx<'_>, new: &Approval) -> Result<bool, StoreError> {
    let params = [
        Value::id(new.id),
        new.document.as_str().into(),
        new.digest.as_str().into(),
        Value::id(new.force),
        new.at.into(),
        new.by.as_str().into(),
    ];
    Ok(tx.execute(&APPROVAL_ADD, &params)? > 0)
}

/// Returns up to `limit` approvals of a document, newest first, whatever words they were of.
pub fn approvals(tx: &mut Tx<'_>, document: &str, limit: u32) -> Result<Vec<Approval>, StoreError> {
    tx.query(&APPROVALS_OF, &[document.into(), i64::from(limit).into()])?.iter().map(approval).collect()
}

/// Enters a review.
pub fn add_review(tx: &mut Tx<'_>, new: &Review) -> Result<(), StoreError> {
    let params = [
        Value::id(new.id),
        new.document.as_str().into(),
        Value::opt_id(new.paper_date),
        Value::id(new.on),
        new.outcome.as_str().into(),
        new.says.as_str().into(),
        Value::id(new.next_on),
        new.laws.into(),
        new.at.into(),
        new.by.as_str().into(),
    ];
    tx.execute(&REVIEW_ADD, &params)?;
    Ok(())
}

/// Returns up to `limit` reviews of a document, the one recorded last first.
pub fn reviews(tx: &mut Tx<'_>, document: &str, limit: u32) -> Result<Vec<Review>, StoreError> {
    tx.query(&REVIEWS_OF, &[document.into(), i64::from(limit).into()])?.iter().map(review).collect()
}

/// Enters a comparison with the original.
pub fn add_check(tx: &mut Tx<'_>, new: &Check) -> Result<(), StoreError> {
    let params = [
        Value::id(new.id),
        new.document.as_str().into(),
        new.wanted.as_str().into(),
        new.given.as_str().into(),
        new.at.into(),
        new.by.as_str().into(),
    ];
    tx.execute(&CHECK_ADD, &params)?;
    Ok(())
}

/// Returns the last comparison with an original of that digest.
pub fn last_check(tx: &mut Tx<'_>, document: &str, wanted: &str) -> Result<Option<Check>, StoreError> {
    tx.one(&CHECK_LAST, &[document.into(), wanted.into()])?.as_ref().map(check).transpose()
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
    tx.query(&REVIEW_CASES_OPEN, &[document.into()])?
        .iter()
        .map(|row| Ok((row.parse(0)?, row.parse(1)?, row.int(2)?)))
        .collect()
}
