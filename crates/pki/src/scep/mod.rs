//! The Simple Certificate Enrolment Protocol (RFC 8894): how a device gets its certificate.
//!
//! A device fetches the authority's certificate, makes a key, and sends a request for a certificate: encrypted to the
//! authority because the one-time challenge is in it, signed with the new key (or, on renewal, with the old one). The
//! server's half is [`server`], with everything but the challenge checked; the device's half, for simulated devices
//! and tests, is [`client`].
//!
//! Not here, on purpose: waiting for a person's approval (`CertPoll`) and directory services (`GetCert`, `GetCRL`),
//! which are refused as requests that we do not serve.

pub mod client;
#[cfg(test)]
mod exchange_tests;
pub mod server;

pub use server::{DecodeError, Exchange, PkiMessage, Purpose, Refused, decode, failure, success};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Content type of a request and of the answer to it.
pub const PKI_MESSAGE_TYPE: &str = "application/x-pki-message";
/// Content type of the answer to `GetCACert`: [`crate::Certificate::der`] of the authority, as it is.
pub const CA_CERT_TYPE: &str = "application/x-x509-ca-cert";
/// Content type of the answer to `GetCACaps`.
pub const CA_CAPS_TYPE: &str = "text/plain";
/// The longest request that is read, in bytes: a request of 4096-bit RSA takes about 6 KiB.
pub const MAX_REQUEST: usize = 64 * 1024;

/// What to accept beyond the standard, which is AES and SHA-256 or better. Each is off unless a setting names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScepOptions {
    /// Accept requests signed with SHA-1. Risk: collisions can be bought, so a signature may be presented with
    /// another request than the one it was made for. Answers are signed with SHA-256 all the same.
    pub allow_sha1: bool,
    /// Accept requests encrypted with triple DES, and answer in kind. Costs: 64-bit blocks and 112 bits of strength
    /// protect the one-time challenge from a listener; disallowed by NIST since 2024.
    pub allow_3des: bool,
}

impl ScepOptions {
    /// Returns the answer to `GetCACaps` (RFC 8894 section 3.5.2): a word a line. `SHA-384` is not in the standard's table, which
    /// tells clients to ignore words that they do not know; strongSwan knows it, and version 5.9.8, which Debian has,
    /// takes it for AES as well.
    #[must_use]
    pub fn capabilities(&self) -> String {
        let mut words =
            String::from("AES\nPOSTPKIOperation\nRenewal\nSHA-256\nSHA-384\nSHA-512\nSCEPStandard\n");
        if self.allow_sha1 {
            words.push_str("SHA-1\n");
        }
        if self.allow_3des {
            words.push_str("DES3\n");
        }
        words
    }
}

/// Why a request failed, in the protocol's words (RFC 8894 section 3.2.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailInfo {
    /// An algorithm that is not accepted.
    BadAlg,
    /// Integrity: signature, encryption or structure.
    BadMessageCheck,
    /// Not permitted or not supported.
    BadRequest,
    /// The signing time is too far off.
    BadTime,
    /// No certificate fits.
    BadCertId,
}

impl FailInfo {
    const ALL: [Self; 5] =
        [Self::BadAlg, Self::BadMessageCheck, Self::BadRequest, Self::BadTime, Self::BadCertId];

    /// Returns its digit in messages.
    const fn digit(self) -> u8 {
        match self {
            Self::BadAlg => b'0',
            Self::BadMessageCheck => b'1',
            Self::BadRequest => b'2',
            Self::BadTime => b'3',
            Self::BadCertId => b'4',
        }
    }

    fn from_digit(text: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|info| text == [info.digit()])
    }
}

/// Message types (RFC 8894 section 3.2.1.2), as the decimal text on the wire.
pub(crate) mod message_type {
    pub(crate) const CERT_REP: &[u8] = b"3";
    pub(crate) const RENEWAL_REQ: &[u8] = b"17";
    pub(crate) const PKCS_REQ: &[u8] = b"19";
}

/// Returns the `message` parameter of `PKIOperation` by GET, after percent-decoding. Clients disagree on how base64 travels in
/// an address: a plus sign may arrive as a space, the alphabet may be the one for addresses, padding may be missing.
/// `None` if it is base64 in no such way, or longer than [`MAX_REQUEST`].
#[must_use]
pub fn message_from_query(parameter: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    if parameter.len() > MAX_REQUEST.saturating_mul(2) {
        return None;
    }
    let standard: String = parameter
        .chars()
        .filter(|c| !matches!(c, '\r' | '\n'))
        .map(|c| match c {
            ' ' | '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    let octets = GeneralPurpose::new(&alphabet::STANDARD, LENIENT).decode(standard).ok()?;
    (octets.len() <= MAX_REQUEST).then_some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_name_old_algorithms_only_when_asked() {
        let words = ScepOptions::default().capabilities();
        assert!(
            words.lines().any(|word| word == "SHA-256")
                && words.lines().any(|word| word == "POSTPKIOperation")
        );
        assert!(!words.contains("SHA-1\n") && !words.contains("DES3"));
        let words = ScepOptions { allow_sha1: true, allow_3des: true }.capabilities();
        assert!(words.contains("\nSHA-1\n") && words.contains("\nDES3\n"));
    }

    #[test]
    fn base64_in_addresses_is_read_as_clients_send_it() {
        let octets = [0xfb, 0xff, 0xfe, 0x01];
        for text in ["+//+AQ==", " //+AQ==", "-__-AQ==", "+//+AQ", "+//+\nAQ=="] {
            assert_eq!(message_from_query(text).as_deref(), Some(&octets[..]), "{text}");
        }
        assert_eq!(message_from_query("not base64!"), None);
        assert_eq!(message_from_query(&"A".repeat(3 * MAX_REQUEST)), None);
        assert_eq!(message_from_query(&"A".repeat(MAX_REQUEST * 3 / 2)), None);
    }
}
