//! Signing with SHA-1, as Apple's published client does by default.
//!
//! The library that makes our signatures offers SHA-1 for reading only, and rightly so. A simulated device works it out by
//! hand: PKCS#1 v1.5 (RFC 8017 section 8.2.1) with plain arithmetic, which is neither fast nor safe against an attacker who
//! measures the time. For simulated keys alone.

use std::sync::Arc;

use num_bigint::BigUint;
use pki::{Hash, KeyError, PrivateKey, PublicKey, Sign};

/// The `DigestInfo` of a SHA-1 digest up to the digest itself (RFC 8017 section 9.2, note 1).
const DIGEST_INFO: [u8; 15] =
    [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];

/// An RSA key that signs with SHA-1.
#[derive(Debug)]
pub(crate) struct OldSigner {
    key: Arc<PrivateKey>,
    numbers: Numbers,
}

/// What signing needs of a private key. `Debug` prints none of it.
struct Numbers {
    modulus: BigUint,
    exponent: BigUint,
    octets: usize,
}

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Numbers")
    }
}

impl OldSigner {
    /// Makes a signer with that key.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] for a key that is not RSA.
    pub(crate) fn new(key: Arc<PrivateKey>) -> Result<Self, KeyError> {
        let numbers = key.with_pkcs8(numbers).ok_or(KeyError::Unsupported)?;
        Ok(Self { key, numbers })
    }
}

impl Sign for OldSigner {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn hash(&self) -> Hash {
        Hash::Sha1
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let digest = Hash::Sha1.of(message);
        let told = 3 + DIGEST_INFO.len() + digest.len();
        let padding = self.numbers.octets.checked_sub(told).ok_or(KeyError::Unsupported)?;
        let block = [&[0, 1][..], &vec![0xff; padding], &[0], &DIGEST_INFO, &digest].concat();
        let signature = BigUint::from_bytes_be(&block)
            .modpow(&self.numbers.exponent, &self.numbers.modulus)
            .to_bytes_be();
        let missing = self.numbers.octets.saturating_sub(signature.len());
        Ok([vec![0; missing], signature].concat())
    }
}

/// Returns the modulus and the private exponent of a PKCS#8 structure around an `RSAPrivateKey` (RFC 8017 appendix A.1.2).
fn numbers(pkcs8: &[u8]) -> Option<Numbers> {
    let (whole, _) = element(pkcs8, 0x30)?;
    let (_version, rest) = element(whole, 0x02)?;
    let (_algorithm, rest) = element(rest, 0x30)?;
    let (key, _) = element(rest, 0x04)?;
    let (key, _) = element(key, 0x30)?;
    let (_version, rest) = element(key, 0x02)?;
    let (modulus, rest) = element(rest, 0x02)?;
    let (_public, rest) = element(rest, 0x02)?;
    let (exponent, _) = element(rest, 0x02)?;
    let modulus = BigUint::from_bytes_be(modulus);
    let octets = usize::try_from(modulus.bits().div_ceil(8)).ok()?;
    Some(Numbers { modulus, exponent: BigUint::from_bytes_be(exponent), octets })
}

/// Returns the content of the DER element of that tag at the front, and what follows it.
fn element(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = input.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        (octets.iter().fold(0, |length: usize, octet| (length << 8) | usize::from(*octet)), rest)
    };
    (found == tag).then_some(())?;
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_signs_verifies_by_way_of_sha1_and_no_other_digest() {
        let key = Arc::new(PrivateKey::generate(pki::RsaBits::Rsa2048).unwrap());
        let signature = OldSigner::new(key.clone()).unwrap().sign(b"Idle").unwrap();
        assert!(key.public_key().verify(Hash::Sha1, b"Idle", &signature));
        assert!(!key.public_key().verify(Hash::Sha256, b"Idle", &signature));
        assert!(!key.public_key().verify(Hash::Sha1, b"idle", &signature));
    }
}
