//! Writes and checks the proof that one entry is in the ledger, as a line for a reader who has nothing else of the ledger.
//!
//! ```text
//! {"proof":{"format":"lanyard-ledger-proof-1","origin":"...","entry":{"index":0,"leaf":"...",
//! ...},"path":["...",...],"note":"..."}}
//! ```
//!
//! The entry is spelt as in an export; `path` holds the siblings from the leaf up (RFC 9162 section 2.1.3), and `note` is a
//! signed checkpoint that covers the entry. It proves that the entry was in the ledger, as it is shown, when the
//! checkpoint was signed; it proves nothing about other entries.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::entry::Entry;
use crate::export::{EntryLine, ExportError, MAX_LINE};
use crate::hash::Hash;
use crate::key::VerifierKey;
use crate::proof::{ProofError, verify_inclusion};

/// Name and version of the format.
const FORMAT: &str = "lanyard-ledger-proof-1";
/// The beginning of every proof, and of no export.
const BEGINS: &[u8] = b"{\"proof\":";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    proof: Proof,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    format: String,
    origin: String,
    entry: EntryLine,
    path: Vec<Hash>,
    note: String,
}

/// The content of a valid proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The ledger's name.
    pub origin: String,
    /// The entry's index, from 0.
    pub index: u64,
    /// The entry.
    pub entry: Entry,
    /// Number of entries that the checkpoint covers.
    pub size: u64,
    /// The checkpoint's root, to compare with copies kept elsewhere.
    pub root: Hash,
}

impl Proven {
    /// Returns the time of the entry.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.entry.at
    }
}

/// The reason why a file proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// It is not written as a proof is.
    #[error("this is not a proof of a ledger entry: {0}")]
    Malformed(String),
    /// It names another ledger than the key does.
    #[error(
        "the proof is of the ledger \"{found}\", the key of \"{wanted}\"; use the key of the same ledger"
    )]
    OtherLedger {
        /// The key's name.
        wanted: String,
        /// The proof's origin.
        found: String,
    },
    /// The entry is not as it was written.
    #[error("entry {0} was changed: its fields do not give its leaf hash")]
    Changed(u64),
    /// The checkpoint is not valid.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The path does not lead to the checkpoint's root.
    #[error("entry {index} is not proven: {why}")]
    NotIncluded {
        /// The entry.
        index: u64,
        /// The fault of the path.
        why: ProofError,
    },
}

/// Returns the proof of entry `index`, with the path of [`crate::inclusion_proof`] in the tree that `note` covers.
///
/// # Errors
/// When the entry has no encoding.
pub fn proof_line(
    origin: &str,
    index: u64,
    entry: &Entry,
    path: Vec<Hash>,
    note: &str,
) -> Result<String, ExportError> {
    let (format, origin, note) = (FORMAT.to_owned(), origin.to_owned(), note.to_owned());
    let entry = EntryLine::of(index, entry, None)?;
    let mut text = serde_json::to_string(&File { proof: Proof { format, origin, entry, path, note } })?;
    text.push('\n');
    Ok(text)
}

/// Returns whether a file that begins so is a proof rather than an export.
#[must_use]
pub fn is_proof(beginning: &[u8]) -> bool {
    beginning.starts_with(BEGINS)
}

/// Checks a proof against the ledger's public key.
///
/// # Errors
/// When it does not prove that its entry is in the ledger.
pub fn verify_proof(bytes: &[u8], key: &VerifierKey) -> Result<Proven, ProofFault> {
    if bytes.len() > MAX_LINE {
        return Err(ProofFault::Malformed(format!("it is longer than {MAX_LINE} bytes")));
    }
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bad = |error: serde_json::Error| ProofFault::Malformed(error.to_string());
    let file: File = serde_json::from_slice(bytes).map_err(bad)?;
    if serde_json::to_vec(&file).map_err(bad)? != bytes {
        return Err(ProofFault::Malformed("it is not spelt as a proof spells it".to_owned()));
    }
    let Proof { format, origin, entry: stated, path, note } = file.proof;
    if format != FORMAT {
        return Err(ProofFault::Malformed(format!("its format is not \"{FORMAT}\"")));
    }
    if origin != key.name() {
        return Err(ProofFault::OtherLedger { wanted: key.name().to_owned(), found: origin });
    }
    let checkpoint = Checkpoint::open(&note, key)?;
    let (index, leaf) = (stated.index, stated.leaf);
    let (entry, _) = stated.take();
    if entry.leaf() != Ok(leaf) {
        return Err(ProofFault::Changed(index));
    }
    verify_inclusion(leaf, index, checkpoint.size, &path, checkpoint.root)
        .map_err(|why| ProofFault::NotIncluded { index, why })?;
    Ok(Proven { origin, index, entry, size: checkpoint.size, root: checkpoint.root })
}

#[cfg(test)]
mod tests {
    use domain::{EntryId, Secret};

    use super::*;
    use crate::key::SigningKey;
    use crate::proof::inclusion_proof;
    use crate::tree::Tree;
    use crate::tree::tests::Nodes;

    fn entry(number: u128) -> Entry {
        Entry {
            id: EntryId::from_uuid(uuid::Uuid::from_u128(number)),
            at: Timestamp::from_millis(1_795_348_800_000),
            actor: "person:a".into(),
            action: "device.lock.ordered".into(),
            subject: "device:b".into(),
            force: None,
            clause: None,
            reason: Some("left-on-a-train".into()),
            detail_digest: None,
        }
    }

    fn key() -> SigningKey {
        SigningKey::from_seed("ledger.test", &Secret::new([3; 32])).unwrap()
    }

    /// Returns the proof of the third of seven entries.
    fn proof() -> String {
        let (mut tree, mut nodes) = (Tree::new(), Nodes::default());
        for number in 0..7 {
            tree.append(entry(number).leaf().unwrap(), &mut nodes).unwrap();
        }
        let note = Checkpoint::sign(7, tree.root(), &key()).unwrap();
        let path = inclusion_proof(2, 7, &mut nodes).unwrap();
        proof_line("ledger.test", 2, &entry(2), path, &note).unwrap()
    }

    #[test]
    fn an_entry_is_proven_by_its_line_and_the_key_alone() {
        let proof = proof();
        assert!(is_proof(proof.as_bytes()) && !is_proof(b"{\"header\":"));
        let proven = verify_proof(proof.as_bytes(), key().verifier()).unwrap();
        assert_eq!((proven.index, proven.size, proven.entry), (2, 7, entry(2)));
    }

    #[test]
    fn whatever_is_changed_proves_nothing() {
        let (proof, key) = (proof(), key());
        let refused = |from: &str, to: &str| {
            assert!(proof.contains(from), "{from} in {proof}");
            verify_proof(proof.replacen(from, to, 1).as_bytes(), key.verifier()).unwrap_err()
        };
        assert_eq!(refused("device.lock.ordered", "device.wipe.ordered"), ProofFault::Changed(2));
        assert!(matches!(refused("\"index\":2", "\"index\":3"), ProofFault::NotIncluded { index: 3, .. }));
        assert!(matches!(refused("\"path\":[\"", "\"path\":[\"A"), ProofFault::Malformed(_)));
        assert!(matches!(refused("\\n7\\n", "\\n8\\n"), ProofFault::Checkpoint(_)));
        assert!(matches!(refused("\"proof\":{", "\"proof\": {"), ProofFault::Malformed(_)));
        assert!(matches!(refused("proof-1", "proof-2"), ProofFault::Malformed(_)));
        let other = SigningKey::from_seed("other.test", &Secret::new([3; 32])).unwrap();
        let refused = verify_proof(proof.as_bytes(), other.verifier()).unwrap_err();
        assert!(matches!(refused, ProofFault::OtherLedger { .. }));
        let forged = SigningKey::from_seed("ledger.test", &Secret::new([4; 32])).unwrap();
        assert!(matches!(verify_proof(proof.as_bytes(), forged.verifier()), Err(ProofFault::Checkpoint(_))));
        assert!(verify_proof(&vec![b'{'; MAX_LINE + 1], key.verifier()).is_err());
    }
}
