//! Cosignatures of witnesses on the ledger's checkpoints.

use domain::Timestamp;

use crate::ledger::Checkpoint;
use crate::{StoreError, Tx, row, statements};

row! {
    /// One cosignature.
    pub struct Cosignature {
        /// How many entries the checkpoint covers.
        pub size: i64,
        /// The witness.
        pub witness: String,
        /// The signature line, with its newline.
        pub line: String,
        /// When the witness cosigned.
        pub at: Timestamp = "cosigned_at",
    }
}

statements! {
    pub(crate) COSIGNATURE_ADD = "INSERT INTO ledger_cosignature (size, witness, line, cosigned_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (size, witness) DO UPDATE SET line = excluded.line, cosigned_at = excluded.cosigned_at";
    COSIGNATURES_OF: Cosignature = "SELECT {columns} FROM ledger_cosignature WHERE size = $1 ORDER BY witness";
    COSIGNATURES: Cosignature = "SELECT {columns} FROM ledger_cosignature ORDER BY size, witness";
    COSIGNED_LAST: Checkpoint = "SELECT {c.columns} FROM ledger_checkpoint c
        WHERE c.size = (SELECT max(x.size) FROM ledger_cosignature x JOIN ledger_checkpoint k ON k.size = x.size)";
    CHECKPOINT_OF: Checkpoint = "SELECT {columns} FROM ledger_checkpoint WHERE size = $1";
}

/// Keeps a cosignature in place of an earlier one of the same witness on the same checkpoint.
pub fn put(tx: &mut Tx<'_>, new: &Cosignature) -> Result<(), StoreError> {
    let params = [new.size.into(), new.witness.as_str().into(), new.line.as_str().into(), new.at.into()];
    tx.execute(&COSIGNATURE_ADD, &params).map(drop)
}

/// Returns the cosignatures on the checkpoint of that size.
pub fn of_size(tx: &mut Tx<'_>, size: i64) -> Result<Vec<Cosignature>, StoreError> {
    tx.rows(&COSIGNATURES_OF, &[size.into()])
}

/// Returns all cosignatures, smallest checkpoint first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Cosignature>, StoreError> {
    tx.rows(&COSIGNATURES, &[])
}

/// Returns the largest checkpoint that anybody cosigned.
pub fn last_cosigned(tx: &mut Tx<'_>) -> Result<Option<Checkpoint>, StoreError> {
    tx.row(&COSIGNED_LAST, &[])
}

/// Returns the checkpoint of that size.
pub fn checkpoint_of(tx: &mut Tx<'_>, size: i64) -> Result<Option<Checkpoint>, StoreError> {
    tx.row(&CHECKPOINT_OF, &[size.into()])
}
