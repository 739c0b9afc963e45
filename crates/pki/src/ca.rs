//! The device authority: it certifies devices' keys, takes certificates back, and opens what SCEP clients send.
//!
//! Its key comes in as PEM and is never written from here: where it lies, who may read it and whether it comes from a
//! hardware module's export are the binary's business. The subject of a device's certificate is always chosen by us;
//! nothing is copied from a request, so no request can name another device.
//!
//! Certificates and revocation lists are written directly, because the issuer in them must be, octet for octet, the
//! subject of an authority that may come from outside; the tests have OpenSSL read each of them back.

use aws_lc_rs::digest;
use domain::{Secret, Span, Timestamp};

use crate::asn1::{Malformed, oid, tag, write};
use crate::certificate::{Certificate, CertificateError};
use crate::key::{KeyError, Kind, PrivateKey, PublicKey, RsaBits};
use crate::request::{CertificateRequest, distinguished_name};
use crate::signing::{self, Sign};

/// Why an authority cannot be used, or cannot issue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaError {
    /// The key cannot be used.
    #[error("device authority's key: {0}")]
    Key(#[from] KeyError),
    /// The certificate cannot be used.
    #[error("device authority's certificate: {0}")]
    Certificate(#[from] CertificateError),
    /// SCEP encrypts requests to the authority, which needs RSA.
    #[error("the device authority's key must be RSA: devices encrypt their requests to it")]
    NotRsa,
    /// Key and certificate are not a pair.
    #[error("the device authority's key and certificate do not belong together: give the pair")]
    NotAPair,
    /// The certificate is a device's or a server's.
    #[error("the given certificate may not issue others: give one with basic constraints CA:TRUE")]
    NotAnAuthority,
    /// The authority's own time is over, so nothing that it issues would be valid.
    #[error("the device authority's certificate has expired: replace it before devices can enrol")]
    Expired,
    /// A serial number that is not hex.
    #[error("\"{0}\" is not a certificate's serial number in hex")]
    BadSerial(String),
    /// A time that a certificate cannot hold.
    #[error(transparent)]
    Unwritable(#[from] Malformed),
}

/// From when until when something is valid, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First instant; whole seconds count.
    pub from: Timestamp,
    /// Last instant.
    pub until: Timestamp,
}

impl Validity {
    /// Makes a validity that begins at a time and lasts for a span.
    #[must_use]
    pub const fn lasting(from: Timestamp, span: Span) -> Self {
        Self { from, until: from.plus(span) }
    }
}

/// Whom a certificate names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The common name: an enrolment's or a device's identifier, at most 64 characters (longer ones are cut).
    pub common_name: String,
    /// The organisation: the force.
    pub organisation: String,
}

/// One revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Its serial number in hex, as [`Certificate::serial_hex`] gives it.
    pub serial_hex: String,
    /// Since when this is so.
    pub since: Timestamp,
}

/// An authority with its key.
#[derive(Debug)]
pub struct DeviceCa {
    key: PrivateKey,
    certificate: Certificate,
}

impl DeviceCa {
    /// Takes an authority from PEM texts.
    ///
    /// # Errors
    /// [`CaError`] if the two are not an RSA authority. An expired one is taken, so that what it issued can still be
    /// looked at; it issues nothing.
    pub fn from_pem(certificate: &str, key: &Secret<String>) -> Result<Self, CaError> {
        let key = PrivateKey::from_pem(key.expose())?;
        let certificate = Certificate::from_pem(certificate)?;
        if key.public_key().kind() != Kind::Rsa {
            return Err(CaError::NotRsa);
        }
        if key.public_key() != certificate.public_key() {
            return Err(CaError::NotAPair);
        }
        if !certificate.is_authority() {
            return Err(CaError::NotAnAuthority);
        }
        Ok(Self { key, certificate })
    }

    /// Makes a new authority, signed by itself. `serial` is 16 random octets.
    ///
    /// # Errors
    /// [`CaError`] if the library fails or the times cannot be written.
    pub fn generate(
        name: &str,
        bits: RsaBits,
        validity: Validity,
        serial: [u8; 16],
    ) -> Result<Self, CaError> {
        let key = PrivateKey::generate(bits)?;
        let name = distinguished_name(&shortened(name), None);
        let key_id = key_id(key.public_key());
        // digitalSignature, keyEncipherment, keyCertSign, cRLSign: the same key signs SCEP replies and opens requests.
        let extensions = [
            extension(oid::BASIC_CONSTRAINTS, true, &write::sequence(&[&[tag::BOOLEAN, 1, 0xff]])),
            extension(oid::KEY_USAGE, true, &[tag::BIT_STRING, 2, 1, 0b1010_0110]),
            extension(oid::SUBJECT_KEY_ID, false, &write::octet_string(&key_id)),
        ];
        let certified = Certified { issuer: &name, subject: &name, validity, serial, key: key.public_key() };
        let certificate = Certificate::parse(&certified.sign(&key, &extensions)?)?;
        Ok(Self { key, certificate })
    }

    /// Returns the authority's certificate.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Returns the authority's key, for signing and opening messages.
    #[must_use]
    pub const fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Certifies the key of a request for client authentication, under a subject of our choosing. The certificate
    /// ends with the authority's at the latest. `serial` is 16 random octets; the top bits are set so that the number
    /// is positive and always as long.
    ///
    /// # Errors
    /// [`CaError::Expired`] if the authority's time ends before the certificate's begins, and what the library refuses.
    pub fn issue(
        &self,
        request: &CertificateRequest,
        subject: &Subject,
        validity: Validity,
        serial: [u8; 16],
    ) -> Result<Certificate, CaError> {
        let until = validity.until.min(self.certificate.not_after());
        if until <= validity.from {
            return Err(CaError::Expired);
        }
        let name =
            distinguished_name(&shortened(&subject.common_name), Some(&shortened(&subject.organisation)));
        let client_auth = write::sequence(&[&write::oid(oid::CLIENT_AUTH)]);
        // digitalSignature, and keyEncipherment for RSA: SCEP replies come encrypted to the device's key.
        let usage = if request.public_key().kind() == Kind::Rsa {
            [tag::BIT_STRING, 2, 5, 0b1010_0000]
        } else {
            [tag::BIT_STRING, 2, 7, 0b1000_0000]
        };
        let extensions = [
            extension(oid::BASIC_CONSTRAINTS, true, &write::sequence(&[])),
            extension(oid::KEY_USAGE, true, &usage),
            extension(oid::EXTENDED_KEY_USAGE, false, &client_auth),
            extension(oid::SUBJECT_KEY_ID, false, &write::octet_string(&key_id(request.public_key()))),
            self.authority_key_id(),
        ];
        let certified = Certified {
            issuer: self.certificate.subject(),
            subject: &name,
            validity: Validity { from: validity.from, until },
            serial,
            key: request.public_key(),
        };
        Ok(Certificate::parse(&certified.sign(&self.key, &extensions)?)?)
    }

    /// Returns a certificate revocation list in DER (RFC 5280 section 5). `number` must grow from one list to the next.
    ///
    /// # Errors
    /// [`CaError::BadSerial`], and what the library refuses.
    pub fn crl(
        &self,
        revoked: &[Revoked],
        number: u64,
        now: Timestamp,
        next: Timestamp,
    ) -> Result<Vec<u8>, CaError> {
        let mut entries = Vec::with_capacity(revoked.len());
        for one in revoked {
            let serial =
                hex::decode(&one.serial_hex).map_err(|_| CaError::BadSerial(shortened(&one.serial_hex)))?;
            entries.push(write::sequence(&[&write::unsigned(&serial), &write::time(one.since)?]));
        }
        let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        // An empty list must be absent, not empty (RFC 5280 section 5.1.2.6).
        let list = if entries.is_empty() { Vec::new() } else { write::sequence(&entries) };
        let number = extension(oid::CRL_NUMBER, false, &write::unsigned(&number.to_be_bytes()));
        let extensions = write::context(0, &[&write::sequence(&[&self.authority_key_id(), &number])]);
        let signed = write::sequence(&[
            &write::unsigned(&[1]),
            &signing::algorithm(&self.key),
            self.certificate.subject(),
            &write::time(now)?,
            &write::time(next)?,
            &list,
            &extensions,
        ]);
        let signature = self.key.sign(&signed)?;
        Ok(write::sequence(&[&signed, &signing::algorithm(&self.key), &write::bit_string(&signature)]))
    }

    fn authority_key_id(&self) -> Vec<u8> {
        let made = key_id(self.certificate.public_key());
        let id = self.certificate.subject_key_id().unwrap_or(&made);
        let value = write::sequence(&[&write::element(tag::context_primitive(0), &[id])]);
        extension(oid::AUTHORITY_KEY_ID, false, &value)
    }
}

/// Makes a certificate that a key signs for itself: what a SCEP client signs its first request with, as it has no
/// other yet (RFC 8894 section 2.3).
///
/// # Errors
/// [`CaError`] if the library fails or the times cannot be written.
pub fn self_signed(
    key: &dyn Sign,
    name: &str,
    validity: Validity,
    serial: [u8; 16],
) -> Result<Certificate, CaError> {
    let name = distinguished_name(&shortened(name), None);
    let certified = Certified { issuer: &name, subject: &name, validity, serial, key: key.public_key() };
    let usage = extension(oid::KEY_USAGE, true, &[tag::BIT_STRING, 2, 5, 0b1010_0000]);
    Ok(Certificate::parse(&certified.sign(key, &[usage])?)?)
}

/// What a certificate says, before it is signed.
struct Certified<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
    validity: Validity,
    serial: [u8; 16],
    key: &'a PublicKey,
}

impl Certified<'_> {
    fn sign(&self, key: &dyn Sign, extensions: &[Vec<u8>]) -> Result<Vec<u8>, CaError> {
        let mut serial = self.serial;
        if let Some(first) = serial.first_mut() {
            *first = (*first & 0x7f) | 0x40;
        }
        let extensions: Vec<&[u8]> = extensions.iter().map(Vec::as_slice).collect();
        let algorithm = signing::algorithm(key);
        let signed = write::sequence(&[
            &write::context(0, &[&write::unsigned(&[2])]),
            &write::unsigned(&serial),
            &algorithm,
            self.issuer,
            &write::sequence(&[&write::time(self.validity.from)?, &write::time(self.validity.until)?]),
            self.subject,
            self.key.spki(),
            &write::context(3, &[&write::sequence(&extensions)]),
        ]);
        let signature = key.sign(&signed)?;
        Ok(write::sequence(&[&signed, &algorithm, &write::bit_string(&signature)]))
    }
}

fn extension(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[tag::BOOLEAN, 1, 0xff] } else { &[] };
    write::sequence(&[&write::oid(id), flag, &write::octet_string(value)])
}

/// Returns a key identifier: the leftmost 160 bits of the key's SHA-256 digest (RFC 7093 section 2, method 1).
fn key_id(key: &PublicKey) -> Vec<u8> {
    let digest = digest::digest(&digest::SHA256, key.bits());
    digest.as_ref().get(..20).unwrap_or_default().to_vec()
}

/// Returns the first 64 characters: the upper bound of the names that we write (RFC 5280 appendix A.1).
fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}
