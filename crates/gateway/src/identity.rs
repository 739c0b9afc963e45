//! Finds the certificate behind a request.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::http::HeaderMap;
use devices_app::enrolment::Proof;
use domain::Timestamp;
use pki::cms::{CmsError, VerifyOptions, claimed_signer, verify_detached_known};
use pki::header::{self, HeaderError};
use pki::{Certificate, Hash, PublicKey};

use crate::Options;

/// The header in which a device signs its message (Apple, `SignMessage` of the management profile).
const SIGNATURE: &str = "mdm-signature";
/// Largest number of keys in the cache; beyond that the cache is emptied and keys are parsed again.
const MOST_KEYS: usize = 50_000;

/// The reason why a request has no certificate that can be trusted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoIdentity {
    #[error("the message is not signed, and no proxy vouches for its sender")]
    Missing,
    #[error("{0}")]
    Unreadable(#[from] HeaderError),
    #[error("the signature is not accepted: {0}")]
    Signature(#[from] CmsError),
}

/// Public keys by the digest of their certificate, so that a certificate is parsed once and not with every message. A key is a
/// pure function of its certificate: the cache does not say whether the certificate is trusted.
#[derive(Clone, Default)]
pub(crate) struct KnownKeys(Arc<RwLock<HashMap<[u8; 32], Known>>>);

struct Known {
    key: Arc<PublicKey>,
    /// Whether the certificate was found to belong to an enrolment. It decides which path a message takes to the database, and
    /// never whether it is trusted.
    at_work: bool,
}

impl KnownKeys {
    fn get(&self, digest: &[u8; 32]) -> Option<Arc<PublicKey>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(digest).map(|known| known.key.clone())
    }

    fn learn(&self, der: &[u8], digest: [u8; 32]) {
        if self.get(&digest).is_some() {
            return;
        }
        if let Ok(certificate) = Certificate::parse(der) {
            let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if keys.len() >= MOST_KEYS {
                keys.clear();
            }
            let key = Arc::new(certificate.public_key().clone());
            keys.insert(digest, Known { key, at_work: false });
        }
    }

    /// Returns whether this signer was found to belong to an enrolment, while it is in the cache.
    pub(crate) fn was_at_work(&self, signer: &Signer) -> bool {
        let Some(digest) = &signer.digest else { return false };
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(digest).is_some_and(|known| known.at_work)
    }

    /// Records that this signer belongs to an enrolment.
    pub(crate) fn note_at_work(&self, signer: &Signer) {
        if self.was_at_work(signer) {
            return;
        }
        let Some(digest) = &signer.digest else { return };
        if let Some(known) = self.0.write().unwrap_or_else(PoisonError::into_inner).get_mut(digest) {
            known.at_work = true;
        }
    }
}

/// The signer of a message.
#[derive(Debug)]
pub(crate) struct Signer {
    /// The SHA-256 digest of the certificate, hex.
    pub(crate) certificate: String,
    /// The digest as bytes, where the message itself was signed.
    digest: Option<[u8; 32]>,
    /// The signing time in the signature.
    pub(crate) signed_at: Option<Timestamp>,
    /// Whether the message itself was signed with SHA-1; `None` where a proxy vouched for the sender.
    pub(crate) sha1: Option<bool>,
}

impl Signer {
    /// Returns how the sender was identified.
    pub(crate) const fn proof(&self) -> Proof {
        match self.digest {
            Some(_) => Proof::Signed { at: self.signed_at },
            None => Proof::Proxy,
        }
    }
}

/// Returns the certificate that signed exactly these bytes, or that a trusted proxy names.
pub(crate) fn signer_of(
    headers: &HeaderMap,
    body: &[u8],
    options: &Options,
    keys: &KnownKeys,
) -> Result<Signer, NoIdentity> {
    if let Some(signed) = headers.get(SIGNATURE) {
        let signature = header::signature(signed.as_bytes())?;
        let verify = VerifyOptions { allow_sha1: options.accept_sha1_messages };
        let signed = verify_detached_known(&signature, body, &verify, &|digest| keys.get(digest))?;
        keys.learn(&signed.certificate, signed.sha256);
        return Ok(Signer {
            certificate: hex_of(&signed.sha256),
            digest: Some(signed.sha256),
            signed_at: signed.signing_time,
            sha1: Some(signed.hash == Hash::Sha1),
        });
    }
    let Some(name) = &options.certificate_header else { return Err(NoIdentity::Missing) };
    let named = headers.get(name.as_str()).ok_or(NoIdentity::Missing)?;
    let certificate = header::proxy_certificate(named.as_bytes())?.sha256_hex();
    Ok(Signer { certificate, digest: None, signed_at: None, sha1: None })
}

/// Returns the digest of the certificate that the headers of a message name, before the message is read. It proves nothing.
pub(crate) fn claimed(headers: &HeaderMap, options: &Options) -> Option<String> {
    if let Some(signed) = headers.get(SIGNATURE) {
        let signature = header::signature(signed.as_bytes()).ok()?;
        return claimed_signer(&signature).ok().map(|digest| hex_of(&digest));
    }
    let named = headers.get(options.certificate_header.as_ref()?.as_str())?;
    header::proxy_certificate(named.as_bytes()).ok().map(|certificate| certificate.sha256_hex())
}

fn hex_of(digest: &[u8; 32]) -> String {
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut text = String::with_capacity(64);
    text.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
    text
}

#[cfg(test)]
impl Signer {
    pub(crate) fn for_test(certificate: &str, signed_at: Option<Timestamp>) -> Self {
        Self { certificate: certificate.to_owned(), digest: None, signed_at, sha1: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_is_believed_or_makes_it_fall_over() {
        // A fixed sequence of bytes that look random: every run tries the same ten thousand headers.
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let trusting = Options { certificate_header: Some("x-client-cert".into()), ..Options::default() };
        for _ in 0..10_000 {
            let length = usize::try_from(next() % 300).unwrap();
            let visible: Vec<u8> = (0..length).map(|_| 0x20 + u8::try_from(next() % 95).unwrap()).collect();
            let value = axum::http::HeaderValue::from_bytes(&visible).unwrap();
            for name in [SIGNATURE, "x-client-cert"] {
                let mut headers = HeaderMap::new();
                headers.insert(name, value.clone());
                assert!(signer_of(&headers, &visible, &trusting, &KnownKeys::default()).is_err());
            }
        }
    }

    #[test]
    fn an_unsigned_message_has_no_sender() {
        let none = signer_of(&HeaderMap::new(), b"", &Options::default(), &KnownKeys::default());
        assert!(matches!(none, Err(NoIdentity::Missing)));
        let mut headers = HeaderMap::new();
        headers.insert("x-client-cert", "not%20pem".parse().unwrap());
        assert!(signer_of(&headers, b"", &Options::default(), &KnownKeys::default()).is_err());
        let trusting = Options { certificate_header: Some("x-client-cert".into()), ..Options::default() };
        let unreadable = signer_of(&headers, b"", &trusting, &KnownKeys::default());
        assert!(matches!(unreadable, Err(NoIdentity::Unreadable(_))));
    }
}
