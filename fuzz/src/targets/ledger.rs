//! Decoders for files that an outsider gives to a ledger's verifier: exports, checkpoints, entries.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::LazyLock;

use domain::{EntryId, Timestamp};
use ledger::{
    Checkpoint, Detail, Entry, Hash, Head, NodeStore, Note, Tree, VerifierKey, checkpoint_line, entry_line,
    header_line, inclusion_proof, proof_line, verify_export, verify_proof, withheld_line,
};

use super::text;
use crate::cast::{Fixed, LEDGER, ledger_key};

/// Pieces of exports and notes.
pub const WORDS: &[&str] = &[
    "{\"header\":",
    "{\"entry\":",
    "{\"withheld\":",
    "{\"checkpoint\":",
    "{\"proof\":",
    "\"path\":",
    "\"index\":",
    "\"detail\":",
    "null",
    "18446744073709551615",
    "-1",
    "0",
    "\n\n",
    "\u{2014} ",
    "fuzz.example/ledger",
    "\\n",
    "\\u0000",
    "AAAA",
    "=",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "norfolk",
    "suffolk",
];

/// Most faults that a check names: a thousand, and a few of the end.
const MAX_FAULTS: usize = 4100;

/// What the key has ever signed, by size: a good export can say nothing else.
static SEALED: LazyLock<Vec<(u64, Hash)>> = LazyLock::new(|| {
    let mut tree = Tree::new();
    let mut roots = vec![(0, tree.root())];
    for number in 0..ENTRIES {
        tree.push(entry(number).0.leaf().expect("an entry has a leaf"));
        roots.push((tree.size(), tree.root()));
    }
    roots
});
const ENTRIES: u64 = 6;

/// Checks an export.
pub fn ledger_export(data: &[u8]) -> bool {
    match verify_export(data, ledger_key().verifier()) {
        Ok(report) => {
            assert!(report.sealed <= report.entries && report.checkpoints > 0, "{report:?}");
            assert!(report.entries + report.checkpoints < data.len() as u64, "more lines than bytes");
            assert_eq!(report.origin, LEDGER);
            assert!(SEALED.contains(&(report.sealed, report.sealed_root)), "the key never signed this");
            true
        }
        Err(faults) => {
            assert!(!faults.is_empty() && faults.len() <= MAX_FAULTS, "{} faults", faults.len());
            assert!(faults.iter().all(|fault| !fault.to_string().is_empty()));
            false
        }
    }
}

/// Checks the proof of one entry.
pub fn ledger_proof(data: &[u8]) -> bool {
    match verify_proof(data, ledger_key().verifier()) {
        Ok(proven) => {
            assert!(proven.index < proven.size && proven.origin == LEDGER, "{proven:?}");
            assert!(SEALED.contains(&(proven.size, proven.root)), "the key never signed this");
            assert_eq!(proven.entry, entry(proven.index).0, "no such entry was ever entered");
            true
        }
        Err(fault) => {
            assert!(!fault.to_string().is_empty());
            false
        }
    }
}

/// Reads a note and the checkpoint on it.
pub fn ledger_note(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let key = ledger_key();
    if let Ok(verifier) = text.trim_end().parse::<VerifierKey>() {
        assert_eq!(verifier.to_string(), text.trim_end(), "a key has one spelling");
    }
    let opened = Checkpoint::open(text, key.verifier());
    let Ok(note) = Note::parse(text) else {
        assert!(opened.is_err(), "a checkpoint that is no note");
        return false;
    };
    assert!((1..=32).contains(&note.signatures().len()));
    if let Ok(checkpoint) = opened {
        assert_eq!(note.verified_by(key.verifier()), Ok(checkpoint.text().as_str()));
        assert!(SEALED.contains(&(checkpoint.size, checkpoint.root)), "the key never signed this");
    }
    true
}

/// Reads an entry's canonical bytes.
pub fn ledger_entry(data: &[u8]) -> bool {
    let Ok(entry) = Entry::decode(data) else { return false };
    assert_eq!(entry.encode().as_deref(), Ok(data), "an entry has one spelling");
    let line = entry_line(0, &entry, None).expect("an entry can be exported");
    assert!(line.len() <= 512 * 1024, "an entry that no export can hold");
    true
}

fn entry(number: u64) -> (Entry, Option<Detail>) {
    let detail = (number % 2 == 1).then(|| Detail::new(b"who".to_vec(), &Fixed).expect("a detail is short"));
    let entry = Entry {
        id: EntryId::from_uuid(uuid::Uuid::from_u128(number.into())),
        at: Timestamp::from_millis(1_795_348_800_000),
        actor: "person:duty-officer".to_owned(),
        action: "device.lock.ordered".to_owned(),
        subject: format!("device:{number}"),
        force: Some(if number.is_multiple_of(3) {
            domain::samples::NORFOLK
        } else {
            domain::samples::SUFFOLK
        }),
        clause: number.is_multiple_of(2).then(|| "MDU-4.3".parse().expect("a clause id")),
        reason: number.is_multiple_of(5).then(|| "reported \"lost\"".to_owned()),
        detail_digest: detail.as_ref().map(Detail::digest),
    };
    (entry, detail)
}

/// Exports with one and several checkpoints, and an empty one.
#[must_use]
pub fn export_seeds() -> Vec<Vec<u8>> {
    [(ENTRIES, vec![2, 4, ENTRIES]), (3, vec![3]), (4, vec![1]), (0, vec![0])]
        .into_iter()
        .map(|(entries, seals)| export(entries, &seals).into_bytes())
        .collect()
}

fn export(entries: u64, seals: &[u64]) -> String {
    let mut lines = header_line(&Head {
        origin: LEDGER,
        entries,
        checkpoints: seals.len() as u64,
        shows: &[domain::samples::NORFOLK, domain::samples::SUFFOLK],
        details: false,
    })
    .expect("a header can be written");
    let (mut tree, mut number) = (Tree::new(), 0);
    for index in 0..=entries {
        if seals.contains(&index) {
            let note = Checkpoint::sign(index, tree.root(), &ledger_key()).expect("the key signs");
            lines.push_str(&checkpoint_line(number, &note).expect("a checkpoint can be written"));
            number += 1;
        }
        if index < entries {
            let (entry, detail) = entry(index);
            tree.push(entry.leaf().expect("an entry has a leaf"));
            let shown = detail.filter(|_| index % 4 == 1);
            let line = if index % 5 == 4 {
                withheld_line(index, &entry)
            } else {
                entry_line(index, &entry, shown.as_ref())
            };
            lines.push_str(&line.expect("an entry can be written"));
        }
    }
    lines
}

/// Proofs of every entry in trees of several sizes.
#[must_use]
pub fn proof_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for size in [1, 3, ENTRIES] {
        let mut nodes = Nodes::default();
        let mut tree = Tree::new();
        for number in 0..size {
            tree.append(entry(number).0.leaf().expect("an entry has a leaf"), &mut nodes)
                .expect("nodes are kept");
        }
        let note = Checkpoint::sign(size, tree.root(), &ledger_key()).expect("the key signs");
        for index in 0..size {
            let path = inclusion_proof(index, size, &mut nodes).expect("the tree is whole");
            let line = proof_line(LEDGER, index, &entry(index).0, path, &note);
            seeds.push(line.expect("a proof can be written").into_bytes());
        }
    }
    seeds
}

/// The nodes of a small tree.
#[derive(Default)]
struct Nodes(BTreeMap<(u8, u64), Hash>);

impl NodeStore for Nodes {
    type Error = Infallible;

    fn get(&mut self, level: u8, index: u64) -> Result<Option<Hash>, Infallible> {
        Ok(self.0.get(&(level, index)).copied())
    }

    fn put(&mut self, level: u8, index: u64, hash: Hash) -> Result<(), Infallible> {
        self.0.insert((level, index), hash);
        Ok(())
    }
}

/// Checkpoints, one of them with a witness's signature.
#[must_use]
pub fn note_seeds() -> Vec<Vec<u8>> {
    let sign = |at: &(u64, Hash)| Checkpoint::sign(at.0, at.1, &ledger_key()).expect("the key signs");
    let mut notes: Vec<String> = SEALED.iter().map(sign).collect();
    let witnessed = notes.first().map(|note| format!("{note}\u{2014} witness.example AAAAAAA=\n"));
    notes.extend(witnessed);
    notes.into_iter().map(String::into_bytes).collect()
}

/// Entries with and without their optional parts.
#[must_use]
pub fn entry_seeds() -> Vec<Vec<u8>> {
    (0..ENTRIES).map(|number| entry(number).0.encode().expect("an entry has an encoding")).collect()
}
