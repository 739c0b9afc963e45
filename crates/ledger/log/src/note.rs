//! Writes and parses signed notes: a text, a blank line, and one line for each signature (https://c2sp.org/signed-note).
//!
//! Others may add their own signature lines to a checkpoint, as witnesses do; lines of keys that we do not know are
//! kept and prove nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::key::{SigningKey, VerifierKey, name_fits};

/// Longest note that is read, in bytes.
const MAX_NOTE: usize = 64 * 1024;
/// Most signatures on one note; the format asks for at least 16.
const MAX_SIGNATURES: usize = 32;
/// Em dash and space, which begin a signature line.
const SIGNATURE_START: &str = "\u{2014} ";

/// The reason why a note is malformed or not properly signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a signed note.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// No signature of this key is on it.
    #[error("signed by {found}, not by {wanted}; use the key that the ledger's owner published")]
    UnknownSigner {
        /// Name and id of the key asked for.
        wanted: String,
        /// Names and ids of the keys that signed.
        found: String,
    },
    /// The key's signature does not match the text.
    #[error("the signature of {0} does not fit the text: the note was changed after it was signed")]
    BadSignature(String),
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The key's name.
    pub name: String,
    /// The id that distinguishes keys of that name.
    pub id: [u8; 4],
    /// The signature itself; 64 bytes for Ed25519.
    pub signature: Vec<u8>,
}

impl NoteSignature {
    /// Returns the line as it stands under the note, with its newline.
    #[must_use]
    pub fn line(&self) -> String {
        let mut bytes = self.id.to_vec();
        bytes.extend_from_slice(&self.signature);
        format!("{SIGNATURE_START}{} {}\n", self.name, STANDARD.encode(bytes))
    }
}

/// A signed note, parsed but not yet verified: see [`Note::verified_by`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// Signs a text, which must end in a newline, with one key.
    ///
    /// # Errors
    /// When a note cannot hold the text.
    pub fn sign(text: &str, key: &SigningKey) -> Result<String, NoteError> {
        check_text(text)?;
        let mut bytes = key.verifier().id().to_vec();
        bytes.extend(key.sign(text.as_bytes()));
        Ok(format!("{text}\n{SIGNATURE_START}{} {}\n", key.verifier().name(), STANDARD.encode(bytes)))
    }

    /// Parses a note.
    ///
    /// # Errors
    /// When it is not a signed note, is longer than 64 KiB or carries more than 32 signatures.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE {
            return Err(NoteError::Malformed("it is longer than 64 KiB"));
        }
        // The text may hold blank lines; the last one separates it from the signatures.
        let (start, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Malformed("it has no blank line"))?;
        let text = format!("{start}\n");
        check_text(&text)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("its last line is cut short"))?;
        let signatures = lines.split('\n').map(signature_line).collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::Malformed("it carries more than 32 signatures"));
        }
        Ok(Self { text, signatures })
    }

    /// Returns the text, if this key signed it.
    ///
    /// # Errors
    /// When the key is not among the signers, or any signature line in its name does not match the text.
    pub fn verified_by(&self, key: &VerifierKey) -> Result<&str, NoteError> {
        let mut ours = self.signatures.iter().filter(|s| s.name == key.name() && s.id == key.id()).peekable();
        if ours.peek().is_none() {
            let name = |name: &str, id: [u8; 4]| format!("{name}+{}", hex::encode(id));
            let found: Vec<String> = self.signatures.iter().map(|s| name(&s.name, s.id)).collect();
            let wanted = name(key.name(), key.id());
            return Err(NoteError::UnknownSigner { wanted, found: found.join(", ") });
        }
        if ours.all(|s| key.verifies(self.text.as_bytes(), &s.signature)) {
            Ok(&self.text)
        } else {
            Err(NoteError::BadSignature(key.name().to_owned()))
        }
    }

    /// Returns the text, which nothing vouches for yet.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns every signature line, known or not.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') || text.len() < 2 {
        return Err(NoteError::Malformed("its text is empty or does not end in a newline"));
    }
    if text.chars().any(|c| c < ' ' && c != '\n') {
        return Err(NoteError::Malformed("its text holds control characters"));
    }
    Ok(())
}

fn signature_line(line: &str) -> Result<NoteSignature, NoteError> {
    let bad = NoteError::Malformed("a signature line is not \"\u{2014} name base64\"");
    let parts = line.strip_prefix(SIGNATURE_START).and_then(|rest| rest.split_once(' '));
    let Some((name, encoded)) = parts.filter(|(name, _)| name_fits(name)) else { return Err(bad) };
    let bytes = STANDARD.decode(encoded).map_err(|_| bad.clone())?;
    match bytes.split_first_chunk::<4>() {
        Some((id, signature)) if !signature.is_empty() => {
            Ok(NoteSignature { name: name.to_owned(), id: *id, signature: signature.to_vec() })
        }
        _ => Err(bad),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use domain::Secret;

    use super::*;

    /// Example of the Go module `golang.org/x/mod/sumdb/note`: key, text and signed note.
    const PUBLISHED_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const PUBLISHED_SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PUBLISHED_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn a_published_note_is_signed_and_verified_byte_for_byte() {
        let note = Note::parse(PUBLISHED_NOTE).unwrap();
        let text = note.verified_by(&PUBLISHED_KEY.parse().unwrap()).unwrap();
        let seed = STANDARD.decode(PUBLISHED_SEED).unwrap()[1..].try_into().unwrap();
        let key = SigningKey::from_seed("PeterNeumann", &Secret::new(seed)).unwrap();
        assert_eq!(Note::sign(text, &key).unwrap(), PUBLISHED_NOTE);
    }

    #[test]
    fn signatures_of_strangers_are_carried_and_prove_nothing() {
        let key: VerifierKey = PUBLISHED_KEY.parse().unwrap();
        let stranger = SigningKey::from_seed("witness.example", &Secret::new([1; 32])).unwrap();
        let both = format!("{PUBLISHED_NOTE}\u{2014} witness.example AAAAAAA=\n");
        let note = Note::parse(&both).unwrap();
        assert_eq!(note.signatures().len(), 2);
        assert!(note.verified_by(&key).is_ok());
        let refused = note.verified_by(stranger.verifier()).unwrap_err();
        assert!(matches!(refused, NoteError::UnknownSigner { .. }), "{refused}");
    }

    #[test]
    fn a_changed_text_is_refused() {
        let note = Note::parse(&PUBLISHED_NOTE.replace("answer", "answers")).unwrap();
        let refused = note.verified_by(&PUBLISHED_KEY.parse().unwrap()).unwrap_err();
        assert_eq!(refused, NoteError::BadSignature("PeterNeumann".to_owned()));
    }

    #[test]
    fn what_is_not_a_note_is_refused() {
        let many = format!("a\n\n{}", "\u{2014} w AAAAAAA=\n".repeat(33));
        let long = format!("{}\n\n\u{2014} w AAAAAAA=\n", "a".repeat(MAX_NOTE));
        for bad in [
            "",
            "a\n",
            "a\n\n",
            "\n\n\n",
            "a\n\n- w AAAAAAA=\n",
            "a\n\n\u{2014} w AAAA\n",
            "a\t\n\n\u{2014} w AAAAAAA=\n",
            &many,
            &long,
        ] {
            assert!(matches!(Note::parse(bad), Err(NoteError::Malformed(_))), "{bad:.40}");
        }
        let key = SigningKey::from_seed("a", &Secret::new([1; 32])).unwrap();
        assert!(Note::sign("no newline", &key).is_err());
    }
}
