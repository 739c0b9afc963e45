//! Certificate requests (PKCS#10, RFC 2986).

use domain::Secret;

use crate::asn1::read;
use crate::asn1::{Malformed, oid, tag, write};
use crate::certificate::common_name;
use crate::key::{self, Hash, KeyError, PublicKey};
use crate::signing::{self, Sign};
use crate::strength::{self, KeyFault};

/// The longest request that is read, in bytes.
pub const MAX_REQUEST: usize = 16 * 1024;
/// The longest challenge that is taken, in bytes; PKCS#9 allows 255.
const MAX_CHALLENGE: usize = 255;

const WHAT: &str = "certificate request";

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not a request, or longer than [`MAX_REQUEST`].
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The key is none that we certify.
    #[error("the requested key is neither RSA of at least 2048 bits nor EC on P-256 or P-384")]
    UnsupportedKey,
    /// The client has not shown that the key is its own.
    #[error("the request is not signed with the key that it asks a certificate for")]
    NotSignedWithItsKey,
    /// Signed with SHA-1, which the settings do not allow.
    #[error("the request is signed with SHA-1, which the settings do not allow")]
    WeakDigest,
    /// The key is theirs, and too weak to be certified.
    #[error(transparent)]
    WeakKey(KeyFault),
    /// Signed in a way that is not known.
    #[error("the request is signed by an algorithm that is not supported")]
    UnsupportedAlgorithm,
}

/// A request with a valid signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRequest {
    subject: Secret<Vec<u8>>,
    common_name: Option<String>,
    public_key: PublicKey,
    challenge: Option<Secret<String>>,
}

impl CertificateRequest {
    /// Reads a request in DER and checks that it is signed with its own key. A request with two challenges is
    /// malformed: which one would count is anyone's guess.
    ///
    /// # Errors
    /// [`RequestError`]. [`RequestError::WeakKey`] and [`RequestError::WeakDigest`] only where the signature holds: they may
    /// be told to the sender, because only the owner of the key can cause them. All others must look alike
    /// to the sender of an encrypted request.
    pub fn parse(der: &[u8], allow_sha1: bool) -> Result<Self, RequestError> {
        if der.len() > MAX_REQUEST {
            return Err(Malformed(WHAT).into());
        }
        let mut outer = read::sole(der, tag::SEQUENCE, WHAT)?.inside();
        let signed = outer.expect(tag::SEQUENCE, WHAT)?;
        let algorithm = key::algorithm_id(&mut outer, WHAT)?;
        let signature = read::whole_bits(outer.any(WHAT)?, WHAT)?;
        outer.finish(WHAT)?;

        let mut parts = signed.inside();
        parts.expect(tag::INTEGER, WHAT)?;
        let subject = parts.expect(tag::SEQUENCE, WHAT)?.raw;
        let spki = parts.expect(tag::SEQUENCE, WHAT)?.raw;
        let challenge = match parts.optional(tag::context(0), WHAT)? {
            Some(attributes) => challenge(attributes)?,
            None => None,
        };
        parts.finish(WHAT)?;

        let hash = Hash::of_signature_algorithm(algorithm).ok_or(RequestError::UnsupportedAlgorithm)?;
        if let Some(fault) = strength::fault(spki)? {
            let theirs = strength::any_length_signed(spki, hash, signed.raw, signature)?;
            return Err(if theirs {
                RequestError::WeakKey(fault)
            } else {
                RequestError::NotSignedWithItsKey
            });
        }
        let public_key = PublicKey::from_spki(spki).map_err(|_| RequestError::UnsupportedKey)?;
        if !public_key.verify(hash, signed.raw, signature) {
            return Err(RequestError::NotSignedWithItsKey);
        }
        if hash == Hash::Sha1 && !allow_sha1 {
            return Err(RequestError::WeakDigest);
        }
        Ok(Self {
            subject: Secret::new(subject.to_vec()),
            common_name: common_name(subject)?,
            public_key,
            challenge,
        })
    }

    /// Returns the subject that was asked for, as a DER `Name`. The client can write anything here.
    #[must_use]
    pub const fn subject(&self) -> &Secret<Vec<u8>> {
        &self.subject
    }

    /// Returns the first common name of the subject that was asked for. The client can write anything here.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// Returns the key to certify.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Returns the challenge password (RFC 2985 section 5.4.1), if there is one: to be compared in constant time or by digest.
    #[must_use]
    pub const fn challenge(&self) -> Option<&Secret<String>> {
        self.challenge.as_ref()
    }

    /// Makes a request in DER.
    ///
    /// # Errors
    /// [`KeyError`] if the key cannot sign.
    pub fn build(
        key: &dyn Sign,
        name: &str,
        challenge: Option<&Secret<String>>,
    ) -> Result<Vec<u8>, KeyError> {
        let attribute = challenge.map(|text| {
            let values = write::set_of(vec![write::utf8(text.expose())]);
            write::sequence(&[&write::oid(oid::CHALLENGE_PASSWORD), &values])
        });
        let attributes = write::context(0, &[attribute.as_deref().unwrap_or_default()]);
        let subject = distinguished_name(name, None);
        let signed =
            write::sequence(&[&write::unsigned(&[0]), &subject, key.public_key().spki(), &attributes]);
        let signature = key.sign(&signed)?;
        Ok(write::sequence(&[&signed, &signing::algorithm(key), &write::bit_string(&signature)]))
    }
}

/// Returns the challenge among the attributes.
fn challenge(attributes: read::Element<'_>) -> Result<Option<Secret<String>>, Malformed> {
    let mut attributes = attributes.inside();
    let mut found = None;
    while !attributes.is_empty() {
        let mut attribute = attributes.sequence(WHAT)?;
        let id = attribute.oid(WHAT)?;
        let mut values = attribute.set(WHAT)?;
        if id != oid::CHALLENGE_PASSWORD {
            continue;
        }
        let value = values.any(WHAT)?;
        values.finish(WHAT)?;
        let text = read::text(value).filter(|text| text.len() <= MAX_CHALLENGE).ok_or(Malformed(WHAT))?;
        if found.replace(Secret::new(text)).is_some() {
            return Err(Malformed(WHAT));
        }
    }
    Ok(found)
}

/// Returns a `Name` with an organisation, if given, and a common name.
pub(crate) fn distinguished_name(common_name: &str, organisation: Option<&str>) -> Vec<u8> {
    let part =
        |id: &[u8], text: &str| write::set_of(vec![write::sequence(&[&write::oid(id), &write::utf8(text)])]);
    let organisation = organisation.map(|text| part(oid::ORGANISATION, text));
    write::sequence(&[organisation.as_deref().unwrap_or_default(), &part(oid::COMMON_NAME, common_name)])
}
