//! Who can sign, and how a signature's algorithm is written down.

use std::sync::Arc;

use crate::asn1::{oid, write};
use crate::key::{Hash, KeyError, Kind, PrivateKey, PublicKey};

/// Something that signs as the holder of a key. [`PrivateKey`] does; a simulated device may stand in front of one to sign
/// in an older way.
pub trait Sign: std::fmt::Debug + Send + Sync {
    /// Returns the public half of the key.
    fn public_key(&self) -> &PublicKey;

    /// Returns the digest that [`Self::sign`] uses.
    fn hash(&self) -> Hash;

    /// Signs a message: PKCS#1 v1.5 for RSA, ASN.1 form for ECDSA, over [`Self::hash`] of it.
    ///
    /// # Errors
    /// [`KeyError::Refused`] if the key cannot.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}

impl Sign for PrivateKey {
    fn public_key(&self) -> &PublicKey {
        Self::public_key(self)
    }

    fn hash(&self) -> Hash {
        Self::hash(self)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        Self::sign(self, message)
    }
}

impl<S: Sign + ?Sized> Sign for Arc<S> {
    fn public_key(&self) -> &PublicKey {
        (**self).public_key()
    }

    fn hash(&self) -> Hash {
        (**self).hash()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        (**self).sign(message)
    }
}

/// Returns the `AlgorithmIdentifier` of a certificate's, a request's or a revocation list's signature.
pub(crate) fn algorithm(key: &dyn Sign) -> Vec<u8> {
    match (key.public_key().kind(), key.hash()) {
        (Kind::Rsa, Hash::Sha1) => write::algorithm(oid::SHA1_WITH_RSA),
        (Kind::Rsa, Hash::Sha256) => write::algorithm(oid::SHA256_WITH_RSA),
        (Kind::Rsa, Hash::Sha384) => write::algorithm(oid::SHA384_WITH_RSA),
        (Kind::Rsa, Hash::Sha512) => write::algorithm(oid::SHA512_WITH_RSA),
        (Kind::P256 | Kind::P384, Hash::Sha1 | Hash::Sha256) => {
            write::sequence(&[&write::oid(oid::ECDSA_WITH_SHA256)])
        }
        (Kind::P256 | Kind::P384, Hash::Sha384) => write::sequence(&[&write::oid(oid::ECDSA_WITH_SHA384)]),
        (Kind::P256 | Kind::P384, Hash::Sha512) => write::sequence(&[&write::oid(oid::ECDSA_WITH_SHA512)]),
    }
}

/// Returns the `signatureAlgorithm` of a signed message. For RSA it is `rsaEncryption` (RFC 3370 section 3.2): the message names
/// the digest in a field of its own. strongSwan's client takes no other.
pub(crate) fn message_algorithm(key: &dyn Sign) -> Vec<u8> {
    match key.public_key().kind() {
        Kind::Rsa => write::algorithm(oid::RSA_ENCRYPTION),
        Kind::P256 | Kind::P384 => algorithm(key),
    }
}
