//! Keeps private detail beside the log: erasable, and still provable while it lasts.

use domain::{Entropy, Secret};

use crate::hash::Hash;

/// Bytes of salt. The length is fixed, so that salt and detail cannot be split at another place under the same
/// digest.
pub const SALT_BYTES: usize = 32;
/// Most bytes of detail that one entry may have.
pub const MAX_DETAIL_BYTES: usize = 256 * 1024;

/// The reason why a detail cannot be kept beside an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DetailError {
    /// The salt has another length.
    #[error("the salt of a ledger detail has 32 bytes; the stored row is damaged, restore it from a backup")]
    Salt,
    /// The detail is too long.
    #[error(
        "a ledger detail has at most 256 KiB; keep larger things in the store and their digest in the detail"
    )]
    TooLong,
}

/// The private part of an entry: names, words, values. It is erased by deleting the row; the entry keeps the digest,
/// and without the salt the digest cannot be searched for short or guessable details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    salt: Secret<[u8; SALT_BYTES]>,
    bytes: Secret<Vec<u8>>,
}

impl Detail {
    /// Makes a new detail under a new salt.
    ///
    /// # Errors
    /// When it is longer than [`MAX_DETAIL_BYTES`].
    pub fn new(bytes: Vec<u8>, entropy: &dyn Entropy) -> Result<Self, DetailError> {
        let mut salt = [0; SALT_BYTES];
        entropy.fill(&mut salt);
        Self::from_parts(&salt, bytes)
    }

    /// Makes a detail from its stored parts.
    ///
    /// # Errors
    /// When the salt does not have [`SALT_BYTES`] bytes, or the detail has more than [`MAX_DETAIL_BYTES`].
    pub fn from_parts(salt: &[u8], bytes: Vec<u8>) -> Result<Self, DetailError> {
        if bytes.len() > MAX_DETAIL_BYTES {
            return Err(DetailError::TooLong);
        }
        let salt = salt.try_into().map_err(|_| DetailError::Salt)?;
        Ok(Self { salt: Secret::new(salt), bytes: Secret::new(bytes) })
    }

    /// Returns the digest that the entry carries: SHA-256(salt || detail).
    #[must_use]
    pub fn digest(&self) -> Hash {
        Hash::of(&[self.salt.expose(), self.bytes.expose()])
    }

    /// Returns the salt, to be stored with the detail and erased with it.
    #[must_use]
    pub const fn salt(&self) -> &Secret<[u8; SALT_BYTES]> {
        &self.salt
    }

    /// Returns the detail itself.
    #[must_use]
    pub const fn bytes(&self) -> &Secret<Vec<u8>> {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, out: &mut [u8]) {
            for (place, byte) in (0..).zip(out.iter_mut()) {
                *byte = place;
            }
        }
    }

    #[test]
    fn the_digest_is_of_salt_and_detail() {
        let detail = Detail::new(b"PC 1234".to_vec(), &Counting).unwrap();
        let salt: Vec<u8> = (0..32).collect();
        assert_eq!(detail.digest(), Hash::of(&[&salt, b"PC 1234"]));
        assert_eq!(Detail::from_parts(&salt, b"PC 1234".to_vec()).unwrap(), detail);
        assert_ne!(Detail::from_parts(&[9; 32], b"PC 1234".to_vec()).unwrap().digest(), detail.digest());
        assert!(!format!("{detail:?}").contains("1234"));
    }

    #[test]
    fn wrong_lengths_are_refused() {
        assert_eq!(Detail::from_parts(&[0; 16], Vec::new()), Err(DetailError::Salt));
        assert_eq!(Detail::new(vec![0; MAX_DETAIL_BYTES + 1], &Counting), Err(DetailError::TooLong));
    }
}
