//! Writes and checks packs: findings with everything an outsider needs to check them, as one file.
//!
//! A pack is a ZIP file of a manifest, its signature, the findings with their facts, clauses, checks and proofs, a checkpoint of
//! the ledger with the cosignatures on it, and the same findings to read as PDF and as OSCAL assessment results. [`verify`]
//! needs the file and the ledger's public key and nothing else. `docs/pack-format.md` says how to write the same check in another
//! language.
//!
//! Every function turns values into bytes or bytes into values; nothing here reads a clock or a database.

mod content;
mod manifest;
mod oscal;
mod report;
mod sample;
mod verify;
mod zip;

pub use content::{Asked, Content, EntryProof, FORMAT, Finding, Shown, Subject, Written};
pub use manifest::{Made, Manifest, ManifestFile, SIGNED, make};
pub use oscal::OSCAL_VERSION;
pub use sample::{MAX_POPULATION, Sample, rank};
pub use verify::{PackFault, PackReport, verify};
pub use zip::{File, ZipError, read as read_zip, write as write_zip};
