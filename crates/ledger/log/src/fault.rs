//! Lists the faults that an export can have, each with its place.

use std::fmt;

/// The two counts in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Entry lines.
    Entries,
    /// Checkpoint lines.
    Checkpoints,
}

/// One fault of an export. Lines count from 1, entries and checkpoints from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file cannot be read.
    #[error("line {line}: the file cannot be read: {why}")]
    Unreadable {
        /// The line where reading stopped.
        line: u64,
        /// The system's message.
        why: String,
    },
    /// The file does not begin as an export does.
    #[error("line 1 is not the header of a ledger export: {why}")]
    Header {
        /// The fault.
        why: String,
    },
    /// The export names another ledger than the key does.
    #[error(
        "the export is of the ledger \"{found}\", the key of \"{wanted}\"; use the key of the same ledger"
    )]
    OtherLedger {
        /// The key's name.
        wanted: String,
        /// The header's origin.
        found: String,
    },
    /// A line that no export contains.
    #[error("line {line} is not a line of an export: {why}")]
    Malformed {
        /// The line.
        line: u64,
        /// The fault.
        why: String,
    },
    /// An entry is not as it was written.
    #[error("entry {index} (line {line}) was changed: its fields do not give its leaf hash")]
    Changed {
        /// The entry.
        index: u64,
        /// Its line.
        line: u64,
    },
    /// The private detail is not the one that was written.
    #[error("the detail of entry {index} (line {line}) was changed: it does not give the entry's digest")]
    Detail {
        /// The entry.
        index: u64,
        /// Its line.
        line: u64,
    },
    /// Private details are missing, and no entry says that they were erased.
    #[error("the details of {} are gone, and no entry of the ledger says that they were erased", Range(*.from, *.to))]
    DetailGone {
        /// The first of the entries.
        from: u64,
        /// The last of them.
        to: u64,
    },
    /// The ledger ends before a checkpoint that was kept elsewhere.
    #[error(
        "the checkpoint that you kept covers {size} entries, and this ledger has only {found} in order: entries were cut \
         off, or it was put back to an older state"
    )]
    Cut {
        /// Number of entries that the kept checkpoint covers.
        size: u64,
        /// Number of entries there are, up to the first that is out of order.
        found: u64,
    },
    /// The ledger is not the one that a checkpoint kept elsewhere was signed over.
    #[error(
        "the first {size} entries are not those that the checkpoint which you kept was signed over: the ledger was rewritten"
    )]
    Rewritten {
        /// Number of entries that the kept checkpoint covers.
        size: u64,
    },
    /// Entries that must be there are missing.
    #[error("{} dropped", Range(*.from, *.to))]
    Dropped {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
    /// Two entries are in each other's place.
    #[error("entries {first} and {second} were swapped")]
    Swapped {
        /// The one that belongs first.
        first: u64,
        /// The one that belongs later.
        second: u64,
    },
    /// An entry is out of place.
    #[error("entry {index} (line {line}) was moved: it is not in its place")]
    Moved {
        /// The entry.
        index: u64,
        /// Its line.
        line: u64,
    },
    /// An entry is repeated.
    #[error("entry {index} (line {line}) appears more than once, or under another entry's number")]
    Repeated {
        /// The index that it carries.
        index: u64,
        /// Its line.
        line: u64,
    },
    /// A checkpoint is not what was signed, or not by this key.
    #[error("checkpoint {number} (line {line}) is not valid: {why}")]
    Checkpoint {
        /// The checkpoint.
        number: u64,
        /// Its line.
        line: u64,
        /// The fault.
        why: String,
    },
    /// Checkpoints are missing, repeated or out of order.
    #[error("line {line}: found checkpoint {found} where checkpoint {expected} belongs")]
    CheckpointOrder {
        /// Its line.
        line: u64,
        /// The number that belongs there.
        expected: u64,
        /// The number that is there.
        found: u64,
    },
    /// A checkpoint does not follow the last entry that it covers.
    #[error(
        "checkpoint {number} (line {line}) covers {size} entries but does not stand after entry {size} of them"
    )]
    CheckpointPlace {
        /// The checkpoint.
        number: u64,
        /// Its line.
        line: u64,
        /// Number of entries that it covers.
        size: u64,
    },
    /// Entries were changed together with their leaf hashes, added, or replaced.
    #[error(
        "{} are not those that checkpoint {number} (line {line}) was signed over: at least one of them was changed and its \
         leaf hash with it",
        Range(*.from, *.to)
    )]
    Root {
        /// The checkpoint.
        number: u64,
        /// Its line.
        line: u64,
        /// The first entry after the last good checkpoint.
        from: u64,
        /// The last entry that the checkpoint covers.
        to: u64,
    },
    /// Because of faults before them, checkpoints could not be compared with the entries.
    #[error(
        "{checkpoints} checkpoints from number {first} on could not be compared with the entries, because of the faults before them"
    )]
    NotCompared {
        /// The first of them.
        first: u64,
        /// The number of them.
        checkpoints: u64,
    },
    /// Nothing is signed, so nothing is proven.
    #[error("the export has no checkpoint, so nothing in it is proven; seal the ledger and export again")]
    NoCheckpoint,
    /// The header announced another number of lines.
    #[error("the header announces {announced} {what}, the file has {found}; it was cut short or added to")]
    Count {
        /// The kind of line.
        what: Counted,
        /// The number in the header.
        announced: u64,
        /// The number in the file.
        found: u64,
    },
    /// There are more faults than are worth listing.
    #[error("line {line}: too many faults; the rest of the file was not checked")]
    TooMany {
        /// The line where checking stopped.
        line: u64,
    },
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Entries => "entries",
            Self::Checkpoints => "checkpoints",
        })
    }
}

/// A range, written "entry 5" or "entries 5 to 9".
struct Range(u64, u64);

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(from, to) = self;
        if from == to { write!(f, "entry {from}") } else { write!(f, "entries {from} to {to}") }
    }
}
