//! Writes and parses an export: a ledger as lines of JSON that anybody can read, copy and check.
//!
//! It has one header, then every entry in order, and every checkpoint straight after the last entry that it covers:
//!
//! ```text
//! {"header":{"format":"lanyard-ledger-2","origin":"...","entries":3,"checkpoints":1,"shows":"northshire","details":false}}
//! {"entry":{"index":0,"leaf":"...","id":"...","at":...,"actor":"...","action":"...","subject":"..."}}
//! {"withheld":{"index":1,"leaf":"..."}}
//! {"entry":{"index":2, ... ,"detail_digest":"...","detail":{"salt":"...","bytes":"..."}}}
//! {"checkpoint":{"number":0,"note":"origin\n3\nroot\n\n- name signature\n"}}
//! ```
//!
//! An entry that the reader may not see appears as its leaf hash alone, which is enough for the tree to verify. The
//! former format, `lanyard-ledger-1`, has no such lines and says neither what it shows nor whether details are in it; it
//! is still accepted.
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

/// Name and version of the format, as stated in the header.
pub(crate) const FORMAT: &str = "lanyard-ledger-2";
/// The format before it.
pub(crate) const FORMER_FORMAT: &str = "lanyard-ledger-1";
/// Longest line that is read, in bytes without its newline: room for the longest entry with the longest detail.
pub(crate) const MAX_LINE: usize = 512 * 1024;

/// The reason why an entry or a checkpoint cannot be exported.
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

/// The content of an export's first line.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// The ledger's name.
    pub origin: &'a str,
    /// Number of entry lines that follow, including withheld ones.
    pub entries: u64,
    /// Number of checkpoints that follow.
    pub checkpoints: u64,
    /// The forces whose entries it shows.
    pub shows: &'a [Force],
    /// Whether it holds every private detail that is still kept.
    pub details: bool,
}

/// Writes the first line.
///
/// # Errors
/// When JSON cannot be written.
pub fn header_line(head: &Head<'_>) -> Result<String, ExportError> {
    let shows: Vec<&str> = head.shows.iter().map(|force| force.as_str()).collect();
    line(&Line::Header(Header {
        format: FORMAT.to_owned(),
        origin: head.origin.to_owned(),
        entries: head.entries,
        checkpoints: head.checkpoints,
        shows: Some(shows.join(" ")),
        details: Some(head.details),
    }))
}

/// Writes the line of an entry that the reader may not see.
///
/// # Errors
/// When the entry has no encoding.
pub fn withheld_line(index: u64, entry: &Entry) -> Result<String, ExportError> {
    line(&Line::Withheld(WithheldLine { index, leaf: entry.leaf()? }))
}

/// Returns the line of entry `index` (from 0), with its detail where it is still kept and may be shown.
///
/// # Errors
/// When the entry has no encoding, or the detail is not its own.
pub fn entry_line(index: u64, entry: &Entry, detail: Option<&Detail>) -> Result<String, ExportError> {
    if detail.is_some_and(|detail| entry.detail_digest != Some(detail.digest())) {
        return Err(ExportError::Detail(index));
    }
    line(&Line::Entry(EntryLine::of(index, entry, detail)?))
}

/// Returns the line of checkpoint `number` (from 0, the oldest first): the signed note as [`crate::Checkpoint::sign`] made it.
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
    Withheld(WithheldLine),
    Checkpoint(CheckpointLine),
}

impl Line {
    /// Parses a line without its newline, and only if it is spelt as it would be written.
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shows: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<bool>,
}

impl Header {
    /// Checks the format; returns what is wrong with it, if anything.
    pub(crate) fn check(&self) -> Result<(), String> {
        let shown = |shows: &str| -> bool {
            let forces: Result<Vec<Force>, _> = shows.split(' ').map(str::parse).collect();
            forces.is_ok_and(|forces| forces.is_sorted_by(|one, next| one.as_str() < next.as_str()))
        };
        match (self.format.as_str(), &self.shows, self.details) {
            (FORMAT, Some(shows), Some(_)) if shown(shows) => Ok(()),
            (FORMER_FORMAT, None, None) => Ok(()),
            (FORMAT, Some(_), Some(_)) => Err("it does not say whose entries it shows".to_owned()),
            (FORMAT | FORMER_FORMAT, ..) => Err("its fields are not those of its format".to_owned()),
            (other, ..) => {
                let found: String = other.chars().take(40).collect();
                Err(format!(
                    "its format is \"{found}\", this program reads \"{FORMAT}\" and \"{FORMER_FORMAT}\""
                ))
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithheldLine {
    pub(crate) index: u64,
    pub(crate) leaf: Hash,
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
    /// Returns the entry as it is written.
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

    /// Returns the entry and, where the line has it, the detail.
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
        // Text that is not base64 is not a salt of the right length either; the fault names the entry in any case.
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
