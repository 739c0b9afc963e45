//! Checks an export with nothing but the file and the public key.
//!
//! Everything is computed again: each entry's leaf hash from its fields, each root from the leaves, each signature.
//! The file is read once, line by line, in memory that does not grow with it. A file without faults is worth exactly
//! what its [`Report`] says: entries after the last checkpoint are counted, not proven.

use std::io::{BufRead, Read as _};

use domain::Timestamp;

use crate::checkpoint::Checkpoint;
use crate::erasure::Erasures;
use crate::export::{CheckpointLine, EntryLine, Header, Line, MAX_LINE, WithheldLine};
use crate::fault::{Counted, Fault};
use crate::hash::Hash;
use crate::key::VerifierKey;
use crate::order::Order;
use crate::tree::Tree;

/// Number of faults after which the reading ends.
const MAX_FAULTS: usize = 1000;

/// The contents of an export without faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The ledger's name.
    pub origin: String,
    /// Number of entries in all.
    pub entries: u64,
    /// Number of entries of which only the hash is there: the export was made for a reader who may not read them.
    pub withheld: u64,
    /// The forces whose entries it shows, as the header says; `None` if the export is in the former format.
    pub shows: Option<String>,
    /// Number of entries that the last checkpoint covers: these are proven.
    pub sealed: u64,
    /// Number of checkpoints, each signed by the key and matching the entries before it; at least one.
    pub checkpoints: u64,
    /// Root of the last checkpoint, to compare with copies kept elsewhere.
    pub sealed_root: Hash,
    /// Number of private details that are there and match.
    pub details: u64,
    /// Number of private details that are not there: erased on schedule, or withheld from this export.
    pub details_absent: u64,
    /// Whether the export holds every detail that is kept: then each absent one was erased, and an entry says so.
    pub with_details: bool,
    /// Number of checkpoints kept elsewhere of which the ledger is an extension.
    pub extends: u64,
    /// The earliest time of an entry; `None` without entries.
    pub first: Option<Timestamp>,
    /// The latest time of an entry.
    pub last: Option<Timestamp>,
}

impl Report {
    /// Returns the number of entries after the last checkpoint: whole in themselves, but not yet proven by a
    /// signature.
    #[must_use]
    pub const fn unsealed(&self) -> u64 {
        self.entries.saturating_sub(self.sealed)
    }
}

/// Checks an export against the ledger's public key.
///
/// # Errors
/// Returns every fault found, at most about a thousand. None of the file should then be relied on beyond what the
/// faults leave.
pub fn verify_export(reader: impl BufRead, key: &VerifierKey) -> Result<Report, Vec<Fault>> {
    verify_extension(reader, key, &[])
}

/// Checks an export, and that it is an extension of checkpoints that were kept elsewhere. Their signatures and names
/// were checked when they were opened.
///
/// # Errors
/// As [`verify_export`].
pub fn verify_extension(
    reader: impl BufRead,
    key: &VerifierKey,
    kept: &[Checkpoint],
) -> Result<Report, Vec<Fault>> {
    let mut lines = Lines { reader, number: 0 };
    let header = match lines.next().map(|line| line.and_then(|bytes| read_header(&bytes))) {
        Some(Ok(header)) => header,
        Some(Err(why)) => return Err(vec![Fault::Header { why }]),
        None => return Err(vec![Fault::Header { why: "the file is empty".to_owned() }]),
    };
    let mut check = Check::new(key, &header, kept);
    if header.origin != key.name() {
        let (wanted, found) = (key.name().to_owned(), header.origin.clone());
        check.faults.push(Fault::OtherLedger { wanted, found });
    }
    while let Some(line) = lines.next() {
        match line {
            Ok(bytes) => check.line(&bytes, lines.number),
            Err(why) => {
                check.faults.push(Fault::Unreadable { line: lines.number, why });
                break;
            }
        }
        if check.faults.len() + check.order.count() > MAX_FAULTS {
            check.faults.push(Fault::TooMany { line: lines.number });
            break;
        }
    }
    check.finish(&header)
}

fn read_header(bytes: &[u8]) -> Result<Header, String> {
    match Line::parse(bytes)? {
        Line::Header(header) => header.check().map(|()| header),
        Line::Entry(_) | Line::Withheld(_) | Line::Checkpoint(_) => {
            Err("it is another line of an export".to_owned())
        }
    }
}

/// A reader of lines of bounded length, each ending in a newline.
struct Lines<R> {
    reader: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Option<Result<Vec<u8>, String>> {
        self.number += 1;
        let mut bytes = Vec::new();
        let limit = MAX_LINE as u64 + 1;
        match self.reader.by_ref().take(limit).read_until(b'\n', &mut bytes) {
            Err(error) => Some(Err(error.to_string())),
            Ok(0) => None,
            Ok(_) if bytes.pop_if(|last| *last == b'\n').is_some() => Some(Ok(bytes)),
            Ok(read) if read as u64 == limit => {
                Some(Err(format!("the line is longer than {MAX_LINE} bytes")))
            }
            Ok(_) => Some(Err("the last line does not end; the file was cut short".to_owned())),
        }
    }
}

/// A checkpoint with a good signature, kept for later because the entries before it do not reach its size.
struct Unmatched {
    number: u64,
    line: u64,
    size: u64,
}

/// The state of a check while lines go by.
struct Check<'a> {
    key: &'a VerifierKey,
    faults: Vec<Fault>,
    order: Order,
    tree: Tree,
    /// The last root that matched its checkpoint, with its size.
    good: Option<(u64, Hash)>,
    /// Whether a root did not match: later ones cannot either, and add nothing.
    broken: bool,
    unmatched: Vec<Unmatched>,
    /// First and number of the checkpoints that the state of the file left unchecked.
    not_compared: Option<(u64, u64)>,
    largest: u64,
    entries: u64,
    checkpoints: u64,
    next_number: u64,
    details: u64,
    details_absent: u64,
    times: Option<(Timestamp, Timestamp)>,
    /// Whether lines may be withheld, and whether every detail that is kept is in the file.
    may_withhold: bool,
    /// The words of the forces whose entries it may show.
    shows: Option<String>,
    with_details: bool,
    withheld: u64,
    erasures: Erasures,
    /// Checkpoints kept elsewhere that are still ahead, the smallest last.
    kept: Vec<Checkpoint>,
    extends: u64,
}

impl<'a> Check<'a> {
    fn new(key: &'a VerifierKey, header: &Header, kept: &[Checkpoint]) -> Self {
        let mut kept = kept.to_vec();
        kept.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.size));
        let mut check = Self {
            key,
            faults: Vec::new(),
            order: Order::default(),
            tree: Tree::new(),
            good: None,
            broken: false,
            unmatched: Vec::new(),
            not_compared: None,
            largest: 0,
            entries: 0,
            checkpoints: 0,
            next_number: 0,
            details: 0,
            details_absent: 0,
            times: None,
            may_withhold: header.shows.is_some(),
            shows: header.shows.clone(),
            with_details: header.details == Some(true),
            withheld: 0,
            erasures: Erasures::default(),
            kept,
            extends: 0,
        };
        check.compare_kept();
        check
    }

    /// Compares the checkpoints kept elsewhere that cover exactly the entries read so far.
    fn compare_kept(&mut self) {
        while let Some(kept) = self.kept.pop_if(|kept| kept.size == self.tree.size()) {
            if kept.root == self.tree.root() {
                self.extends += 1;
            } else {
                self.faults.push(Fault::Rewritten { size: kept.size });
            }
        }
    }

    /// Adds the leaf of an entry that is in its place.
    fn push(&mut self, index: u64, leaf: Hash) {
        if index == self.tree.size() {
            self.tree.push(leaf);
            self.compare_kept();
        }
    }

    fn withheld(&mut self, stated: &WithheldLine, line: u64) {
        if !self.may_withhold {
            let why = "an export of this format withholds nothing".to_owned();
            self.faults.push(Fault::Malformed { line, why });
        }
        self.entries += 1;
        self.withheld += 1;
        self.order.entry(stated.index, line);
        self.push(stated.index, stated.leaf);
    }

    fn line(&mut self, bytes: &[u8], line: u64) {
        match Line::parse(bytes) {
            Ok(Line::Entry(entry)) => self.entry(entry, line),
            Ok(Line::Withheld(withheld)) => self.withheld(&withheld, line),
            Ok(Line::Checkpoint(checkpoint)) => self.checkpoint(&checkpoint, line),
            Ok(Line::Header(_)) => {
                self.faults.push(Fault::Malformed { line, why: "it is a second header".to_owned() });
            }
            Err(why) => {
                self.order.unreadable();
                self.faults.push(Fault::Malformed { line, why });
            }
        }
    }

    fn entry(&mut self, stated: EntryLine, line: u64) {
        let (index, leaf) = (stated.index, stated.leaf);
        let (entry, detail) = stated.take();
        self.entries += 1;
        self.order.entry(index, line);
        if entry.leaf() != Ok(leaf) {
            self.faults.push(Fault::Changed { index, line });
        }
        match detail {
            Some(Ok(detail)) if entry.detail_digest == Some(detail.digest()) => self.details += 1,
            Some(_) => self.faults.push(Fault::Detail { index, line }),
            None if entry.detail_digest.is_some() => {
                self.details_absent += 1;
                if self.with_details {
                    self.erasures.gone(index);
                }
            }
            None => {}
        }
        if let (Some(shows), Some(force)) = (&self.shows, entry.force)
            && !shows.split(' ').any(|shown| shown == force.as_str())
        {
            let why = format!("it shows an entry of {force}, which the header does not name");
            self.faults.push(Fault::Malformed { line, why });
        }
        self.erasures.entry(index, &entry.action, &entry.subject);
        let (first, last) = self.times.unwrap_or((entry.at, entry.at));
        self.times = Some((first.min(entry.at), last.max(entry.at)));
        // The stated leaf is used, not the computed one: the roots then tell a changed entry from a changed tree.
        self.push(index, leaf);
    }

    fn checkpoint(&mut self, stated: &CheckpointLine, line: u64) {
        let number = stated.number;
        self.checkpoints += 1;
        if number != self.next_number {
            self.faults.push(Fault::CheckpointOrder { line, expected: self.next_number, found: number });
        }
        self.next_number = number.saturating_add(1);
        let checkpoint = match Checkpoint::open(&stated.note, self.key) {
            Ok(checkpoint) => checkpoint,
            Err(why) => {
                self.faults.push(Fault::Checkpoint { number, line, why: why.to_string() });
                return;
            }
        };
        let size = checkpoint.size;
        self.largest = self.largest.max(size);
        if size != self.tree.size() {
            // Only the end of the file shows whether it is out of place or entries before it are missing.
            self.unmatched.push(Unmatched { number, line, size });
        } else if checkpoint.root == self.tree.root() {
            self.good = Some((size, checkpoint.root));
        } else if self.broken {
            self.skip(number);
        } else {
            self.broken = true;
            let from = self.good.map_or(0, |(size, _)| size);
            self.faults.push(Fault::Root { number, line, from, to: size.saturating_sub(1) });
        }
        if self.unmatched.len() > MAX_FAULTS {
            self.unmatched.truncate(MAX_FAULTS);
            self.skip(number);
        }
    }

    fn skip(&mut self, number: u64) {
        let (first, count) = self.not_compared.unwrap_or((number, 0));
        self.not_compared = Some((first.min(number), count + 1));
    }

    fn finish(mut self, header: &Header) -> Result<Report, Vec<Fault>> {
        let (out_of_order, _) = std::mem::take(&mut self.order).finish(self.largest);
        let whole = out_of_order.is_empty();
        self.faults.extend(out_of_order);
        for Unmatched { number, line, size } in std::mem::take(&mut self.unmatched) {
            // With every entry in its place, a checkpoint that did not meet its size is itself in the wrong place.
            if whole && size <= self.tree.size() {
                self.faults.push(Fault::CheckpointPlace { number, line, size });
            } else {
                self.skip(number);
            }
        }
        self.faults.extend(std::mem::take(&mut self.erasures).faults());
        let found = self.tree.size();
        self.faults.extend(self.kept.iter().rev().map(|kept| Fault::Cut { size: kept.size, found }));
        if let Some((first, checkpoints)) = self.not_compared {
            self.faults.push(Fault::NotCompared { first, checkpoints });
        }
        let counts = [
            (Counted::Entries, header.entries, self.entries),
            (Counted::Checkpoints, header.checkpoints, self.checkpoints),
        ];
        for (what, announced, found) in counts {
            if announced != found {
                self.faults.push(Fault::Count { what, announced, found });
            }
        }
        let Some((sealed, sealed_root)) = self.good.filter(|_| self.faults.is_empty()) else {
            if self.checkpoints == 0 {
                self.faults.push(Fault::NoCheckpoint);
            }
            return Err(self.faults);
        };
        Ok(Report {
            origin: header.origin.clone(),
            entries: self.entries,
            withheld: self.withheld,
            shows: header.shows.clone(),
            sealed,
            checkpoints: self.checkpoints,
            sealed_root,
            details: self.details,
            details_absent: self.details_absent,
            with_details: self.with_details,
            extends: self.extends,
            first: self.times.map(|(first, _)| first),
            last: self.times.map(|(_, last)| last),
        })
    }
}
