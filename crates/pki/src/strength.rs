//! Finds RSA keys that are too weak to be certified, by the key itself: a signature by a short key does not
//! verify with our algorithms, and then a log that said only that would send its reader after the wrong fault.

use aws_lc_rs::signature::{self, UnparsedPublicKey};

use crate::asn1::read;
use crate::asn1::{Malformed, oid, tag};
use crate::key::Hash;

const WHAT: &str = "public key";
/// Fewest bits of an RSA key (NIST SP 800-131A: shorter ones are disallowed since 2014).
const FEWEST_BITS: usize = 2048;
/// Most bits that the library verifies.
const MOST_BITS: usize = 8192;
/// The least public exponent (FIPS 186-5 section A.1.1: above 2^16). With a smaller one, 3 above all, careless padding
/// checks elsewhere can be fooled without the private key.
const LEAST_EXPONENT: [u8; 3] = [1, 0, 1];

/// Why a key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Fewer than 2048 bits.
    #[error("the key is too short: RSA of {0} bits; at least 2048 are needed")]
    TooShort(usize),
    /// More than 8192 bits.
    #[error("the key is too long: RSA of {0} bits; at most 8192 are read")]
    TooLong(usize),
    /// A public exponent below 65537, or an even one.
    #[error("the key's public exponent is too small or even: 65537 or a larger odd number is needed")]
    Exponent,
    /// Not RSA.
    #[error("the key is not RSA: an answer by SCEP is encrypted to the key, which only RSA keys can open")]
    NotRsa,
}

/// Returns what is wrong with a key, if it is RSA; nothing is said of other kinds.
pub(crate) fn fault(spki: &[u8]) -> Result<Option<KeyFault>, Malformed> {
    let Some(bits) = rsa_key(spki)? else { return Ok(None) };
    let mut numbers = read::sole(bits, tag::SEQUENCE, WHAT)?.inside();
    let modulus = magnitude(numbers.expect(tag::INTEGER, WHAT)?.content);
    let exponent = magnitude(numbers.expect(tag::INTEGER, WHAT)?.content);
    numbers.finish(WHAT)?;
    let leading = modulus.first().map_or(0, |octet| octet.leading_zeros());
    let length = modulus.len().saturating_mul(8).saturating_sub(usize::try_from(leading).unwrap_or_default());
    let shorter = exponent.len() < LEAST_EXPONENT.len();
    let less = exponent.len() == LEAST_EXPONENT.len() && exponent < LEAST_EXPONENT.as_slice();
    let even = exponent.last().is_none_or(|octet| octet % 2 == 0);
    Ok(if length < FEWEST_BITS {
        Some(KeyFault::TooShort(length))
    } else if length > MOST_BITS {
        Some(KeyFault::TooLong(length))
    } else if shorter || less || even {
        Some(KeyFault::Exponent)
    } else {
        None
    })
}

/// Finds the fault of a key as [`fault`] does, where only RSA will do: for SCEP.
pub(crate) fn fault_for_scep(spki: &[u8]) -> Result<Option<KeyFault>, Malformed> {
    if rsa_key(spki)?.is_none() { Ok(Some(KeyFault::NotRsa)) } else { fault(spki) }
}

/// Returns the `RSAPublicKey` inside a `SubjectPublicKeyInfo`; `None` for another kind of key.
fn rsa_key(spki: &[u8]) -> Result<Option<&[u8]>, Malformed> {
    let mut parts = read::sole(spki, tag::SEQUENCE, WHAT)?.inside();
    let kind = parts.sequence(WHAT)?.oid(WHAT)?;
    let bits = read::whole_bits(parts.any(WHAT)?, WHAT)?;
    parts.finish(WHAT)?;
    Ok((kind == oid::RSA_ENCRYPTION).then_some(bits))
}

/// Returns the octets of a positive number without those that say nothing.
fn magnitude(content: &[u8]) -> &[u8] {
    let zeros = content.iter().take_while(|octet| **octet == 0).count();
    content.get(zeros..).unwrap_or_default()
}

/// Returns whether an RSA key signed this, one that is too short included. It tells a refused key from a forged request, and
/// nothing else: no caller may take it for a good signature.
pub(crate) fn any_length_signed(
    spki: &[u8],
    hash: Hash,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, Malformed> {
    let Some(bits) = rsa_key(spki)? else { return Ok(false) };
    let algorithm = match hash {
        Hash::Sha1 => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        Hash::Sha512 => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        Hash::Sha384 => return Ok(false),
    };
    Ok(UnparsedPublicKey::new(algorithm, bits).verify(message, signature).is_ok())
}
