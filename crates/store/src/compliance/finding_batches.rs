//! The lines of changed findings that stand under an entry of the ledger.

use domain::{EntryId, Subject, Timestamp};

use crate::findings::{subject, subject_parts};
use crate::{Row, StoreError, Tx, Value, statements};

/// The lines under one entry. The crate `ledger` says what they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The entry.
    pub entry: EntryId,
    /// The subject that all lines are about.
    pub subject: Subject,
    /// When it was judged.
    pub at: Timestamp,
    /// The lines, with a newline between them.
    pub lines: String,
}

/// An entry that says that findings changed and has no lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bare {
    /// The entry.
    pub entry: EntryId,
    /// What it is about, as the ledger writes it.
    pub subject: String,
    /// When it was entered.
    pub at: Timestamp,
}

statements! {
    pub(crate) BATCH_ADD = "INSERT INTO finding_batch (entry_id, subject_kind, subject_id, at, lines) VALUES ($1, $2, $3, $4, $5)";
    BATCHES_OF = "SELECT entry_id, subject_kind, subject_id, at, lines FROM finding_batch
        WHERE subject_kind = $1 AND subject_id = $2 ORDER BY at, entry_id";
    BATCHES_BARE = "SELECT e.id, e.subject, e.at FROM ledger_entry e LEFT JOIN finding_batch b ON b.entry_id = e.id
        WHERE e.action IN ('findings.changed', 'findings.carried-over') AND b.entry_id IS NULL ORDER BY e.id LIMIT $1";
    BATCHES_BARE_OF = "SELECT e.id, e.subject, e.at FROM ledger_entry e LEFT JOIN finding_batch b ON b.entry_id = e.id
        WHERE e.subject = $1 AND e.action IN ('findings.changed', 'findings.carried-over') AND b.entry_id IS NULL
        ORDER BY e.id LIMIT $2";
    // Carrying over comes before anything else; an entry of it after a change is not believed.
    CARRIED_LATE = "SELECT e.id, e.subject, e.at FROM ledger_entry e WHERE e.action = 'findings.carried-over'
        AND e.place > (SELECT min(place) FROM ledger_entry WHERE action = 'findings.changed') ORDER BY e.place LIMIT $1";
}

fn bare(row: &Row) -> Result<Bare, StoreError> {
    Ok(Bare { entry: row.parse(0)?, subject: row.text(1)?, at: row.time(2)? })
}

/// Keeps the lines under an entry.
pub fn add(tx: &mut Tx<'_>, new: &Batch) -> Result<(), StoreError> {
    let (kind, id) = subject_parts(&new.subject);
    tx.later(
        &BATCH_ADD,
        vec![Value::id(new.entry), kind.into(), id.into(), new.at.into(), new.lines.as_str().into()],
    )
}

/// Returns the lines about a subject, oldest first.
pub fn of_subject(tx: &mut Tx<'_>, about: &Subject) -> Result<Vec<Batch>, StoreError> {
    let (kind, id) = subject_parts(about);
    tx.query(&BATCHES_OF, &[kind.into(), id.into()])?
        .iter()
        .map(|row| {
            Ok(Batch {
                entry: row.parse(0)?,
                subject: subject(row, 1)?,
                at: row.time(3)?,
                lines: row.text(4)?,
            })
        })
        .collect()
}

/// Lists up to `limit` entries over findings whose lines are missing.
pub fn without_lines(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Bare>, StoreError> {
    tx.query(&BATCHES_BARE, &[i64::from(limit).into()])?.iter().map(bare).collect()
}

/// Lists up to `limit` entries over the findings of a subject, as the ledger writes it, whose lines are missing.
pub fn without_lines_of(tx: &mut Tx<'_>, subject: &str, limit: u32) -> Result<Vec<Bare>, StoreError> {
    tx.query(&BATCHES_BARE_OF, &[subject.into(), i64::from(limit).into()])?.iter().map(bare).collect()
}

/// Lists up to `limit` entries that carried findings over after the first change was entered.
pub fn carried_late(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Bare>, StoreError> {
    tx.query(&CARRIED_LATE, &[i64::from(limit).into()])?.iter().map(bare).collect()
}
