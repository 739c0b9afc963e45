//! Defines the keys that sign the ledger and the keys that check it.
//!
//! The text form is the "vkey" of the C2SP signed-note format (https://c2sp.org/signed-note): `name+hash+base64`,
//! where the hash ties the name to the key. Key names are schema-less addresses such as
//! `lanyard.force.example/ledger`.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Secret;

use crate::hash::Hash;

/// The signature type byte of Ed25519 in signed notes.
const ED25519_TYPE: u8 = 0x01;
/// Longest key name that is accepted, in bytes.
const MAX_NAME: usize = 255;

/// A key or its text that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A key name that signed notes do not allow.
    #[error(
        "a ledger key's name is 1 to 255 bytes without spaces, control characters or plus signs, such as lanyard.example/ledger"
    )]
    Name,
    /// Text that is not a verifier key.
    #[error(
        "not a ledger key: expected name+hash+base64 of an Ed25519 key, as `lanyard ledger checkpoint` prints it"
    )]
    Text,
    /// The hash in the text is not that of this name and key.
    #[error("the ledger key's hash does not belong to its name and key; copy the whole line again")]
    Hash,
    /// The signing key's bytes are not an Ed25519 seed.
    #[error("the ledger's signing key is not usable as an Ed25519 seed of 32 bytes")]
    Seed,
}

/// The public half: checks checkpoints. Its text may be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

impl VerifierKey {
    /// Makes a key that ties a name to an Ed25519 public key (32 bytes, RFC 8032).
    ///
    /// # Errors
    /// When signed notes do not allow the name.
    pub fn new(name: &str, public: [u8; 32]) -> Result<Self, KeyError> {
        if !name_fits(name) {
            return Err(KeyError::Name);
        }
        Ok(Self { name: name.to_owned(), id: key_id(name, &public), public })
    }

    /// Returns the key's name; a Lanyard ledger's checkpoints carry it as their origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the four bytes that distinguish keys of one name.
    #[must_use]
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    /// Returns the Ed25519 public key.
    pub(crate) const fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// Returns whether this is the key's signature over this text.
    #[must_use]
    pub fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(text, signature).is_ok()
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // The base64 part may hold plus signs, the name and the hash may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Text);
        };
        let key = STANDARD.decode(key).map_err(|_| KeyError::Text)?;
        let Some((&ED25519_TYPE, public)) = key.split_first() else { return Err(KeyError::Text) };
        let public = public.try_into().map_err(|_| KeyError::Text)?;
        let key = Self::new(name, public)?;
        if hex::encode(key.id) == hash { Ok(key) } else { Err(KeyError::Hash) }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519_TYPE];
        key.extend_from_slice(&self.public);
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), STANDARD.encode(key))
    }
}

/// The private half: signs checkpoints.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

impl SigningKey {
    /// Makes a key from an Ed25519 seed of 32 bytes, which the caller took from [`domain::Entropy`] or from its key file.
    ///
    /// # Errors
    /// When signed notes do not allow the name, or the seed is not usable.
    pub fn from_seed(name: &str, seed: &Secret<[u8; 32]>) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| KeyError::Seed)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| KeyError::Seed)?;
        Ok(Self { pair, verifier: VerifierKey::new(name, public)? })
    }

    /// Returns the key that checks what this one signs.
    #[must_use]
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Returns the Ed25519 signature over this text, 64 bytes.
    #[must_use]
    pub fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.pair.sign(text).as_ref().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.verifier.name)
    }
}

pub(crate) fn name_fits(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let digest = Hash::of(&[name.as_bytes(), b"\n", &[ED25519_TYPE], public]);
    digest.as_bytes().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example key of the Go module `golang.org/x/mod/sumdb/note`, the format's first implementation.
    const PUBLISHED: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn a_published_key_reads_and_prints_back() {
        let key: VerifierKey = PUBLISHED.parse().unwrap();
        assert_eq!((key.name(), key.to_string().as_str()), ("PeterNeumann", PUBLISHED));
    }

    #[test]
    fn mangled_keys_are_refused() {
        let cases = [
            ("", KeyError::Text),
            ("PeterNeumann", KeyError::Text),
            ("PeterNeumann+c74f20a3+", KeyError::Text),
            ("PeterNeumann+c74f20a3+ARpc2Q==", KeyError::Text),
            ("PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Text),
            ("PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Hash),
            ("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Hash),
            ("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Hash),
            ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Name),
            ("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Name),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<VerifierKey>().unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn a_signature_is_good_for_its_text_and_key_only() {
        let key = SigningKey::from_seed("a.example/ledger", &Secret::new([7; 32])).unwrap();
        let other = SigningKey::from_seed("a.example/ledger", &Secret::new([8; 32])).unwrap();
        let signature = key.sign(b"text");
        assert!(key.verifier().verifies(b"text", &signature));
        assert!(!key.verifier().verifies(b"test", &signature));
        assert!(!other.verifier().verifies(b"text", &signature));
        assert!(!key.verifier().verifies(b"text", b""));
        assert_eq!(format!("{key:?}"), "SigningKey(a.example/ledger)");
    }
}
