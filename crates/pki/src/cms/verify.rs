//! Checking signatures: the hottest path of the server, once for each request of each device.
//!
//! In the usual case nothing is copied but the signed attributes (some hundred bytes) and, at the end, the signer's
//! certificate; the rest of the time is the one RSA operation.

use std::sync::Arc;

use domain::Timestamp;

use crate::asn1::read::{self, Element, Reader};
use crate::asn1::{Malformed, ber, oid, tag};
use crate::certificate::View;
use crate::key::{self, Hash, PublicKey};

use super::{CmsError, MAX_MESSAGE, MAX_SIGNATURE};

const WHAT: &str = "signed message";
/// More certificates than any chain of ours has.
const MAX_CERTIFICATES: usize = 16;

/// What to accept beyond the standard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Accept SHA-1. Risk: an attacker who can make collisions (some tens of thousands of pounds of computing) can have one
    /// message signed and present another.
    pub allow_sha1: bool,
}

/// What a good signature says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The signer's certificate as DER: not yet known to be one of ours.
    pub certificate: Vec<u8>,
    /// The SHA-256 digest of that certificate.
    pub sha256: [u8; 32],
    /// When the signer says that it signed; its clock may be wrong.
    pub signing_time: Option<Timestamp>,
    /// The digest by way of which it is signed.
    pub hash: Hash,
}

/// Checks a signature over content that travels apart from it.
///
/// # Errors
/// [`CmsError`] unless exactly one signer signed exactly this content.
pub fn verify_detached(
    signature: &[u8],
    content: &[u8],
    options: &VerifyOptions,
) -> Result<Signed, CmsError> {
    verify_detached_known(signature, content, options, &|_| None)
}

/// Verifies as [`verify_detached`] does, for a caller that keeps the keys of certificates it has seen: `known` is asked by the
/// certificate's SHA-256 digest, and must return no other key than that certificate's.
///
/// # Errors
/// As [`verify_detached`].
pub fn verify_detached_known(
    signature: &[u8],
    content: &[u8],
    options: &VerifyOptions,
    known: &dyn Fn(&[u8; 32]) -> Option<Arc<PublicKey>>,
) -> Result<Signed, CmsError> {
    if signature.len() > MAX_SIGNATURE {
        return Err(CmsError::TooLong);
    }
    let der = ber::to_der(signature)?;
    let verified = SignedData::read(&der)?.verify(Some(content), options, known)?;
    Ok(verified.signed())
}

/// Returns the SHA-256 digest of the certificate that a signature names as its signer's. Nothing is checked: it says whose
/// signature this claims to be, for a caller that wants to know before it reads what was signed.
///
/// # Errors
/// [`CmsError`] if the message names no signer, or several, or none whose certificate it carries.
pub fn claimed_signer(signature: &[u8]) -> Result<[u8; 32], CmsError> {
    if signature.len() > MAX_SIGNATURE {
        return Err(CmsError::TooLong);
    }
    let der = ber::to_der(signature)?;
    let data = SignedData::read(&der)?;
    Ok(key::sha256(data.certificate_of(&data.signer()?)?.raw))
}

/// Checks a signature over the content inside the message, and returns that content.
///
/// # Errors
/// As [`verify_detached`]; a message without content is malformed.
pub fn verify_attached(message: &[u8], options: &VerifyOptions) -> Result<(Signed, Vec<u8>), CmsError> {
    if message.len() > MAX_MESSAGE {
        return Err(CmsError::TooLong);
    }
    let der = ber::to_der(message)?;
    let data = SignedData::read(&der)?;
    if data.content.is_none() {
        return Err(Malformed("signed message with its content inside").into());
    }
    let verified = data.verify(None, options, &|_| None)?;
    Ok((verified.signed(), verified.content.to_vec()))
}

/// A `SignedData` (RFC 5652 section 5.1) in strict form, not yet checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedData<'a> {
    content_type: &'a [u8],
    pub(crate) content: Option<&'a [u8]>,
    certificates: Option<Reader<'a>>,
    signers: Reader<'a>,
}

impl<'a> SignedData<'a> {
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = read::sole(der, tag::SEQUENCE, WHAT)?.inside();
        if outer.oid(WHAT)? != oid::SIGNED_DATA {
            return Err(Malformed(WHAT));
        }
        let mut wrapped = outer.expect(tag::context(0), WHAT)?.inside();
        outer.finish(WHAT)?;
        let mut parts = wrapped.sequence(WHAT)?;
        wrapped.finish(WHAT)?;

        parts.expect(tag::INTEGER, WHAT)?;
        parts.expect(tag::SET, WHAT)?;
        let mut content = parts.sequence(WHAT)?;
        let content_type = content.oid(WHAT)?;
        let content_octets = match content.optional(tag::context(0), WHAT)? {
            Some(wrapped) => Some(read::sole(wrapped.content, tag::OCTET_STRING, WHAT)?.content),
            None => None,
        };
        content.finish(WHAT)?;
        let certificates = parts.optional(tag::context(0), WHAT)?.map(Element::inside);
        parts.optional(tag::context(1), WHAT)?;
        let signers = parts.set(WHAT)?;
        parts.finish(WHAT)?;
        Ok(Self { content_type, content: content_octets, certificates, signers })
    }

    /// Returns the plain certificates in the message.
    pub(crate) fn certificates(&self) -> Result<Vec<&'a [u8]>, Malformed> {
        let mut found = Vec::new();
        let Some(mut certificates) = self.certificates else { return Ok(found) };
        while !certificates.is_empty() {
            let element = certificates.any(WHAT)?;
            if found.len() == MAX_CERTIFICATES {
                return Err(Malformed(WHAT));
            }
            if element.tag == tag::SEQUENCE {
                found.push(element.raw);
            }
        }
        Ok(found)
    }

    /// Checks the one signature: over `detached`, or over the content inside if that is `None`.
    pub(crate) fn verify(
        &self,
        detached: Option<&'a [u8]>,
        options: &VerifyOptions,
        known: &dyn Fn(&[u8; 32]) -> Option<Arc<PublicKey>>,
    ) -> Result<Verified<'a>, CmsError> {
        let content = match (detached, self.content) {
            (Some(detached), None) => detached,
            (Some(_), Some(_)) => return Err(CmsError::WrongContent),
            (None, inside) => inside.unwrap_or_default(),
        };
        let signer = self.signer()?;
        let hash = signer.hash()?;
        if hash == Hash::Sha1 && !options.allow_sha1 {
            return Err(CmsError::WeakDigest);
        }
        let certificate = self.certificate_of(&signer)?;
        let sha256 = key::sha256(certificate.raw);
        let holds = |message: &[u8]| match known(&sha256) {
            Some(key) => Ok(key.verify(hash, message, signer.signature)),
            None => key::verify_once(certificate.spki, hash, message, signer.signature),
        };
        let signing_time = match signer.attributes {
            Some(attributes) => {
                self.check_attributes(hash, attributes, content)?;
                if !holds(&as_set(attributes))? {
                    return Err(CmsError::WrongSignature);
                }
                attributes.get(oid::SIGNING_TIME)?.map(|value| read::time(value, WHAT)).transpose()?
            }
            None => {
                self.check_bare(content)?;
                if !holds(content)? {
                    return Err(CmsError::WrongSignature);
                }
                None
            }
        };
        Ok(Verified { certificate, sha256, signing_time, attributes: signer.attributes, content, hash })
    }

    /// Returns what the one signer claims, before anything of it is checked: enough to answer a message that must be refused.
    pub(crate) fn claims(&self) -> Result<Claims<'a>, CmsError> {
        let signer = self.signer()?;
        Ok(Claims { certificate: self.certificate_of(&signer)?, attributes: signer.attributes })
    }

    fn signer(&self) -> Result<SignerInfo<'a>, CmsError> {
        let mut signers = self.signers;
        if signers.is_empty() {
            return Err(CmsError::NotSigned);
        }
        let signer = SignerInfo::read(signers.sequence(WHAT)?)?;
        if signers.is_empty() { Ok(signer) } else { Err(CmsError::SeveralSigners) }
    }

    fn certificate_of(&self, signer: &SignerInfo<'a>) -> Result<View<'a>, CmsError> {
        for der in self.certificates()? {
            let view = View::read(der)?;
            let wanted = match signer.id {
                SignerId::IssuerAndSerial(issuer, serial) => view.issuer == issuer && view.serial == serial,
                SignerId::KeyId(id) => view.subject_key_id()? == Some(id),
            };
            if wanted {
                return Ok(view);
            }
        }
        Err(CmsError::NoCertificate)
    }

    /// Checks that the signed attributes are about this content (RFC 5652 sections 11.1 and 11.2).
    fn check_attributes(
        &self,
        hash: Hash,
        attributes: Attributes<'a>,
        content: &[u8],
    ) -> Result<(), CmsError> {
        let kind = attributes.get(oid::CONTENT_TYPE)?.ok_or(Malformed(WHAT))?;
        let digest = attributes.get(oid::MESSAGE_DIGEST)?.ok_or(Malformed(WHAT))?;
        if kind.tag != tag::OID || digest.tag != tag::OCTET_STRING {
            return Err(Malformed(WHAT).into());
        }
        if kind.content == self.content_type && digest.content == hash.digest(&[content]).as_ref() {
            Ok(())
        } else {
            Err(CmsError::WrongContent)
        }
    }

    /// Checks a signature without attributes: only plain data may be signed so (RFC 5652 section 5.3), and content that could
    /// itself be a set
    /// of attributes is refused: a signature over attributes could otherwise be passed off as one over that content.
    fn check_bare(&self, content: &[u8]) -> Result<(), CmsError> {
        if self.content_type != oid::DATA || content.first() == Some(&tag::SET) {
            return Err(CmsError::WrongContent);
        }
        Ok(())
    }
}

/// What a message says of its signer. Nothing of it is proved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claims<'a> {
    pub(crate) certificate: View<'a>,
    pub(crate) attributes: Option<Attributes<'a>>,
}

/// What was found good, still borrowed from the message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verified<'a> {
    pub(crate) certificate: View<'a>,
    pub(crate) sha256: [u8; 32],
    pub(crate) signing_time: Option<Timestamp>,
    pub(crate) attributes: Option<Attributes<'a>>,
    pub(crate) content: &'a [u8],
    hash: Hash,
}

impl Verified<'_> {
    fn signed(&self) -> Signed {
        Signed {
            certificate: self.certificate.raw.to_vec(),
            sha256: self.sha256,
            signing_time: self.signing_time,
            hash: self.hash,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum SignerId<'a> {
    IssuerAndSerial(&'a [u8], &'a [u8]),
    KeyId(&'a [u8]),
}

/// A `SignerInfo` (RFC 5652 section 5.3).
#[derive(Debug, Clone, Copy)]
struct SignerInfo<'a> {
    id: SignerId<'a>,
    digest: &'a [u8],
    algorithm: &'a [u8],
    attributes: Option<Attributes<'a>>,
    signature: &'a [u8],
}

impl<'a> SignerInfo<'a> {
    fn read(mut parts: Reader<'a>) -> Result<Self, CmsError> {
        parts.expect(tag::INTEGER, WHAT)?;
        let id = parts.any(WHAT)?;
        let id = if id.tag == tag::context_primitive(0) {
            SignerId::KeyId(id.content)
        } else if id.tag == tag::SEQUENCE {
            let mut names = id.inside();
            let issuer = names.expect(tag::SEQUENCE, WHAT)?.raw;
            SignerId::IssuerAndSerial(issuer, names.expect(tag::INTEGER, WHAT)?.content)
        } else {
            return Err(Malformed(WHAT).into());
        };
        let digest = key::algorithm_id(&mut parts, WHAT)?;
        let attributes = parts.optional(tag::context(0), WHAT)?.map(Attributes);
        let algorithm = key::algorithm_id(&mut parts, WHAT)?;
        let signature = parts.expect(tag::OCTET_STRING, WHAT)?.content;
        parts.optional(tag::context(1), WHAT)?;
        parts.finish(WHAT)?;
        Ok(Self { id, digest, algorithm, attributes, signature })
    }

    /// Returns the digest by way of which it is signed. The signature's algorithm is either the key's own identifier, or one that
    /// names the digest again, which must then be the same.
    fn hash(&self) -> Result<Hash, CmsError> {
        let hash = Hash::from_oid(self.digest).ok_or(CmsError::UnsupportedAlgorithm)?;
        let plain = [oid::RSA_ENCRYPTION, oid::EC_PUBLIC_KEY].contains(&self.algorithm);
        if !plain && Hash::of_signature_algorithm(self.algorithm) != Some(hash) {
            return Err(CmsError::UnsupportedAlgorithm);
        }
        Ok(hash)
    }
}

/// Signed attributes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attributes<'a>(Element<'a>);

impl<'a> Attributes<'a> {
    /// Returns the one value of an attribute; none if it is not there. Twice, or with another count of values, is malformed.
    pub(crate) fn get(self, wanted: &[u8]) -> Result<Option<Element<'a>>, Malformed> {
        let mut all = self.0.inside();
        let mut found = None;
        while !all.is_empty() {
            let mut attribute = all.sequence(WHAT)?;
            if attribute.oid(WHAT)? != wanted {
                continue;
            }
            let mut values = attribute.set(WHAT)?;
            let value = values.any(WHAT)?;
            values.finish(WHAT)?;
            if found.replace(value).is_some() {
                return Err(Malformed(WHAT));
            }
        }
        Ok(found)
    }
}

/// Returns the attributes as they are signed: under the tag of a SET, not the context tag that they travel under
/// (RFC 5652 section 5.4).
fn as_set(attributes: Attributes<'_>) -> Vec<u8> {
    let mut octets = attributes.0.raw.to_vec();
    if let Some(first) = octets.first_mut() {
        *first = tag::SET;
    }
    octets
}
