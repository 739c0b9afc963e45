//! Seals secrets at rest: unlock tokens, bootstrap tokens, PINs and the raw messages of devices.
//!
//! Uses AES-256-GCM with a random nonce; the purpose of a value and its owner go in as associated data, so that a sealed value
//! moved to another row does not open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use domain::{Secret, World};

const NONCE: usize = 12;

/// Error with the sealing key or with a sealed value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Key that is not 32 bytes long.
    #[error("the sealing key must be 32 bytes")]
    Key,
    /// Value that was changed, moved, or sealed with another key.
    #[error("a sealed value does not open: it was changed or moved, or it was sealed under another key")]
    Opens,
}

/// Key that seals the secrets in the database.
pub struct Sealer {
    key: LessSafeKey,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    /// Makes a sealer from a key of 32 bytes.
    ///
    /// # Errors
    /// [`SealError::Key`] for a key of another length.
    pub fn new(key: &Secret<Vec<u8>>) -> Result<Self, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, key.expose()).map_err(|_| SealError::Key)?;
        Ok(Self { key: LessSafeKey::new(key) })
    }

    /// Seals a value for one place.
    ///
    /// # Errors
    /// [`SealError::Opens`] for a value beyond the cipher's limit of 64 GiB.
    pub fn seal(&self, world: &World, place: &str, value: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce: [u8; NONCE] = world.bytes();
        let mut sealed = Vec::with_capacity(NONCE + value.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(value);
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| SealError::Opens)?;
        sealed.splice(0..0, nonce);
        Ok(sealed)
    }

    /// Opens a value that was sealed for that place.
    ///
    /// # Errors
    /// [`SealError::Opens`] if it was changed or moved, or sealed with another key.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        let (nonce, body) = sealed.split_at_checked(NONCE).ok_or(SealError::Opens)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Opens)?;
        let mut body = body.to_vec();
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut body)
            .map_err(|_| SealError::Opens)?;
        Ok(Secret::new(plain.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_its_own_place() {
        let world = testkit::world();
        let sealer = Sealer::new(&Secret::new(vec![7; 32])).unwrap();
        let sealed = sealer.seal(&world, "unlock:1", b"token").unwrap();
        assert_eq!(sealer.open("unlock:1", &sealed).unwrap().expose(), b"token");
        assert_eq!(sealer.open("unlock:2", &sealed), Err(SealError::Opens));
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(sealer.open("unlock:1", &changed), Err(SealError::Opens));
        }
        assert!(Sealer::new(&Secret::new(vec![7; 16])).is_err());
    }
}
