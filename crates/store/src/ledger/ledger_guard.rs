//! Refusals of a node to sign the ledger, and the changes to the tree when an operator accepts one.

use domain::{EntryId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// A node's refusal to sign.
    pub struct Stop {
        /// Its id.
        pub id: EntryId,
        /// When a node first found it.
        pub found_at: Timestamp,
        /// What kind of thing is wrong, in a word.
        pub kind: String,
        /// What is wrong, in a sentence.
        pub says: String,
        /// The note that the node remembered, where it did.
        pub remembered: Option<String>,
        /// How many entries had a place.
        pub size: i64,
    }
}

statements! {
    pub(crate) STOP_ADD = "INSERT INTO ledger_stop (id, found_at, kind, says, remembered, size) VALUES ($1, $2, $3, $4, $5, $6)";
    STOP_OPEN: Stop = "SELECT {columns} FROM ledger_stop WHERE accepted_at IS NULL ORDER BY found_at, id LIMIT 1";
    STOP_OPEN_KIND = "SELECT count(*) FROM ledger_stop WHERE accepted_at IS NULL AND kind = $1";
    STOPS_ACCEPT = "UPDATE ledger_stop SET accepted_at = $1, accepted_by = $2, accepted_why = $3 WHERE accepted_at IS NULL";
    LEAVES: (i64, Vec<u8>) = "SELECT place, hash FROM ledger_node
        WHERE level = 0 AND place >= $1 ORDER BY place LIMIT $2";
    NODES_DROP = "DELETE FROM ledger_node WHERE level = $1 AND place >= $2";
    PLACES_TAKE = "UPDATE ledger_entry SET place = NULL WHERE place >= $1";
    CHECKPOINTS_VOID = "INSERT INTO ledger_void_checkpoint (stop_id, size, note, signed_at)
        SELECT CAST($1 AS TEXT), size, note, signed_at FROM ledger_checkpoint WHERE size >= $2";
    // A witness cosigned the checkpoint that goes, and none that takes its place.
    COSIGNATURES_DROP = "DELETE FROM ledger_cosignature WHERE size >= $1";
    CHECKPOINTS_DROP = "DELETE FROM ledger_checkpoint WHERE size >= $1";
}

/// Enters a refusal; returns whether none of its kind stood open.
pub fn add(tx: &mut Tx<'_>, new: &Stop) -> Result<bool, StoreError> {
    if crate::single_count(tx, &STOP_OPEN_KIND, &[new.kind.as_str().into()])? > 0 {
        return Ok(false);
    }
    tx.execute(&STOP_ADD, &values!(new: id, found_at, kind, says, remembered, size))?;
    Ok(true)
}

/// Returns the oldest refusal that no operator has accepted.
pub fn open(tx: &mut Tx<'_>) -> Result<Option<Stop>, StoreError> {
    tx.row(&STOP_OPEN, &[])
}

/// Notes that an operator went on from where the ledger stands; returns how many refusals that ends.
pub fn accept(tx: &mut Tx<'_>, at: Timestamp, by: &str, why: &str) -> Result<u64, StoreError> {
    tx.execute(&STOPS_ACCEPT, &[at.into(), by.into(), why.into()])
}

/// Lists the leaves of the stored tree from a place on: place and hash.
pub fn leaves(tx: &mut Tx<'_>, from: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    tx.rows(&LEAVES, &[from.into(), limit.into()])
}

/// Takes every entry from a place on out of the tree, and every node that covers such a place. The sequencer gives them places
/// anew.
pub fn take_out(tx: &mut Tx<'_>, from: i64) -> Result<(), StoreError> {
    tx.execute(&PLACES_TAKE, &[from.into()])?;
    for level in 0..62_i64 {
        tx.execute(&NODES_DROP, &[level.into(), (from >> level).into()])?;
    }
    Ok(())
}

/// Sets aside the checkpoints of this size and larger, without the cosignatures on them; returns how many.
pub fn void_checkpoints(tx: &mut Tx<'_>, under: EntryId, from: i64) -> Result<u64, StoreError> {
    let set_aside = tx.execute(&CHECKPOINTS_VOID, &[Value::id(under), from.into()])?;
    tx.execute(&COSIGNATURES_DROP, &[from.into()])?;
    tx.execute(&CHECKPOINTS_DROP, &[from.into()])?;
    Ok(set_aside)
}
