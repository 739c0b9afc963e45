//! X.509 certificates (RFC 5280), as far as a device's identity needs them.
//!
//! No path building and no trust store: a device's certificate is good if this force's own authority signed it, and
//! that is one comparison and one signature. Server certificates are the TLS library's business.

use domain::Timestamp;

use crate::asn1::read::{self, Element, Reader};
use crate::asn1::{Malformed, oid, tag};
use crate::key::{self, Hash, PublicKey};
use crate::pem;

/// The longest certificate that is read, in bytes; real ones have one to three thousand.
pub const MAX_CERTIFICATE: usize = 16 * 1024;

const WHAT: &str = "certificate";

/// Why a certificate is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not a certificate, or longer than [`MAX_CERTIFICATE`].
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Its key is none that we use.
    #[error("the certificate's key is neither RSA of at least 2048 bits nor EC on P-256 or P-384")]
    UnsupportedKey,
    /// Another authority issued it, or none did.
    #[error("the certificate was not issued by this authority")]
    NotIssuedHere,
    /// Used before its time.
    #[error("the certificate is not valid before {0}")]
    NotYetValid(Timestamp),
    /// Used after its time.
    #[error("the certificate expired on {0}")]
    Expired(Timestamp),
}

/// A certificate's parts, borrowed from its bytes: what a signature check looks at, read without a copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) raw: &'a [u8],
    signed_at: usize,
    signed_length: usize,
    pub(crate) serial: &'a [u8],
    pub(crate) issuer: &'a [u8],
    pub(crate) subject: &'a [u8],
    pub(crate) spki: &'a [u8],
    not_before: Element<'a>,
    not_after: Element<'a>,
    extensions: Option<Reader<'a>>,
    signature_algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> View<'a> {
    /// Reads the certificate that fills `der`.
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, Malformed> {
        if der.len() > MAX_CERTIFICATE {
            return Err(Malformed(WHAT));
        }
        let whole = read::sole(der, tag::SEQUENCE, WHAT)?;
        let mut outer = whole.inside();
        let signed = outer.expect(tag::SEQUENCE, WHAT)?;
        let algorithm = outer.expect(tag::SEQUENCE, WHAT)?;
        let signature_algorithm = algorithm.inside().oid(WHAT)?;
        let signature = read::whole_bits(outer.any(WHAT)?, WHAT)?;
        outer.finish(WHAT)?;

        let mut parts = signed.inside();
        parts.optional(tag::context(0), WHAT)?;
        let serial = parts.expect(tag::INTEGER, WHAT)?.content;
        // RFC 5280 section 4.1.1.2: the algorithm inside the signed part is the one outside. Its parameters too: no one
        // signs the outer ones, and a certificate with other octets there would have another digest.
        if parts.expect(tag::SEQUENCE, WHAT)?.raw != algorithm.raw {
            return Err(Malformed(WHAT));
        }
        let issuer = parts.expect(tag::SEQUENCE, WHAT)?.raw;
        let mut validity = parts.sequence(WHAT)?;
        let (not_before, not_after) = (validity.any(WHAT)?, validity.any(WHAT)?);
        let subject = parts.expect(tag::SEQUENCE, WHAT)?.raw;
        let spki = parts.expect(tag::SEQUENCE, WHAT)?.raw;
        parts.optional(tag::context_primitive(1), WHAT)?;
        parts.optional(tag::context_primitive(2), WHAT)?;
        let extensions = match parts.optional(tag::context(3), WHAT)? {
            Some(wrapped) => Some(wrapped.inside().sequence(WHAT)?),
            None => None,
        };
        parts.finish(WHAT)?;
        Ok(Self {
            raw: whole.raw,
            signed_at: der.len().saturating_sub(whole.content.len()),
            signed_length: signed.raw.len(),
            serial,
            issuer,
            subject,
            spki,
            not_before,
            not_after,
            extensions,
            signature_algorithm,
            signature,
        })
    }

    /// Returns the value of an extension, if it is there.
    fn extension(&self, wanted: &[u8]) -> Result<Option<&'a [u8]>, Malformed> {
        let Some(mut extensions) = self.extensions else { return Ok(None) };
        while !extensions.is_empty() {
            let mut extension = extensions.sequence(WHAT)?;
            let id = extension.oid(WHAT)?;
            extension.optional(tag::BOOLEAN, WHAT)?;
            let value = extension.expect(tag::OCTET_STRING, WHAT)?.content;
            if id == wanted {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    pub(crate) fn subject_key_id(&self) -> Result<Option<&'a [u8]>, Malformed> {
        let Some(value) = self.extension(oid::SUBJECT_KEY_ID)? else { return Ok(None) };
        Ok(Some(read::sole(value, tag::OCTET_STRING, WHAT)?.content))
    }

    /// Returns whether its basic constraints say that it may issue others.
    fn is_authority(&self) -> Result<bool, Malformed> {
        let Some(value) = self.extension(oid::BASIC_CONSTRAINTS)? else { return Ok(false) };
        let mut parts = read::sole(value, tag::SEQUENCE, WHAT)?.inside();
        Ok(parts.optional(tag::BOOLEAN, WHAT)?.is_some_and(|flag| flag.content == [0xff]))
    }
}

/// A certificate, with its key ready for use.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    signed_part: std::ops::Range<usize>,
    serial: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    common_name: Option<String>,
    subject_key_id: Option<Vec<u8>>,
    not_before: Timestamp,
    not_after: Timestamp,
    is_authority: bool,
    hash: Option<Hash>,
    signature: Vec<u8>,
    public_key: PublicKey,
    sha256: [u8; 32],
}

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`CertificateError::Malformed`] or [`CertificateError::UnsupportedKey`]. Its issuer is not checked.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        let view = View::read(der)?;
        Ok(Self {
            signed_part: view.signed_at..view.signed_at.saturating_add(view.signed_length),
            serial: view.serial.to_vec(),
            issuer: view.issuer.to_vec(),
            subject: view.subject.to_vec(),
            common_name: common_name(view.subject)?,
            subject_key_id: view.subject_key_id()?.map(<[u8]>::to_vec),
            not_before: read::time(view.not_before, WHAT)?,
            not_after: read::time(view.not_after, WHAT)?,
            is_authority: view.is_authority()?,
            hash: Hash::of_signature_algorithm(view.signature_algorithm),
            signature: view.signature.to_vec(),
            public_key: PublicKey::from_spki(view.spki).map_err(|_| CertificateError::UnsupportedKey)?,
            sha256: key::sha256(view.raw),
            der: der.to_vec(),
        })
    }

    /// Reads the first certificate of a PEM text.
    ///
    /// # Errors
    /// As [`Self::parse`]; a text without one is malformed.
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        let blocks = pem::blocks(text);
        let found = blocks.iter().find(|(label, _)| *label == "CERTIFICATE");
        Self::parse(&found.ok_or(Malformed("certificate in PEM"))?.1)
    }

    /// Returns the certificate as PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::write("CERTIFICATE", &self.der)
    }

    /// Returns the certificate as DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Returns its serial number: lower-case hex, two digits an octet, without a sign octet.
    #[must_use]
    pub fn serial_hex(&self) -> String {
        hex::encode(self.serial.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(&self.serial))
    }

    /// Returns the serial number's content octets, as an issuer-and-serial comparison needs them.
    pub(crate) fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Returns the SHA-256 digest of the certificate.
    #[must_use]
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// Returns the SHA-256 digest of the certificate in lower-case hex.
    #[must_use]
    pub fn sha256_hex(&self) -> String {
        hex::encode(self.sha256)
    }

    /// Returns the SHA-1 digest of the certificate, as enrolment profiles name an authority. Nothing may rest on it where a person
    /// else made the certificate.
    #[must_use]
    pub fn sha1(&self) -> [u8; 20] {
        Hash::Sha1.digest(&[&self.der]).as_ref().try_into().unwrap_or_default()
    }

    /// Returns whether `digest` is the certificate's by SHA-256, SHA-512 or, as old profiles name it, SHA-1.
    #[must_use]
    pub fn has_fingerprint(&self, digest: &[u8]) -> bool {
        let hash = match digest.len() {
            20 => Hash::Sha1,
            32 => Hash::Sha256,
            64 => Hash::Sha512,
            _ => return false,
        };
        hash.digest(&[&self.der]).as_ref() == digest
    }

    /// Returns the first instant at which it is valid.
    #[must_use]
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Returns the last instant at which it is valid.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Returns the first common name of its subject.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// Returns the subject as a DER `Name`.
    pub(crate) fn subject(&self) -> &[u8] {
        &self.subject
    }

    /// Returns the issuer as a DER `Name`.
    pub(crate) fn issuer(&self) -> &[u8] {
        &self.issuer
    }

    pub(crate) fn subject_key_id(&self) -> Option<&[u8]> {
        self.subject_key_id.as_deref()
    }

    /// Returns its key.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Returns the usages that the certificate of a SCEP authority must have (RFC 8894 section 2.1.2) and that its key usage leaves
    /// out. None are missing where it has no key usage at all: then every use is allowed (RFC 5280 section 4.2.1.3).
    #[must_use]
    pub fn missing_for_scep(&self) -> Vec<&'static str> {
        const NEEDED: [(u8, &str); 3] =
            [(0x80, "digitalSignature"), (0x20, "keyEncipherment"), (0x04, "keyCertSign")];
        let usage = View::read(&self.der).ok().and_then(|view| {
            let value = view.extension(oid::KEY_USAGE).ok()??;
            let bits = read::sole(value, tag::BIT_STRING, WHAT).ok()?.content;
            // The first octet counts the unused bits of the last.
            Some(bits.get(1).copied().unwrap_or_default())
        });
        let Some(usage) = usage else { return Vec::new() };
        NEEDED.into_iter().filter(|(bit, _)| usage & bit == 0).map(|(_, name)| name).collect()
    }

    /// Returns whether its basic constraints let it issue certificates.
    #[must_use]
    pub const fn is_authority(&self) -> bool {
        self.is_authority
    }

    /// Checks that `issuer` is an authority, names itself as this certificate names its issuer, and signed it. Says
    /// nothing of validity in time: see [`Self::check_valid_at`].
    ///
    /// # Errors
    /// [`CertificateError::NotIssuedHere`].
    pub fn check_issued_by(&self, issuer: &Self) -> Result<(), CertificateError> {
        if issuer.is_authority && self.issuer == issuer.subject && self.is_signed_with(&issuer.public_key) {
            Ok(())
        } else {
            Err(CertificateError::NotIssuedHere)
        }
    }

    /// Returns whether it is signed with the very key that it holds, by any digest.
    ///
    /// Apple's SCEP client signs its temporary certificate with SHA-1, whatever the server says that it can do
    /// (`SecSCEPCreateTemporaryIdentity` names no digest, and its default is SHA-1). Such a certificate says nothing that
    /// anyone relies on: two other signatures prove that the sender holds the key: that of the message and
    /// that of the request inside. So a collision would forge nothing, and SHA-1 is accepted here, and only here.
    pub(crate) fn is_signed_by_itself(&self) -> bool {
        let signed = self.der.get(self.signed_part.clone()).unwrap_or_default();
        self.hash.is_some_and(|hash| self.public_key.verify(hash, signed, &self.signature))
    }

    /// Returns whether that key signed it. SHA-1 never counts.
    pub(crate) fn is_signed_with(&self, key: &PublicKey) -> bool {
        let signed = self.der.get(self.signed_part.clone()).unwrap_or_default();
        self.hash.is_some_and(|hash| hash != Hash::Sha1 && key.verify(hash, signed, &self.signature))
    }

    /// Checks that it is valid at that time, both ends included.
    ///
    /// # Errors
    /// [`CertificateError::NotYetValid`] or [`CertificateError::Expired`].
    pub fn check_valid_at(&self, at: Timestamp) -> Result<(), CertificateError> {
        if at < self.not_before {
            Err(CertificateError::NotYetValid(self.not_before))
        } else if at > self.not_after {
            Err(CertificateError::Expired(self.not_after))
        } else {
            Ok(())
        }
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({})", self.sha256_hex())
    }
}

/// Returns the first common name of a DER `Name`, if it has one that is text.
pub(crate) fn common_name(name: &[u8]) -> Result<Option<String>, Malformed> {
    let mut parts = read::sole(name, tag::SEQUENCE, "name")?.inside();
    while !parts.is_empty() {
        let mut alternatives = parts.set("name")?;
        while !alternatives.is_empty() {
            let mut attribute = alternatives.sequence("name")?;
            let id = attribute.oid("name")?;
            let value = attribute.any("name")?;
            if id == oid::COMMON_NAME {
                return Ok(read::text(value));
            }
        }
    }
    Ok(None)
}
