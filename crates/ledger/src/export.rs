//! The export: a ledger as lines of JSON that anybody can read, copy and check.
//!
//! One header, then every entry in order, and every checkpoint straight after the last entry that it covers:
//!
//! ```text
//! {"header":{"format":"lanyard-ledger-1","origin":"...","entries":2,"checkpoints":1}}
//! {"entry":{"index":0,"leaf":"...","id":"...","at":...,"actor":"...","action":"...","subject":"..."}}
//! {"entry":{"index":1, ... ,"detail_digest":"...","detail":{"salt":"...","bytes":"..."}}}
//! {"checkpoint":{"number":0,"note":"origin\n2\nroot\n\n- name signature\n"}}
//! ```
//!
//! `leaf` repeats the leaf hash so that a changed entry can be told from a changed tree. Digests, salts and details are
//! base64. A line has one spelling only (no spaces, fields in this order, absent ones left out), so every byte counts.
//! The exporter streams: it makes a line at a time from what the store gives it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{ClauseId, EntryId, Force, Timestamp};
use serde::{Deserialize, Serialize};

use crate::detail::{Detail, DetailError};
use crate::entry::{Entry, EntryError};
use crate::hash::Hash;

/// Name and version of the format, which stands in the header.
pub(crate) const FORMAT: &str = "lanyard-ledger-1";
/// Longest line that is read, in bytes without its newline: room for the longest entry with the longest detail.
pub(crate) const MAX_LINE: usize = 512 * 1024;

/// An entry or a checkpoint that cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The entry has no encoding.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The detail is not the one that the entry was written with.
    #[error(
        "the detail of ledger entry {0} does not have the digest that the entry carries; restore it from a backup"
    )]
    Detail(u64),
    /// JSON could not be written.
    #[error("the line cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The first line. `entries` and `checkpoints` say how many lines of each will follow.
///
/// # Errors
/// When JSON cannot be written.
pub fn header_line(origin: &str, entries: u64, checkpoints: u64) -> Result<String, ExportError> {
    let format = FORMAT.to_owned();
    line(&Line::Header(Header { format, origin: origin.to_owned(), entries, checkpoints }))
}

/// The line of entry `index` (from 0), with its detail where it is kept still and may be shown.
///
/// # Errors
/// When the entry has no encoding, or the detail is not its own.
pub fn entry_line(index: u64, entry: &Entry, detail: Option<&Detail>) -> Result<String, ExportError> {
    if detail.is_some_and(|detail| entry.detail_digest != Some(detail.digest())) {
        return Err(ExportError::Detail(index));
    }
    line(&Line::Entry(EntryLine::of(index, entry, detail)?))
}

/// The line of checkpoint `number` (from 0, the oldest first): the signed note as [`crate::Checkpoint::sign`] made it.
///
/// # Errors
/// When JSON cannot be written.
pub fn checkpoint_line(number: u64, note: &str) -> Result<String, ExportError> {
    line(&Line::Checkpoint(CheckpointLine { number, note: note.to_owned() }))
}

fn line(line: &Line) -> Result<String, ExportError> {
    let mut text = serde_json::to_string(line)?;
    text.push('\n');
    Ok(text)
}

/// One line of an export.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Line {
    Header(Header),
    Entry(EntryLine),
    Checkpoint(CheckpointLine),
}

impl Line {
    /// Reads a line without its newline, and only if it is spelt as it would be written.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let line: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let written = serde_json::to_vec(&line).map_err(|error| error.to_string())?;
        if written == bytes { Ok(line) } else { Err("it is not spelt as an export spells it".to_owned()) }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub(crate) format: String,
    pub(crate) origin: String,
    pub(crate) entries: u64,
    pub(crate) checkpoints: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryLine {
    pub(crate) index: u64,
    pub(crate) leaf: Hash,
    id: EntryId,
    at: Timestamp,
    actor: String,
    action: String,
    subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    force: Option<Force>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clause: Option<ClauseId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail_digest: Option<Hash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<DetailLine>,
}

impl EntryLine {
    /// The entry as it is written.
    pub(crate) fn of(index: u64, entry: &Entry, detail: Option<&Detail>) -> Result<Self, EntryError> {
        let entry = entry.clone();
        Ok(Self {
            index,
            leaf: entry.leaf()?,
            id: entry.id,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            subject: entry.subject,
            force: entry.force,
            clause: entry.clause,
            reason: entry.reason,
            detail_digest: entry.detail_digest,
            detail: detail.map(DetailLine::of),
        })
    }

    /// The entry and, where the line has it, the detail.
    pub(crate) fn take(self) -> (Entry, Option<Result<Detail, DetailError>>) {
        let entry = Entry {
            id: self.id,
            at: self.at,
            actor: self.actor,
            action: self.action,
            subject: self.subject,
            force: self.force,
            clause: self.clause,
            reason: self.reason,
            detail_digest: self.detail_digest,
        };
        (entry, self.detail.map(DetailLine::read))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DetailLine {
    salt: String,
    bytes: String,
}

impl DetailLine {
    fn of(detail: &Detail) -> Self {
        Self {
            salt: STANDARD.encode(detail.salt().expose()),
            bytes: STANDARD.encode(detail.bytes().expose()),
        }
    }

    fn read(self) -> Result<Detail, DetailError> {
        // What is not base64 is not a salt of the right length either; the fault names the entry in any case.
        let salt = STANDARD.decode(self.salt).map_err(|_| DetailError::Salt)?;
        let bytes = STANDARD.decode(self.bytes).map_err(|_| DetailError::Salt)?;
        Detail::from_parts(&salt, bytes)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckpointLine {
    pub(crate) number: u64,
    pub(crate) note: String,
}
