//! Signs another ledger's checkpoint as its witness, and checks the cosignatures of witnesses (https://c2sp.org/tlog-cosignature).
//!
//! A cosignature says: at this time I saw this checkpoint, and it continues every one that I saw before. Two different histories
//! of one ledger can then not both be shown to those who trust the witness. What is asked of a witness is written as the published
//! witness protocol has it (https://c2sp.org/tlog-witness): the size that it last cosigned, the proof of consistency, the note.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Secret, Timestamp};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::key::{KeyError, SigningKey, VerifierKey, name_fits};
use crate::note::{Note, NoteError};
use crate::proof::{ProofError, verify_consistency};

/// The signature type byte of timestamped Ed25519 cosignatures.
const COSIGNATURE_TYPE: u8 = 0x04;
/// Bytes of the time before the signature.
const TIME: usize = 8;
/// Longest consistency proof that is read; the protocol allows 63.
const MAX_PROOF: usize = 63;
/// Longest request that is read: the longest note and proof.
const MAX_REQUEST: usize = 80 * 1024;

/// The reason why a checkpoint is not cosigned, or a cosignature is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignError {
    /// The request is not written as the protocol has it.
    #[error("not a request to a witness: {0}; `lanyard ledger ask-witness` of the other service writes one")]
    Malformed(&'static str),
    /// The checkpoint is not valid, or of another ledger than the key's.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The note is not signed as it has to be.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The request starts from another size than the one that was last cosigned.
    #[error(
        "this witness last cosigned {known} entries, the request begins at {asked}: ask again from {known}"
    )]
    OtherSize {
        /// The size that was last cosigned.
        known: u64,
        /// The size that the request begins at.
        asked: u64,
    },
    /// The ledger does not continue what was cosigned.
    #[error("the request does not prove that the ledger continues what was cosigned: {0}")]
    Fork(ProofError),
    /// A cosignature that does not fit the text.
    #[error("the cosignature of {0} does not fit the checkpoint: it is of another one, or was changed")]
    BadSignature(String),
    /// The checkpoint carries no cosignature of the witness.
    #[error("{0} has not cosigned this checkpoint")]
    Missing(String),
}

/// The public half of a witness's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

/// A cosignature that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness.
    pub witness: String,
    /// The time at which it cosigned, to the second.
    pub at: Timestamp,
    /// The signature line, with its newline.
    pub line: String,
}

impl WitnessKey {
    fn new(name: &str, public: [u8; 32]) -> Result<Self, KeyError> {
        if !name_fits(name) {
            return Err(KeyError::Name);
        }
        let digest = Hash::of(&[name.as_bytes(), b"\n", &[COSIGNATURE_TYPE], &public]);
        let id = digest.as_bytes().first_chunk().copied().unwrap_or_default();
        Ok(Self { name: name.to_owned(), id, public })
    }

    /// Returns the witness's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks the witness's cosignature on a checkpoint.
    ///
    /// # Errors
    /// When the note is malformed, carries none of this witness, or one that does not fit.
    pub fn check(&self, note: &str) -> Result<Cosigned, CosignError> {
        let note = Note::parse(note)?;
        let ours = note.signatures().iter().filter(|one| one.name == self.name && one.id == self.id);
        let mut newest: Option<(u64, String)> = None;
        for one in ours {
            let bad = || CosignError::BadSignature(self.name.clone());
            let (time, signature) = one.signature.split_first_chunk::<TIME>().ok_or_else(bad)?;
            let seconds = u64::from_be_bytes(*time);
            let message = message(seconds, note.text());
            let key = UnparsedPublicKey::new(&ED25519, &self.public);
            key.verify(message.as_bytes(), signature).map_err(|_| bad())?;
            newest = newest.max(Some((seconds, one.line())));
        }
        let (seconds, line) = newest.ok_or_else(|| CosignError::Missing(self.name.clone()))?;
        let millis = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000);
        Ok(Cosigned { witness: self.name.clone(), at: Timestamp::from_millis(millis), line })
    }
}

impl FromStr for WitnessKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Text);
        };
        let key = STANDARD.decode(key).map_err(|_| KeyError::Text)?;
        let Some((&COSIGNATURE_TYPE, public)) = key.split_first() else { return Err(KeyError::Text) };
        let key = Self::new(name, public.try_into().map_err(|_| KeyError::Text)?)?;
        if hex::encode(key.id) == id { Ok(key) } else { Err(KeyError::Hash) }
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![COSIGNATURE_TYPE];
        key.extend_from_slice(&self.public);
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), STANDARD.encode(key))
    }
}

/// The private half of a witness's key.
#[derive(Debug)]
pub struct CosignerKey {
    key: SigningKey,
    public: WitnessKey,
}

impl CosignerKey {
    /// Makes a witness's key from an Ed25519 seed; it must be no ledger's.
    ///
    /// # Errors
    /// When signed notes do not allow the name, or the seed is not usable.
    pub fn from_seed(name: &str, seed: &Secret<[u8; 32]>) -> Result<Self, KeyError> {
        let key = SigningKey::from_seed(name, seed)?;
        let public = WitnessKey::new(name, *key.verifier().public())?;
        Ok(Self { key, public })
    }

    /// Returns the public half.
    #[must_use]
    pub const fn public(&self) -> &WitnessKey {
        &self.public
    }

    /// Returns the signature line over the text of a checkpoint at a time, with its newline.
    fn line(&self, text: &str, now: Timestamp) -> String {
        let seconds = u64::try_from(now.millis() / 1000).unwrap_or_default();
        let mut bytes = self.public.id.to_vec();
        bytes.extend_from_slice(&seconds.to_be_bytes());
        bytes.extend(self.key.sign(message(seconds, text).as_bytes()));
        format!("\u{2014} {} {}\n", self.public.name, STANDARD.encode(bytes))
    }

    /// Cosigns the checkpoint of a request, if it continues the one that was last cosigned; returns the signature line.
    ///
    /// # Errors
    /// When the checkpoint is not of the key's ledger, or does not continue `known`.
    pub fn cosign(
        &self,
        request: &WitnessRequest,
        ledger: &VerifierKey,
        known: Option<&Checkpoint>,
        now: Timestamp,
    ) -> Result<String, CosignError> {
        let note = Note::parse(&request.note)?;
        let checkpoint = Checkpoint::open(&request.note, ledger)?;
        let size = known.map_or(0, |known| known.size);
        if request.old != size {
            return Err(CosignError::OtherSize { known: size, asked: request.old });
        }
        if let Some(known) = known {
            verify_consistency(known.size, known.root, checkpoint.size, checkpoint.root, &request.proof)
                .map_err(CosignError::Fork)?;
        } else if !request.proof.is_empty() {
            return Err(CosignError::Malformed("it has a proof of consistency from nothing"));
        }
        Ok(self.line(note.text(), now))
    }
}

fn message(seconds: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

/// What a witness is asked: to cosign a checkpoint that continues the size which it last cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessRequest {
    /// The size that it last cosigned; 0 for nothing.
    pub old: u64,
    /// The proof that the checkpoint's tree continues it.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub note: String,
}

impl WitnessRequest {
    /// Parses a request as the witness protocol has it.
    ///
    /// # Errors
    /// When it is written otherwise, or longer than 80 KiB.
    pub fn parse(text: &str) -> Result<Self, CosignError> {
        if text.len() > MAX_REQUEST {
            return Err(CosignError::Malformed("it is longer than 80 KiB"));
        }
        let (head, note) = text
            .split_once("\n\n")
            .ok_or(CosignError::Malformed("no blank line stands before the checkpoint"))?;
        let mut lines = head.split('\n');
        let size = lines.next().and_then(|first| first.strip_prefix("old ")).unwrap_or_default();
        let old: u64 =
            size.parse().map_err(|_| CosignError::Malformed("it does not begin with \"old\" and a size"))?;
        if old.to_string() != size {
            return Err(CosignError::Malformed("its size is not a plain number"));
        }
        let proof: Vec<Hash> = lines
            .map(|line| {
                line.parse()
                    .map_err(|_| CosignError::Malformed("a line of its proof is not a SHA-256 digest"))
            })
            .collect::<Result<_, _>>()?;
        if proof.len() > MAX_PROOF {
            return Err(CosignError::Malformed("its proof has more than 63 lines"));
        }
        Ok(Self { old, proof, note: note.to_owned() })
    }

    /// Returns the request as it is sent.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("old {}\n", self.old);
        for hash in &self.proof {
            text.push_str(&format!("{hash}\n"));
        }
        text.push('\n');
        text.push_str(&self.note);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;
    use crate::proof::consistency_proof;
    use crate::tree::Tree;
    use crate::tree::tests::numbered;

    fn seed(byte: u8) -> Secret<[u8; 32]> {
        Secret::new([byte; 32])
    }

    fn witness() -> CosignerKey {
        CosignerKey::from_seed("witness.example/w", &seed(9)).unwrap()
    }

    fn ledger() -> SigningKey {
        SigningKey::from_seed("a.example/ledger", &seed(3)).unwrap()
    }

    /// Returns a request from one size to another in a tree of numbered leaves.
    fn request(old: u64, new: u64) -> WitnessRequest {
        let (_, mut nodes) = numbered(new);
        let tree = Tree::load(new, &mut nodes).unwrap();
        let note = Checkpoint::sign(new, tree.root(), &ledger()).unwrap();
        WitnessRequest { old, proof: consistency_proof(old, new, &mut nodes).unwrap(), note }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn a_checkpoint_that_continues_is_cosigned_and_checked() {
        let (witness, ledger) = (witness(), ledger());
        let first = request(0, 5);
        let line = witness.cosign(&first, ledger.verifier(), None, at(1_679_315_147)).unwrap();
        let cosigned = witness.public().check(&format!("{}{line}", first.note)).unwrap();
        assert_eq!((cosigned.witness.as_str(), cosigned.at), ("witness.example/w", at(1_679_315_147)));
        assert!(Checkpoint::open(&format!("{}{line}", first.note), ledger.verifier()).is_ok());
        let known = Checkpoint::open(&first.note, ledger.verifier()).unwrap();
        let next = request(5, 12);
        assert!(witness.cosign(&next, ledger.verifier(), Some(&known), at(2)).is_ok());
        // The same once more is no fork.
        let again = request(5, 5);
        assert!(witness.cosign(&again, ledger.verifier(), Some(&known), at(3)).is_ok());
    }

    #[test]
    fn a_fork_and_a_step_back_are_refused() {
        let (witness, ledger) = (witness(), ledger());
        let known = Checkpoint::open(&request(0, 5).note, ledger.verifier()).unwrap();
        let back = WitnessRequest { old: 5, ..request(0, 4) };
        let refused = witness.cosign(&back, ledger.verifier(), Some(&known), at(1)).unwrap_err();
        assert_eq!(refused, CosignError::Fork(ProofError::Range));
        let forked = Checkpoint { root: leaf_hash(b"other"), ..known.clone() };
        let refused = witness.cosign(&request(5, 12), ledger.verifier(), Some(&forked), at(1)).unwrap_err();
        assert!(matches!(refused, CosignError::Fork(_)), "{refused}");
        let same = Checkpoint::sign(5, leaf_hash(b"other"), &ledger).unwrap();
        let same = WitnessRequest { old: 5, proof: Vec::new(), note: same };
        let refused = witness.cosign(&same, ledger.verifier(), Some(&known), at(1)).unwrap_err();
        assert!(matches!(refused, CosignError::Fork(_)), "{refused}");
        let refused = witness.cosign(&request(0, 12), ledger.verifier(), Some(&known), at(1)).unwrap_err();
        assert_eq!(refused, CosignError::OtherSize { known: 5, asked: 0 });
        let other = SigningKey::from_seed("a.example/ledger", &seed(4)).unwrap();
        assert!(witness.cosign(&request(0, 5), other.verifier(), None, at(1)).is_err());
    }

    #[test]
    fn a_cosignature_is_good_for_its_text_time_and_witness_only() {
        let (witness, ledger) = (witness(), ledger());
        let first = request(0, 5);
        let line = witness.cosign(&first, ledger.verifier(), None, at(1)).unwrap();
        let other = request(0, 6);
        let refused = witness.public().check(&format!("{}{line}", other.note)).unwrap_err();
        assert!(matches!(refused, CosignError::BadSignature(_)));
        assert!(matches!(witness.public().check(&first.note), Err(CosignError::Missing(_))));
        let stranger = CosignerKey::from_seed("witness.example/w", &seed(8)).unwrap();
        let checked = stranger.public().check(&format!("{}{line}", first.note));
        assert!(matches!(checked, Err(CosignError::Missing(_))), "another key of the same name");
    }

    #[test]
    fn keys_and_requests_read_back_and_other_text_is_refused() {
        let key = witness().public().clone();
        assert_eq!(key.to_string().parse::<WitnessKey>().unwrap(), key);
        assert!(
            ledger().verifier().to_string().parse::<WitnessKey>().is_err(),
            "a ledger's key is no witness's"
        );
        let request = request(3, 7);
        assert_eq!(WitnessRequest::parse(&request.text()).unwrap(), request);
        let many = format!("old 1\n{}\nx", format!("{}\n", leaf_hash(b"")).repeat(64));
        for bad in ["", "old 1\n", "old x\n\nnote", "old 01\n\nnote", "old 1\nAAAA\n\nnote", &many] {
            assert!(matches!(WitnessRequest::parse(bad), Err(CosignError::Malformed(_))), "{bad:.30}");
        }
    }

    /// The example of the published specification; its key is not published, so only its form can be checked.
    #[test]
    fn the_published_example_reads_as_a_note_with_a_cosignature() {
        let note = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
                    \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
                    \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
        let note = Note::parse(note).unwrap();
        let cosignature = note.signatures().last().unwrap();
        assert_eq!(cosignature.signature.len(), TIME + 64);
        assert_eq!(cosignature.signature[..TIME], 1_679_315_147_u64.to_be_bytes());
    }
}
