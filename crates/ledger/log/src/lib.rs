//! Keeps a tamper-evident log: what was done, by whom, to whom, under which clause, with proof that the record is unchanged.
//!
//! Every use case writes one [`Entry`]. A sequencer gives it the next index, hashes its canonical bytes into a Merkle
//! [`Tree`] (RFC 6962 section 2.1, RFC 9162 section 2.1) and from time to time signs a [`Checkpoint`] in the
//! published C2SP `tlog-checkpoint` form. A reader with an export and the public key can then show, with
//! [`verify_export`] and nothing else, that no entry was changed, dropped or reordered since any checkpoint.
//!
//! Data that may have to be erased is kept out of the tree: an entry carries only the salted digest of its private
//! [`Detail`], so that the detail can be erased on schedule while the log stays whole.
//!
//! Not here: tables and transactions (`store`), when to sign and where checkpoints are copied to (`app`, `worker`). A
//! checkpoint protects against the owner of the database only once a copy is kept outside their reach. This crate
//! reads no clock and makes no randomness; the caller passes both. `docs/ledger-format.md` explains to an outsider
//! how to check an export without this code.

mod checkpoint;
mod cosign;
mod detail;
mod entry;
mod erasure;
mod evidence;
mod export;
mod fault;
mod finding;
mod hash;
mod key;
mod note;
mod order;
mod proof;
mod proof_file;
mod tree;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use cosign::{CosignError, Cosigned, CosignerKey, WitnessKey, WitnessRequest};
pub use detail::{Detail, DetailError, MAX_DETAIL_BYTES, SALT_BYTES};
pub use entry::{Entry, EntryError, MAX_TEXT_BYTES};
pub use erasure::{DETAILS_ERASED, erased_subjects};
pub use evidence::{EvidenceParts, EvidenceText, SaltedFact, canonical, fact_digests};
pub use export::{ExportError, Head, checkpoint_line, entry_line, header_line, withheld_line};
pub use fault::{Counted, Fault};
pub use finding::{
    FINDINGS_CARRIED, FINDINGS_CHANGED, FindingBatch, FindingError, FindingLine, MAX_LINES, WITHDRAWN,
    finding_leaf, stated_findings,
};
pub use hash::{Hash, HashError, empty_root, leaf_hash, node_hash};
pub use key::{KeyError, SigningKey, VerifierKey};
pub use note::{Note, NoteError, NoteSignature};
pub use proof::{ProofError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
pub use proof_file::{ProofFault, Proven, is_proof, proof_line, verify_proof};
pub use tree::{MAX_SIZE, NodeStore, Tree, TreeError};
pub use verify::{Report, verify_export, verify_extension};
