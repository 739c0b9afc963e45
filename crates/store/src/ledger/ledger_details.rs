//! The private details whose time is over.
//!
//! A detail about a device, a person or a case that a legal hold touches is kept for as long as the hold stands; so are those of
//! the ledger's own entries. An entry without a place waits: the entry about the erasure names places.

use domain::{EntryId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements};

macro_rules! unheld {
    () => {
        " AND e.action NOT LIKE 'ledger.%' AND NOT EXISTS (SELECT 1 FROM legal_hold h
           LEFT JOIN device d ON d.id = h.device_id LEFT JOIN desk_case c ON c.id = h.case_id
           WHERE h.ended_at IS NULL AND e.subject IN ('device:' || h.device_id, 'case:' || h.case_id,
             'person:' || d.holder_id, 'person:' || c.person_id))"
    };
}

statements! {
    pub(crate) DETAILS_DUE: Due = concat!("SELECT {e.columns} FROM ledger_entry e
        JOIN ledger_detail x ON x.entry_id = e.id
        WHERE e.at < $1 AND e.place IS NOT NULL", unheld!(), " ORDER BY e.at, e.id LIMIT $2");
    DETAILS_OF: Due = "SELECT {e.columns} FROM ledger_entry e JOIN ledger_detail x ON x.entry_id = e.id
        WHERE e.subject = $1
        AND e.place IS NOT NULL ORDER BY e.place";
    DETAILS_UNPLACED = "SELECT count(*) FROM ledger_entry e JOIN ledger_detail x ON x.entry_id = e.id WHERE e.subject = $1
        AND e.place IS NULL";
    DETAIL_ERASE = "DELETE FROM ledger_detail WHERE entry_id = $1";
}

row! {
    /// An entry with a detail that is to go.
    #[derive(Copy)]
    pub struct Due {
        /// The entry.
        pub entry: EntryId = "id",
        /// Its place in the tree.
        pub place: i64,
    }
}

/// Lists up to `limit` entries from before a time whose details are kept still and nothing holds, oldest first.
pub fn past(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<Vec<Due>, StoreError> {
    tx.rows(&DETAILS_DUE, &[before.into(), limit.into()])
}

/// Lists the entries about a subject whose details are kept still.
pub fn of_subject(tx: &mut Tx<'_>, subject: &str) -> Result<Vec<Due>, StoreError> {
    tx.rows(&DETAILS_OF, &[subject.into()])
}

/// Returns whether an entry about a subject has a detail and no place yet.
pub fn any_unplaced(tx: &mut Tx<'_>, subject: &str) -> Result<bool, StoreError> {
    Ok(crate::single_count(tx, &DETAILS_UNPLACED, &[subject.into()])? > 0)
}

/// Erases the detail of an entry, salt and all. The entry and its digest stay.
pub fn erase(tx: &mut Tx<'_>, entry: EntryId) -> Result<(), StoreError> {
    tx.later(&DETAIL_ERASE, vec![Value::id(entry)])
}
