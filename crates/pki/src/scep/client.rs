//! The device's half of SCEP, for simulated devices and for tests.

use domain::{Entropy, Secret, Timestamp};

use crate::asn1::{Malformed, ber, oid, write};
use crate::ca::{CaError, Validity, self_signed};
use crate::certificate::{Certificate, CertificateError};
use crate::cms::{self, CmsError, ContentCipher, SignedData, Signer, VerifyOptions};
use crate::key::{self, KeyError, PrivateKey};
use crate::request::CertificateRequest;
use crate::signing::Sign;

use super::server::{nonce, scep_text};
use super::{FailInfo, message_type};

const WHAT: &str = "SCEP answer";

/// Why there is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The server said no.
    #[error("the server refused the request: {0:?}")]
    Refused(FailInfo),
    /// The answer is not one to this request, or not from this authority.
    #[error("the answer does not belong to the request, or another authority signed it")]
    NotOurs,
    /// The answer holds no certificate for the requested key.
    #[error("the answer holds no certificate of the requested key from the authority")]
    NoCertificate,
    /// A message that cannot be read or written.
    #[error(transparent)]
    Message(#[from] CmsError),
    /// A certificate that cannot be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A certificate that cannot be made.
    #[error(transparent)]
    Make(#[from] CaError),
    /// A key that fails.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<Malformed> for ClientError {
    fn from(malformed: Malformed) -> Self {
        Self::Message(malformed.into())
    }
}

/// What a request asks for, and how.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The key to have certified.
    pub key: &'a dyn Sign,
    /// The common name to ask for.
    pub name: &'a str,
    /// The one-time challenge.
    pub challenge: Option<&'a Secret<String>>,
    /// How to encrypt.
    pub cipher: ContentCipher,
    /// The device's clock.
    pub now: Timestamp,
}

/// A request under way: send [`Self::message`], hand the answer to [`Self::read_answer`].
#[derive(Debug, Clone)]
pub struct Pending {
    /// The message to send.
    pub message: Vec<u8>,
    /// The name of the transaction: the hex of the digest of the key.
    pub transaction_id: String,
    nonce: [u8; 16],
    signer: Certificate,
}

/// Returns a first request (`PKCSReq`), signed with a certificate that the key signs for itself.
///
/// # Errors
/// [`ClientError`] if the keys refuse.
pub fn first(wish: &Wish<'_>, ca: &Certificate, entropy: &dyn Entropy) -> Result<Pending, ClientError> {
    first_by(wish, wish.key, ca, entropy)
}

/// Makes the first request as [`first`] does, with the temporary certificate signed in another way: `temporary` must sign as the
/// same key.
///
/// # Errors
/// [`ClientError`] if the keys refuse.
pub fn first_by(
    wish: &Wish<'_>,
    temporary: &dyn Sign,
    ca: &Certificate,
    entropy: &dyn Entropy,
) -> Result<Pending, ClientError> {
    let mut serial = [0; 16];
    entropy.fill(&mut serial);
    let week = domain::Span::from_secs(7 * 86_400);
    let validity = Validity { from: wish.now.minus(week), until: wish.now.plus(week) };
    let own = self_signed(temporary, wish.name, validity, serial)?;
    let by = Signer { key: wish.key, certificate: &own, chain: &[] };
    request(wish, message_type::PKCS_REQ, &by, ca, entropy)
}

/// Returns a renewal (`RenewalReq`), signed with the certificate that is to be replaced.
///
/// # Errors
/// [`ClientError`] if the keys refuse.
pub fn renewal(
    wish: &Wish<'_>,
    old_key: &PrivateKey,
    old: &Certificate,
    ca: &Certificate,
    entropy: &dyn Entropy,
) -> Result<Pending, ClientError> {
    let by = Signer { key: old_key, certificate: old, chain: &[] };
    request(wish, message_type::RENEWAL_REQ, &by, ca, entropy)
}

/// Makes the renewal of a client that does not know `RenewalReq`: a `PKCSReq` signed with the certificate that is to be replaced.
///
/// # Errors
/// [`ClientError`] if the keys refuse.
pub fn renewal_as_first(
    wish: &Wish<'_>,
    old_key: &PrivateKey,
    old: &Certificate,
    ca: &Certificate,
    entropy: &dyn Entropy,
) -> Result<Pending, ClientError> {
    let by = Signer { key: old_key, certificate: old, chain: &[] };
    request(wish, message_type::PKCS_REQ, &by, ca, entropy)
}

fn request(
    wish: &Wish<'_>,
    kind: &[u8],
    by: &Signer<'_>,
    ca: &Certificate,
    entropy: &dyn Entropy,
) -> Result<Pending, ClientError> {
    let inside = CertificateRequest::build(wish.key, wish.name, wish.challenge)?;
    let envelope = cms::encrypt(ca, &inside, wish.cipher, entropy)?;
    let mut nonce = [0; 16];
    entropy.fill(&mut nonce);
    let transaction_id = hex::encode(key::sha256(wish.key.public_key().spki()));
    let attributes = vec![
        scep_text(oid::SCEP_MESSAGE_TYPE, kind),
        scep_text(oid::SCEP_TRANSACTION_ID, transaction_id.as_bytes()),
        cms::attribute(oid::SCEP_SENDER_NONCE, write::octet_string(&nonce)),
    ];
    let message = cms::sign(&envelope, true, attributes, by)?;
    Ok(Pending { message, transaction_id, nonce, signer: by.certificate.clone() })
}

impl Pending {
    /// Reads the answer. `signing_key` is the key that signed the request, and `wanted` the one that was to be certified;
    /// on a first request they are the same.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the server's reason, and all that can be wrong with an answer.
    pub fn read_answer(
        &self,
        answer: &[u8],
        signing_key: &PrivateKey,
        wanted: &PrivateKey,
        ca: &Certificate,
        entropy: &dyn Entropy,
    ) -> Result<Certificate, ClientError> {
        if answer.len() > cms::MAX_MESSAGE {
            return Err(CmsError::TooLong.into());
        }
        let der = ber::to_der(answer)?;
        let outer = SignedData::read(&der)?.verify(None, &VerifyOptions::default(), &|_| None)?;
        let attributes = outer.attributes.ok_or(Malformed(WHAT))?;
        let wanted_attribute = |id| attributes.get(id)?.ok_or(Malformed(WHAT));
        let ours = outer.sha256 == *ca.sha256()
            && wanted_attribute(oid::SCEP_MESSAGE_TYPE)?.content == message_type::CERT_REP
            && wanted_attribute(oid::SCEP_TRANSACTION_ID)?.content == self.transaction_id.as_bytes()
            && nonce(wanted_attribute(oid::SCEP_RECIPIENT_NONCE)?)? == self.nonce;
        if !ours {
            return Err(ClientError::NotOurs);
        }
        if wanted_attribute(oid::SCEP_PKI_STATUS)?.content != b"0" {
            let info =
                attributes.get(oid::SCEP_FAIL_INFO)?.and_then(|value| FailInfo::from_digit(value.content));
            return Err(ClientError::Refused(info.unwrap_or(FailInfo::BadRequest)));
        }
        let opened = cms::decrypt(signing_key, &self.signer, outer.content, true, entropy)?;
        let inside = ber::to_der(opened.content.expose())?;
        for der in SignedData::read(&inside)?.certificates()? {
            let certificate = Certificate::parse(der)?;
            if certificate.public_key() == wanted.public_key() && certificate.check_issued_by(ca).is_ok() {
                return Ok(certificate);
            }
        }
        Err(ClientError::NoCertificate)
    }
}
