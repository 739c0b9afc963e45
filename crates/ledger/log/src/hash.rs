//! Computes SHA-256 hashes as the tree uses them.
//!
//! Leaves and nodes are hashed under different first bytes, so that no entry can be passed off as a pair of subtrees
//! (RFC 6962 section 2.1).

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// A SHA-256 digest, written in base64 as checkpoints write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash([u8; Self::LEN]);

/// Text or bytes that are not a SHA-256 digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 digest: expected 32 bytes, in text 44 characters of padded base64")]
pub struct HashError;

impl Hash {
    /// Bytes in a digest.
    pub const LEN: usize = 32;

    /// Wraps the 32 bytes as they are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// Returns the plain SHA-256 of these parts joined.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in parts {
            context.update(part);
        }
        let mut out = [0; Self::LEN];
        for (to, from) in out.iter_mut().zip(context.finish().as_ref()) {
            *to = *from;
        }
        Self(out)
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = HashError;

    fn try_from(bytes: &[u8]) -> Result<Self, HashError> {
        bytes.try_into().map(Self).map_err(|_| HashError)
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        Self::try_from(STANDARD.decode(text).map_err(|_| HashError)?.as_slice())
    }
}

impl TryFrom<String> for Hash {
    type Error = HashError;

    fn try_from(text: String) -> Result<Self, HashError> {
        text.parse()
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

/// Returns the root of a tree without leaves: the digest of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// Returns the hash of a leaf: SHA-256(0x00 || bytes).
#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Hash::of(&[&[0x00], bytes])
}

/// Returns the hash of a node over its two children: SHA-256(0x01 || left || right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[&[0x01], left.as_bytes(), right.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_back_and_other_text_is_refused() {
        let hash = leaf_hash(b"");
        assert_eq!(hash.to_string().parse::<Hash>().unwrap(), hash);
        for bad in ["", "AAAA", &hash.to_string().replace('=', ""), &format!("{hash} ")] {
            assert!(bad.parse::<Hash>().is_err(), "{bad}");
        }
    }
}
