//! The exchange by which devices get certificates, from both ends.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pki::scep::client::Pending;
use pki::scep::{
    DecodeError, MAX_REQUEST, PkiMessage, Purpose, ScepOptions, decode, failure, message_from_query, success,
};
use pki::sha256;

use super::text;
use crate::cast::{self, CAST, Fixed, NOW};
use crate::sample;

const LAX: ScepOptions = ScepOptions { allow_sha1: true, allow_3des: true };

/// Reads a request, as the authority does, and answers it.
pub fn scep_request(data: &[u8]) -> bool {
    let ca = &CAST.ca;
    let strict = decode(data, ca, &ScepOptions::default(), NOW, &Fixed);
    assert!(strict.is_err() || data.len() <= MAX_REQUEST, "{} bytes", data.len());
    match decode(data, ca, &LAX, NOW, &Fixed) {
        Ok(message) => {
            check(&message, data);
            let answer =
                success(ca, &message, &CAST.certificate, &Fixed).expect("a granted request is answered");
            assert!(answer.len() < 2 * MAX_REQUEST, "an answer of {} bytes", answer.len());
            true
        }
        Err(DecodeError::Refused(refused)) => {
            assert!(strict.is_err(), "the norm takes what the exceptions refuse");
            assert!(failure(ca, &refused.exchange, refused.info, &Fixed).is_ok(), "a refusal cannot be told");
            false
        }
        Err(DecodeError::Unreadable(_)) => false,
    }
}

fn check(message: &PkiMessage, data: &[u8]) {
    let exchange = &message.exchange;
    assert_eq!(message.digest, sha256(data));
    assert!((1..=128).contains(&exchange.transaction_id.len()) && exchange.transaction_id.is_ascii());
    assert!((1..=64).contains(&exchange.sender_nonce.len()));
    match message.purpose {
        Purpose::First => assert_eq!(message.signer.public_key(), message.request.public_key()),
        Purpose::Renewal => {
            assert_eq!(message.signer.check_issued_by(CAST.ca.certificate()), Ok(()));
            assert_eq!(message.signer.check_valid_at(NOW), Ok(()));
        }
    }
}

/// Reads an answer, as the device does.
pub fn scep_answer(data: &[u8]) -> bool {
    static PENDING: LazyLock<Pending> = LazyLock::new(cast::scep_first);
    let (key, ca) = (&CAST.key, CAST.ca.certificate());
    let Ok(certificate) = PENDING.read_answer(data, key, key, ca, &Fixed) else { return false };
    assert_eq!(certificate.public_key(), key.public_key(), "a certificate of another key");
    assert_eq!(certificate.check_issued_by(ca), Ok(()), "a certificate of another authority");
    true
}

/// Reads a request out of an address.
pub fn scep_query(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let Some(octets) = message_from_query(text) else { return false };
    assert!(octets.len() <= MAX_REQUEST, "{} bytes", octets.len());
    assert_eq!(message_from_query(&STANDARD.encode(&octets)), Some(octets), "the same in plain base64");
    true
}

/// Returns a first request and a renewal.
#[must_use]
pub fn request_seeds() -> Vec<Vec<u8>> {
    vec![sample::data("scep-first.der"), sample::data("scep-renewal.der")]
}

/// Returns the answer that carries a certificate.
#[must_use]
pub fn answer_seeds() -> Vec<Vec<u8>> {
    vec![sample::data("scep-answer.der")]
}

/// Returns a request in the spellings of various clients.
#[must_use]
pub fn query_seeds() -> Vec<Vec<u8>> {
    let plain = STANDARD.encode(sample::data("scep-first.der"));
    let spellings = [plain.replace('+', " "), plain.replace('+', "-").replace('/', "_"), plain];
    spellings.map(String::into_bytes).to_vec()
}
