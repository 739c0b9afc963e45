//! The lines of changed findings that stand under an entry of the ledger.

use domain::{EntryId, Subject, Timestamp};

use crate::{StoreError, ToValues, Tx, row, statements, values};

row! {
    /// The lines under one entry. The crate `ledger` says what they mean.
    pub struct Batch {
        /// The entry.
        pub entry: EntryId = "entry_id",
        /// The subject that all lines are about.
        pub subject: Subject = "subject_kind, subject_id",
        /// When it was judged.
        pub at: Timestamp,
        /// The lines, with a newline between them.
        pub lines: String,
    }

    /// An entry that says that findings changed and has no lines.
    pub struct Bare {
        /// The entry.
        pub entry: EntryId = "id",
        /// What it is about, as the ledger writes it.
        pub subject: String,
        /// When it was entered.
        pub at: Timestamp,
    }
}

statements! {
    pub(crate) BATCH_ADD = "INSERT INTO finding_batch (entry_id, subject_kind, subject_id, at, lines) VALUES ($1, $2, $3, $4, $5)";
    BATCHES_OF: Batch = "SELECT {columns} FROM finding_batch
        WHERE subject_kind = $1 AND subject_id = $2 ORDER BY at, entry_id";
    BATCHES_BARE: Bare = "SELECT {e.columns} FROM ledger_entry e LEFT JOIN finding_batch b ON b.entry_id = e.id
        WHERE e.action IN ('findings.changed', 'findings.carried-over') AND b.entry_id IS NULL ORDER BY e.id LIMIT $1";
    BATCHES_BARE_OF: Bare = "SELECT {e.columns} FROM ledger_entry e LEFT JOIN finding_batch b ON b.entry_id = e.id
        WHERE e.subject = $1 AND e.action IN ('findings.changed', 'findings.carried-over') AND b.entry_id IS NULL
        ORDER BY e.id LIMIT $2";
    // Carrying over comes before anything else; an entry of it after a change is not believed.
    CARRIED_LATE: Bare = "SELECT {e.columns} FROM ledger_entry e WHERE e.action = 'findings.carried-over'
        AND e.place > (SELECT min(place) FROM ledger_entry WHERE action = 'findings.changed') ORDER BY e.place LIMIT $1";
}

/// Keeps the lines under an entry.
pub fn add(tx: &mut Tx<'_>, new: &Batch) -> Result<(), StoreError> {
    tx.later(&BATCH_ADD, values!(new: entry, subject, at, lines))
}

/// Returns the lines about a subject, oldest first.
pub fn of_subject(tx: &mut Tx<'_>, about: &Subject) -> Result<Vec<Batch>, StoreError> {
    tx.rows(&BATCHES_OF, &about.values())
}

/// Lists up to `limit` entries over findings whose lines are missing.
pub fn without_lines(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Bare>, StoreError> {
    tx.rows(&BATCHES_BARE, &[limit.into()])
}

/// Lists up to `limit` entries over the findings of a subject, as the ledger writes it, whose lines are missing.
pub fn without_lines_of(tx: &mut Tx<'_>, subject: &str, limit: u32) -> Result<Vec<Bare>, StoreError> {
    tx.rows(&BATCHES_BARE_OF, &[subject.into(), limit.into()])
}

/// Lists up to `limit` entries that carried findings over after the first change was entered.
pub fn carried_late(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Bare>, StoreError> {
    tx.rows(&CARRIED_LATE, &[limit.into()])
}
