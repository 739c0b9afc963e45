//! The authority's half of SCEP: requests in, answers out.
//!
//! What is checked here: kind and strength of the keys; the outer signature; that a first request is signed with the very
//! key that it wants certified; that a renewal is signed with a certificate of this authority that is valid now; the inner
//! request's own signature. What the caller must still check before it calls [`success`]: the challenge (first requests), that the
//! signer's certificate is not revoked (renewals), and that the request was not answered before ([`PkiMessage::digest`]).
//!
//! From decryption on, all faults look the same to the sender: a server that tells bad padding from a bad request can be
//! made to decrypt what it never should (see [`crate::cms::decrypt`]). The exception is a request that its own key signed
//! and whose key or digest is too weak: that is `badAlg`.
//!
//! docs/apple-enrolment.md says of each field of an answer what it holds and why.

use domain::{Entropy, Timestamp};

use crate::asn1::read::Element;
use crate::asn1::{Malformed, ber, oid, tag, write};
use crate::ca::DeviceCa;
use crate::certificate::{Certificate, CertificateError};
use crate::cms::{self, CmsError, ContentCipher, SignedData, Signer, VerifyOptions};
use crate::key;
use crate::request::{CertificateRequest, RequestError};
use crate::strength;

use super::{FailInfo, MAX_REQUEST, ScepOptions, message_type};

const WHAT: &str = "SCEP message";
/// Longest transaction identifier; clients send the hex of a digest.
const MAX_TRANSACTION: usize = 128;
/// Nonces have 16 octets (RFC 8894 section 3.2.1.5); old clients send other lengths.
const MAX_NONCE: usize = 64;

/// Why a certificate is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `PKCSReq`: the first certificate, against a challenge.
    First,
    /// `RenewalReq`: another one, against a certificate that is still good.
    Renewal,
}

/// What an answer must repeat of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The client's name for the transaction.
    pub transaction_id: String,
    /// The client's nonce.
    pub sender_nonce: Vec<u8>,
}

/// A request that may be granted, as far as this crate can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PkiMessage {
    /// What the answer must repeat.
    pub exchange: Exchange,
    /// The certificate that the request is signed with: the answer is encrypted to it.
    pub signer: Certificate,
    /// First certificate or renewal.
    pub purpose: Purpose,
    /// The request inside: key, challenge, subject asked for.
    pub request: CertificateRequest,
    /// SHA-256 digest of the whole message: the same again is a replay.
    pub digest: [u8; 32],
    /// How the request was encrypted; the answer will be in the same way.
    pub cipher: ContentCipher,
}

/// A request that is refused, with what is needed to say so in the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("SCEP request refused: {why}")]
pub struct Refused {
    /// What the answer must repeat. Whether the sender signed it is not said.
    pub exchange: Exchange,
    /// What to tell the device.
    pub info: FailInfo,
    /// What to tell the operator. Not for the answer.
    pub why: String,
}

/// Why a message yields no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not a SCEP message: without a transaction for an answer to name, HTTP 400 is the only reply.
    #[error("not a readable SCEP message: {0}")]
    Unreadable(#[from] CmsError),
    /// A SCEP message that is refused: answer with [`failure`].
    #[error(transparent)]
    Refused(Box<Refused>),
}

impl From<Malformed> for DecodeError {
    fn from(malformed: Malformed) -> Self {
        Self::Unreadable(malformed.into())
    }
}

/// Reads a `PKIOperation` message and checks all that can be checked without memory.
///
/// # Errors
/// [`DecodeError`]; never panics, whatever the bytes.
pub fn decode(
    message: &[u8],
    ca: &DeviceCa,
    options: &ScepOptions,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<PkiMessage, DecodeError> {
    if message.len() > MAX_REQUEST {
        return Err(CmsError::TooLong.into());
    }
    let der = ber::to_der(message)?;
    let data = SignedData::read(&der)?;
    let attributes = data.claims()?.attributes.ok_or(Malformed(WHAT))?;
    let wanted = |id| attributes.get(id)?.ok_or(Malformed(WHAT));
    let exchange = Exchange {
        transaction_id: transaction_id(wanted(oid::SCEP_TRANSACTION_ID)?)?,
        sender_nonce: nonce(wanted(oid::SCEP_SENDER_NONCE)?)?,
    };
    let kind = wanted(oid::SCEP_MESSAGE_TYPE)?.content;
    let check = Check { ca, options, now, entropy };
    let outcome =
        check.outer(&data).and_then(|(signer, envelope)| Ok((check.inner(kind, &signer, envelope)?, signer)));
    match outcome {
        Ok(((purpose, request, cipher), signer)) => {
            Ok(PkiMessage { exchange, signer, purpose, request, digest: key::sha256(message), cipher })
        }
        Err((info, why)) => Err(DecodeError::Refused(Box::new(Refused { exchange, info, why }))),
    }
}

type Inner = (Purpose, CertificateRequest, ContentCipher);
type Refusal = (FailInfo, String);

/// What a request is checked against.
struct Check<'a> {
    ca: &'a DeviceCa,
    options: &'a ScepOptions,
    now: Timestamp,
    entropy: &'a dyn Entropy,
}

impl Check<'_> {
    /// Reads the outer signature: who signed, and what. All of this is visible from outside, so each fault may
    /// have its own word.
    fn outer<'m>(&self, data: &SignedData<'m>) -> Result<(Certificate, &'m [u8]), Refusal> {
        let claimed = data.claims().map_err(outer_fault)?.certificate;
        let fault = strength::fault_for_scep(claimed.spki).map_err(|why| outer_fault(why.into()))?;
        if let Some(fault) = fault {
            return Err((FailInfo::BadAlg, fault.to_string()));
        }
        let verify = VerifyOptions { allow_sha1: self.options.allow_sha1 };
        let outer = data.verify(None, &verify, &|_| None).map_err(outer_fault)?;
        let signer = Certificate::parse(outer.certificate.raw)
            .map_err(|why| (FailInfo::BadMessageCheck, why.to_string()))?;
        Ok((signer, outer.content))
    }

    fn inner(&self, kind: &[u8], signer: &Certificate, envelope: &[u8]) -> Result<Inner, Refusal> {
        let purpose = match kind {
            message_type::RENEWAL_REQ => Purpose::Renewal,
            // A client that does not know RenewalReq renews by a PKCSReq that its present certificate signs, as drafts of the
            // protocol had it. A challenge inside is then neither needed nor looked at.
            message_type::PKCS_REQ if signer.check_issued_by(self.ca.certificate()).is_ok() => {
                Purpose::Renewal
            }
            message_type::PKCS_REQ => Purpose::First,
            _ => return Err((FailInfo::BadRequest, "only PKCSReq and RenewalReq are served".into())),
        };
        if purpose == Purpose::Renewal {
            check_renewer(signer, self.ca, self.now)?;
        }
        let (key, certificate) = (self.ca.key(), self.ca.certificate());
        let opened = cms::decrypt(key, certificate, envelope, self.options.allow_3des, self.entropy)
            .map_err(|why| (envelope_fault(why), why.to_string()))?;
        let request = CertificateRequest::parse(opened.content.expose(), self.options.allow_sha1)
            .map_err(|why| (request_fault(&why), why.to_string()))?;
        if let Ok(Some(fault)) = strength::fault_for_scep(request.public_key().spki()) {
            return Err((FailInfo::BadAlg, fault.to_string()));
        }
        let own = signer.public_key() == request.public_key() && signer.is_signed_by_itself();
        if purpose == Purpose::First && !own {
            return Err((
                FailInfo::BadMessageCheck,
                "a first request must be signed with the key that it asks a certificate for".into(),
            ));
        }
        Ok((purpose, request, opened.cipher))
    }
}

fn check_renewer(signer: &Certificate, ca: &DeviceCa, now: Timestamp) -> Result<(), Refusal> {
    signer.check_issued_by(ca.certificate()).and_then(|()| signer.check_valid_at(now)).map_err(
        |why| match why {
            CertificateError::Expired(_) | CertificateError::NotYetValid(_) => {
                (FailInfo::BadRequest, why.to_string())
            }
            _ => (FailInfo::BadCertId, why.to_string()),
        },
    )
}

/// Returns an algorithm or a digest that is not taken has its own word (RFC 8894 section 3.2.1.4).
fn outer_fault(why: CmsError) -> Refusal {
    let info = match why {
        CmsError::UnsupportedAlgorithm | CmsError::WeakDigest => FailInfo::BadAlg,
        _ => FailInfo::BadMessageCheck,
    };
    (info, why.to_string())
}

/// Returns what is wrong behind the encryption is one fault to the sender, unless the request is signed with its own key: that
/// an attacker cannot cause by changing another client's message, so it reveals nothing.
const fn request_fault(why: &RequestError) -> FailInfo {
    match why {
        RequestError::WeakKey(_) | RequestError::WeakDigest => FailInfo::BadAlg,
        _ => FailInfo::BadMessageCheck,
    }
}

/// Returns the word of a failure: what anyone can see from outside may have its own; what only decryption shows may not.
const fn envelope_fault(why: CmsError) -> FailInfo {
    match why {
        CmsError::UnsupportedAlgorithm => FailInfo::BadAlg,
        _ => FailInfo::BadMessageCheck,
    }
}

fn transaction_id(value: Element<'_>) -> Result<String, Malformed> {
    let printable = |octet: &u8| (0x20..0x7f).contains(octet);
    let fits = value.tag == tag::PRINTABLE_STRING
        && (1..=MAX_TRANSACTION).contains(&value.content.len())
        && value.content.iter().all(printable);
    if !fits {
        return Err(Malformed(WHAT));
    }
    String::from_utf8(value.content.to_vec()).map_err(|_| Malformed(WHAT))
}

pub(super) fn nonce(value: Element<'_>) -> Result<Vec<u8>, Malformed> {
    if value.tag == tag::OCTET_STRING && (1..=MAX_NONCE).contains(&value.content.len()) {
        Ok(value.content.to_vec())
    } else {
        Err(Malformed(WHAT))
    }
}

/// Returns the answer that carries the issued certificate, encrypted to the client that asked.
///
/// # Errors
/// [`CmsError::Key`] if the requester's key cannot receive (not RSA) or ours fails.
pub fn success(
    ca: &DeviceCa,
    message: &PkiMessage,
    issued: &Certificate,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, CmsError> {
    // The issued certificate alone: Apple's client pairs the first certificate of the set with its key, and a set is
    // sorted by its octets, so that an authority's shorter certificate would come first.
    let inside = cms::certificates_only(&[issued]);
    let envelope = cms::encrypt(&message.signer, &inside, message.cipher, entropy)?;
    answer(ca, &message.exchange, Some(&envelope), &[scep_text(oid::SCEP_PKI_STATUS, b"0")], entropy)
}

/// Returns the answer that says why there is no certificate.
///
/// # Errors
/// [`CmsError::Key`] if our key fails.
pub fn failure(
    ca: &DeviceCa,
    exchange: &Exchange,
    info: FailInfo,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, CmsError> {
    let status = [scep_text(oid::SCEP_PKI_STATUS, b"2"), scep_text(oid::SCEP_FAIL_INFO, &[info.digit()])];
    answer(ca, exchange, None, &status, entropy)
}

fn answer(
    ca: &DeviceCa,
    exchange: &Exchange,
    envelope: Option<&[u8]>,
    status: &[Vec<u8>],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, CmsError> {
    let mut our_nonce = [0; 16];
    entropy.fill(&mut our_nonce);
    let mut attributes = vec![
        scep_text(oid::SCEP_MESSAGE_TYPE, message_type::CERT_REP),
        scep_text(oid::SCEP_TRANSACTION_ID, exchange.transaction_id.as_bytes()),
        cms::attribute(oid::SCEP_SENDER_NONCE, write::octet_string(&our_nonce)),
        cms::attribute(oid::SCEP_RECIPIENT_NONCE, write::octet_string(&exchange.sender_nonce)),
    ];
    attributes.extend_from_slice(status);
    let signer = Signer { key: ca.key(), certificate: ca.certificate(), chain: &[] };
    cms::sign(envelope.unwrap_or_default(), envelope.is_some(), attributes, &signer)
}

/// Returns a SCEP attribute that is text.
pub(super) fn scep_text(id: &[u8], text: &[u8]) -> Vec<u8> {
    cms::attribute(id, write::element(tag::PRINTABLE_STRING, &[text]))
}
