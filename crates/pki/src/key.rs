//! Keys: what may sign, what may verify, and the digests in between.
//!
//! Every operation is aws-lc's. It takes the randomness for making keys and for RSA padding from its own
//! generator, which cannot be replaced; everything else random in this crate comes from [`domain::Entropy`].

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    self as algorithms, EcdsaKeyPair, KeyPair as _, ParsedPublicKey, UnparsedPublicKey,
};
use aws_lc_rs::{digest, rsa};
use domain::Secret;

use crate::asn1::read::{self, Reader};
use crate::asn1::{Malformed, oid, tag, write};
use crate::pem;

/// Why a key cannot be used. Never holds any of the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The PEM text has no block that is a private key.
    #[error(
        "the file holds no private key: give a PEM block \"PRIVATE KEY\", \"RSA PRIVATE KEY\" or \"EC PRIVATE KEY\" \
         without a password (`openssl pkcs8 -in FILE -nodes` writes one)"
    )]
    NoKeyInPem,
    /// A key of a kind or size that is not supported.
    #[error("Lanyard cannot use this key: it takes RSA of 2048 to 8192 bits, or EC on P-256 or P-384")]
    Unsupported,
    /// The library refused to make or use the key.
    #[error("the cryptographic library refused the operation")]
    Refused,
}

/// A digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-1: broken for signatures since 2017; accepted only where a setting says so.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// Returns the digest of the parts, one after the other.
    pub(crate) fn digest(self, parts: &[&[u8]]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        let mut context = digest::Context::new(algorithm);
        for part in parts {
            context.update(part);
        }
        context.finish()
    }

    /// Returns the digest of some bytes.
    #[must_use]
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        self.digest(&[bytes]).as_ref().to_vec()
    }

    pub(crate) const fn oid(self) -> &'static [u8] {
        match self {
            Self::Sha1 => oid::SHA1,
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
        }
    }

    pub(crate) fn from_oid(id: &[u8]) -> Option<Self> {
        [Self::Sha256, Self::Sha384, Self::Sha512, Self::Sha1].into_iter().find(|hash| hash.oid() == id)
    }

    /// Returns the digest that a signature algorithm names; `None` for one that names none or that we do not know.
    pub(crate) fn of_signature_algorithm(id: &[u8]) -> Option<Self> {
        match id {
            oid::SHA256_WITH_RSA | oid::ECDSA_WITH_SHA256 => Some(Self::Sha256),
            oid::SHA384_WITH_RSA | oid::ECDSA_WITH_SHA384 => Some(Self::Sha384),
            oid::SHA512_WITH_RSA | oid::ECDSA_WITH_SHA512 => Some(Self::Sha512),
            oid::SHA1_WITH_RSA => Some(Self::Sha1),
            _ => None,
        }
    }
}

/// Returns the SHA-256 digest of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Hash::Sha256.digest(&[bytes]).as_ref().try_into().unwrap_or_default()
}

/// The kinds of key that we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rsa,
    P256,
    P384,
}

/// A public key, parsed once: verifying with a kept one saves a tenth of the time.
pub struct PublicKey {
    spki: Vec<u8>,
    bits: Vec<u8>,
    kind: Kind,
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] for other structures, algorithms and curves.
    pub fn from_spki(spki: &[u8]) -> Result<Self, KeyError> {
        let (kind, bits) =
            split_spki(spki).map_err(|_| KeyError::Unsupported)?.ok_or(KeyError::Unsupported)?;
        let parsed = ParsedPublicKey::new(verifier(kind, Hash::Sha256).ok_or(KeyError::Unsupported)?, bits)
            .map_err(|_| KeyError::Unsupported)?;
        Ok(Self { spki: spki.to_vec(), bits: bits.to_vec(), kind, parsed })
    }

    /// Returns its `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Returns the key itself, without the algorithm: what a key identifier is made of.
    pub(crate) fn bits(&self) -> &[u8] {
        &self.bits
    }

    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns whether `signature` (PKCS#1 v1.5 for RSA, ASN.1 for ECDSA) is this key's over `message`.
    #[must_use]
    pub fn verify(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        if hash == Hash::Sha256 {
            return self.parsed.verify_sig(message, signature).is_ok();
        }
        verifier(self.kind, hash).is_some_and(|algorithm| {
            UnparsedPublicKey::new(algorithm, &self.bits).verify(message, signature).is_ok()
        })
    }

    /// Encrypts a short secret to the holder of this key: RSA with PKCS#1 v1.5 padding, as SCEP has it.
    pub(crate) fn encrypt(&self, secret: &[u8]) -> Result<Vec<u8>, KeyError> {
        if self.kind != Kind::Rsa {
            return Err(KeyError::Unsupported);
        }
        let key = rsa::PublicEncryptingKey::from_der(&self.spki).map_err(|_| KeyError::Unsupported)?;
        let key = rsa::Pkcs1PublicEncryptingKey::new(key).map_err(|_| KeyError::Refused)?;
        let mut out = vec![0; key.ciphertext_size()];
        let written = key.encrypt(secret, &mut out).map_err(|_| KeyError::Refused)?.len();
        out.truncate(written);
        Ok(out)
    }
}

impl Clone for PublicKey {
    fn clone(&self) -> Self {
        Self {
            spki: self.spki.clone(),
            bits: self.bits.clone(),
            kind: self.kind,
            parsed: self.parsed.clone(),
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({:?})", self.kind)
    }
}

/// Verifies one signature with a key that is used once: no allocation.
pub(crate) fn verify_once(
    spki: &[u8],
    hash: Hash,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, Malformed> {
    let Some((kind, bits)) = split_spki(spki)? else { return Ok(false) };
    Ok(verifier(kind, hash)
        .is_some_and(|algorithm| UnparsedPublicKey::new(algorithm, bits).verify(message, signature).is_ok()))
}

/// Returns the kind and the bits of a public key; `None` for an algorithm that we do not use.
fn split_spki(spki: &[u8]) -> Result<Option<(Kind, &[u8])>, Malformed> {
    const WHAT: &str = "public key";
    let mut parts = read::sole(spki, tag::SEQUENCE, WHAT)?.inside();
    let mut algorithm = parts.sequence(WHAT)?;
    let bits = read::whole_bits(parts.any(WHAT)?, WHAT)?;
    parts.finish(WHAT)?;
    let kind = match algorithm.oid(WHAT)? {
        oid::RSA_ENCRYPTION => Kind::Rsa,
        oid::EC_PUBLIC_KEY => match algorithm.oid(WHAT)? {
            oid::P256 => Kind::P256,
            oid::P384 => Kind::P384,
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some((kind, bits)))
}

fn verifier(kind: Kind, hash: Hash) -> Option<&'static dyn algorithms::VerificationAlgorithm> {
    Some(match (kind, hash) {
        (Kind::Rsa, Hash::Sha1) => &algorithms::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (Kind::Rsa, Hash::Sha256) => &algorithms::RSA_PKCS1_2048_8192_SHA256,
        (Kind::Rsa, Hash::Sha384) => &algorithms::RSA_PKCS1_2048_8192_SHA384,
        (Kind::Rsa, Hash::Sha512) => &algorithms::RSA_PKCS1_2048_8192_SHA512,
        (Kind::P256, Hash::Sha256) => &algorithms::ECDSA_P256_SHA256_ASN1,
        (Kind::P256, Hash::Sha384) => &algorithms::ECDSA_P256_SHA384_ASN1,
        (Kind::P256, Hash::Sha512) => &algorithms::ECDSA_P256_SHA512_ASN1,
        (Kind::P384, Hash::Sha256) => &algorithms::ECDSA_P384_SHA256_ASN1,
        (Kind::P384, Hash::Sha384) => &algorithms::ECDSA_P384_SHA384_ASN1,
        (Kind::P384, Hash::Sha512) => &algorithms::ECDSA_P384_SHA512_ASN1,
        (Kind::P256 | Kind::P384, Hash::Sha1) => return None,
    })
}

/// How long an RSA key is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RsaBits {
    /// 2048 bits: about 112 bits of strength, good for the life of a device's certificate.
    Rsa2048,
    /// 3072 bits: about 128 bits of strength, for a key that stays for years; signing costs three times as much.
    Rsa3072,
}

enum Pair {
    Rsa(rsa::KeyPair),
    Ec(EcdsaKeyPair),
}

/// A private key. `Debug` prints only its kind.
pub struct PrivateKey {
    pair: Pair,
    pkcs8: Secret<Vec<u8>>,
    public: PublicKey,
}

impl PrivateKey {
    /// Makes an RSA key. Takes 50 to 500 ms.
    ///
    /// # Errors
    /// [`KeyError::Refused`] if the library cannot.
    pub fn generate(bits: RsaBits) -> Result<Self, KeyError> {
        let size = match bits {
            RsaBits::Rsa2048 => rsa::KeySize::Rsa2048,
            RsaBits::Rsa3072 => rsa::KeySize::Rsa3072,
        };
        Self::from_rsa(rsa::KeyPair::generate(size).map_err(|_| KeyError::Refused)?)
    }

    /// Reads the first private key of a PEM text: PKCS#8, PKCS#1 or SEC 1, without a password.
    ///
    /// # Errors
    /// [`KeyError::NoKeyInPem`], or [`KeyError::Unsupported`] for other kinds and sizes of key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        for (label, octets) in pem::blocks(text) {
            let octets = Secret::new(octets);
            match label {
                "PRIVATE KEY" => return Self::from_pkcs8(octets.expose()),
                "RSA PRIVATE KEY" => {
                    let pair = rsa::KeyPair::from_der(octets.expose()).map_err(|_| KeyError::Unsupported)?;
                    return Self::from_rsa(pair);
                }
                "EC PRIVATE KEY" => return Self::from_ec(octets.expose()),
                _ => {}
            }
        }
        Err(KeyError::NoKeyInPem)
    }

    /// Reads a PKCS#8 structure.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] for other structures, kinds and sizes.
    pub fn from_pkcs8(octets: &[u8]) -> Result<Self, KeyError> {
        match rsa::KeyPair::from_pkcs8(octets) {
            Ok(pair) => Self::from_rsa(pair),
            Err(_) => Self::from_ec(octets),
        }
    }

    fn from_rsa(pair: rsa::KeyPair) -> Result<Self, KeyError> {
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Refused)?;
        let pkcs8 = Secret::new(pkcs8.as_ref().to_vec());
        let algorithm = write::algorithm(oid::RSA_ENCRYPTION);
        let spki = write::sequence(&[&algorithm, &write::bit_string(pair.public_key().as_ref())]);
        Ok(Self { public: PublicKey::from_spki(&spki)?, pair: Pair::Rsa(pair), pkcs8 })
    }

    fn from_ec(octets: &[u8]) -> Result<Self, KeyError> {
        let curves = [
            (&algorithms::ECDSA_P256_SHA256_ASN1_SIGNING, oid::P256),
            (&algorithms::ECDSA_P384_SHA384_ASN1_SIGNING, oid::P384),
        ];
        for (algorithm, curve) in curves {
            let Ok(pair) = EcdsaKeyPair::from_private_key_der(algorithm, octets) else { continue };
            let pkcs8 = pair.to_pkcs8v1().map_err(|_| KeyError::Refused)?;
            let algorithm = write::sequence(&[&write::oid(oid::EC_PUBLIC_KEY), &write::oid(curve)]);
            let spki = write::sequence(&[&algorithm, &write::bit_string(pair.public_key().as_ref())]);
            return Ok(Self {
                public: PublicKey::from_spki(&spki)?,
                pkcs8: Secret::new(pkcs8.as_ref().to_vec()),
                pair: Pair::Ec(pair),
            });
        }
        Err(KeyError::Unsupported)
    }

    /// Returns the key as PEM, PKCS#8 without a password: the caller that writes it must restrict who can read it.
    #[must_use]
    pub fn to_pem(&self) -> Secret<String> {
        Secret::new(pem::write("PRIVATE KEY", self.pkcs8.expose()))
    }

    /// Lets a person look at the key as PKCS#8, without a password.
    pub fn with_pkcs8<T>(&self, look: impl FnOnce(&[u8]) -> T) -> T {
        look(self.pkcs8.expose())
    }

    /// Returns the public half.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Returns the digest that goes with the key: SHA-384 for P-384, SHA-256 for all others.
    #[must_use]
    pub fn hash(&self) -> Hash {
        if self.public.kind == Kind::P384 { Hash::Sha384 } else { Hash::Sha256 }
    }

    /// Signs a message: PKCS#1 v1.5 for RSA, ASN.1 form for ECDSA, over [`Self::hash`] of it.
    ///
    /// # Errors
    /// [`KeyError::Refused`] if the library cannot.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&algorithms::RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(|_| KeyError::Refused)?;
                Ok(signature)
            }
            Pair::Ec(pair) => {
                pair.sign(&random, message).map(|it| it.as_ref().to_vec()).map_err(|_| KeyError::Refused)
            }
        }
    }

    /// Opens what [`PublicKey::encrypt`] closed. `None` says nothing of why, and neither must its caller.
    pub(crate) fn decrypt(&self, ciphertext: &[u8]) -> Option<Secret<Vec<u8>>> {
        let Pair::Rsa(_) = self.pair else { return None };
        let key = rsa::PrivateDecryptingKey::from_pkcs8(self.pkcs8.expose()).ok()?;
        let key = rsa::Pkcs1PrivateDecryptingKey::new(key).ok()?;
        let mut room = vec![0; key.min_output_size()];
        let length = key.decrypt(ciphertext, &mut room).ok()?.len();
        room.truncate(length);
        Some(Secret::new(room))
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({:?})", self.public.kind)
    }
}

/// Reads an `AlgorithmIdentifier` and returns its identifier; the caller reads the parameters.
pub(crate) fn algorithm_id<'a>(parts: &mut Reader<'a>, what: &'static str) -> Result<&'a [u8], Malformed> {
    parts.sequence(what)?.oid(what)
}
