//! Signs and checks checkpoints: signed notes that state the size and the root of the tree (https://c2sp.org/tlog-checkpoint).
//!
//! Signing is a promise never to sign a tree that does not continue this one. The sequencer keeps the promise by
//! signing only what it has just appended to, under one lock.

use crate::hash::Hash;
use crate::key::{SigningKey, VerifierKey};
use crate::note::{Note, NoteError};
use crate::tree::MAX_SIZE;

/// The reason why a checkpoint cannot be signed or verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is not a signed note, or not signed by the key.
    #[error("checkpoint: {0}")]
    Note(#[from] NoteError),
    /// It is a signed note, but not a checkpoint.
    #[error("not a checkpoint: {0}")]
    Malformed(&'static str),
    /// It belongs to another ledger.
    #[error(
        "the checkpoint is of the ledger \"{found}\", the key of \"{wanted}\"; use the key of the same ledger"
    )]
    Origin {
        /// The key's name.
        wanted: String,
        /// The checkpoint's first line.
        found: String,
    },
}

/// The state of a ledger at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the ledger, which is the name of its signing key.
    pub origin: String,
    /// Number of entries that it covers.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// Further lines, none empty. We write none; they are read because the format has them.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// Signs the state of `key`'s ledger at this size; returns it in the text form that is stored and copied
    /// elsewhere.
    ///
    /// # Errors
    /// When the size is beyond [`MAX_SIZE`].
    pub fn sign(size: u64, root: Hash, key: &SigningKey) -> Result<String, CheckpointError> {
        let origin = key.verifier().name().to_owned();
        let text = Self { origin, size, root, extensions: Vec::new() }.text();
        Self::from_text(&text)?;
        Ok(Note::sign(&text, key)?)
    }

    /// Parses a signed checkpoint and checks its signature.
    ///
    /// # Errors
    /// When it is malformed, of another ledger, or not signed by this key.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(note)?;
        let checkpoint = Self::from_text(note.verified_by(key)?)?;
        if checkpoint.origin != key.name() {
            return Err(CheckpointError::Origin { wanted: key.name().to_owned(), found: checkpoint.origin });
        }
        Ok(checkpoint)
    }

    /// Returns the text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root);
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    fn from_text(text: &str) -> Result<Self, CheckpointError> {
        let body =
            text.strip_suffix('\n').ok_or(CheckpointError::Malformed("it does not end in a newline"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Malformed("it has fewer than three lines"));
        };
        let number: u64 = size.parse().map_err(|_| CheckpointError::Malformed("its size is not a number"))?;
        if number.to_string() != size || number > MAX_SIZE {
            return Err(CheckpointError::Malformed("its size is not a plain number within bounds"));
        }
        let root =
            root.parse().map_err(|_| CheckpointError::Malformed("its root is not a SHA-256 digest"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if origin.is_empty() || extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Malformed("it has an empty line"));
        }
        Ok(Self { origin: origin.to_owned(), size: number, root, extensions })
    }
}

#[cfg(test)]
mod tests {
    use domain::Secret;

    use super::*;
    use crate::hash::leaf_hash;

    fn key(name: &str) -> SigningKey {
        SigningKey::from_seed(name, &Secret::new([3; 32])).unwrap()
    }

    #[test]
    fn a_checkpoint_reads_back_for_its_own_key() {
        let key = key("lanyard.example/ledger");
        let note = Checkpoint::sign(20_852_163, leaf_hash(b"x"), &key).unwrap();
        assert!(note.starts_with("lanyard.example/ledger\n20852163\n"), "{note}");
        let read = Checkpoint::open(&note, key.verifier()).unwrap();
        assert_eq!((read.size, read.root), (20_852_163, leaf_hash(b"x")));
    }

    #[test]
    fn extensions_are_read_and_are_under_the_signature() {
        let key = key("a.example");
        let with = |extensions: &[&str]| Checkpoint {
            origin: "a.example".to_owned(),
            size: 1,
            root: leaf_hash(b"x"),
            extensions: extensions.iter().map(|&line| line.to_owned()).collect(),
        };
        let note = Note::sign(&with(&["more"]).text(), &key).unwrap();
        assert_eq!(Checkpoint::open(&note, key.verifier()).unwrap(), with(&["more"]));
        let changed = Checkpoint::open(&note.replace("more", "less"), key.verifier());
        assert!(matches!(changed, Err(CheckpointError::Note(NoteError::BadSignature(_)))));
    }

    #[test]
    fn a_checkpoint_of_another_ledger_is_refused() {
        let key = key("a.example");
        let text = format!("b.example\n1\n{}\n", leaf_hash(b"x"));
        let refused = Checkpoint::open(&Note::sign(&text, &key).unwrap(), key.verifier()).unwrap_err();
        assert!(matches!(refused, CheckpointError::Origin { .. }), "{refused}");
    }

    #[test]
    fn signed_text_that_is_no_checkpoint_is_refused() {
        let key = key("a.example");
        let root = leaf_hash(b"x");
        let texts = [
            "a.example\n1\n".to_owned(),
            format!("a.example\n01\n{root}\n"),
            format!("a.example\n+1\n{root}\n"),
            format!("a.example\n18446744073709551615\n{root}\n"),
            "a.example\n1\nAAAA\n".to_owned(),
            format!("a.example\n1\n{root}\n\nmore\n"),
        ];
        for text in texts {
            let refused = Checkpoint::open(&Note::sign(&text, &key).unwrap(), key.verifier()).unwrap_err();
            assert!(matches!(refused, CheckpointError::Malformed(_)), "{text}: {refused}");
        }
        assert!(Checkpoint::sign(u64::MAX, root, &key).is_err());
    }
}
