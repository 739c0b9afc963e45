//! Both halves of SCEP against each other, and requests that must not yield a certificate.

use domain::{Secret, Span};
use proptest::prelude::*;

use crate::asn1::{oid, write};
use crate::cms::{self, ContentCipher, Signer};
use crate::fixtures::{CAST, ENTROPY, NOW, YEAR, enrolled};
use crate::{Certificate, CertificateRequest, PrivateKey, Subject, Validity};

use super::client::{self, ClientError, Pending, Wish};
use super::server::scep_text;
use super::*;

const NORM: ScepOptions = ScepOptions { allow_sha1: false, allow_3des: false };

fn wish<'a>(key: &'a PrivateKey, challenge: &'a Secret<String>) -> Wish<'a> {
    Wish { key, name: "DEVICE-1", challenge: Some(challenge), cipher: ContentCipher::Aes128, now: NOW }
}

fn challenge() -> Secret<String> {
    Secret::new("one-time".to_owned())
}

fn first_request() -> Pending {
    client::first(&wish(&CAST.device.0, &challenge()), CAST.ca.certificate(), &ENTROPY).unwrap()
}

fn read(message: &[u8]) -> Result<PkiMessage, DecodeError> {
    decode(message, &CAST.ca, &NORM, NOW, &ENTROPY)
}

fn grant(message: &PkiMessage) -> Certificate {
    let subject = Subject { common_name: "DEVICE-1".into(), organisation: "Test Constabulary".into() };
    CAST.ca.issue(&message.request, &subject, Validity::lasting(NOW, YEAR), [3; 16]).unwrap()
}

fn refusal(result: Result<PkiMessage, DecodeError>) -> Refused {
    match result {
        Err(DecodeError::Refused(refused)) => *refused,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_device_gets_its_certificate() {
    let pending = first_request();
    let message = read(&pending.message).unwrap();
    assert_eq!(message.purpose, Purpose::First);
    assert_eq!(message.exchange.transaction_id, pending.transaction_id);
    assert_eq!(message.request.challenge().map(Secret::expose), Some(&"one-time".to_owned()));
    assert_eq!(message.request.common_name(), Some("DEVICE-1"));
    assert!(!format!("{message:?}").contains("one-time"), "the challenge must not reach a log");

    let issued = grant(&message);
    let answer = success(&CAST.ca, &message, &issued, &ENTROPY).unwrap();
    let key = &CAST.device.0;
    let got = pending.read_answer(&answer, key, key, CAST.ca.certificate(), &ENTROPY).unwrap();
    assert_eq!(got, issued);
    assert_eq!(got.common_name(), Some("DEVICE-1"));
}

#[test]
fn a_refusal_reaches_the_device_and_nobody_elses_answer_does() {
    let (pending, other) = (first_request(), first_request());
    let (key, ca) = (&CAST.device.0, CAST.ca.certificate());
    let exchange = read(&pending.message).unwrap().exchange;
    for info in FailInfo::ALL {
        let answer = failure(&CAST.ca, &exchange, info, &ENTROPY).unwrap();
        assert_eq!(pending.read_answer(&answer, key, key, ca, &ENTROPY), Err(ClientError::Refused(info)));
        assert_eq!(
            other.read_answer(&answer, key, key, ca, &ENTROPY),
            Err(ClientError::NotOurs),
            "another nonce"
        );
    }
    let forged = failure(&CAST.impostor, &exchange, FailInfo::BadAlg, &ENTROPY).unwrap();
    assert_eq!(pending.read_answer(&forged, key, key, ca, &ENTROPY), Err(ClientError::NotOurs));
}

#[test]
fn renewal_takes_a_certificate_of_ours_in_its_time() {
    let (old_key, old) = &CAST.device;
    let new_key = &CAST.other.0;
    let unused = challenge();
    let wish = Wish { challenge: None, ..wish(new_key, &unused) };
    let pending = client::renewal(&wish, old_key, old, CAST.ca.certificate(), &ENTROPY).unwrap();
    let message = read(&pending.message).unwrap();
    assert_eq!((message.purpose, message.request.challenge()), (Purpose::Renewal, None));
    assert_eq!(message.request.public_key(), new_key.public_key());
    let answer = success(&CAST.ca, &message, &grant(&message), &ENTROPY).unwrap();
    assert!(pending.read_answer(&answer, old_key, new_key, CAST.ca.certificate(), &ENTROPY).is_ok());

    let late = NOW.plus(YEAR).plus(Span::from_secs(2));
    let refused = refusal(decode(&pending.message, &CAST.ca, &NORM, late, &ENTROPY));
    assert_eq!(refused.info, FailInfo::BadRequest);
    assert!(refused.why.contains("expired"), "{}", refused.why);

    let (stranger_key, stranger) = enrolled(&CAST.impostor, "DEVICE-1", 1);
    let pending = client::renewal(&wish, &stranger_key, &stranger, CAST.ca.certificate(), &ENTROPY).unwrap();
    assert_eq!(refusal(read(&pending.message)).info, FailInfo::BadCertId, "an authority of the same name");
}

/// Returns a request put together by hand: who signs it, what type it says it is, what is inside.
fn crafted(signer: &Signer<'_>, kind: &[u8], inside: &[u8], cipher: ContentCipher) -> Vec<u8> {
    let envelope = cms::encrypt(CAST.ca.certificate(), inside, cipher, &ENTROPY).unwrap();
    let attributes = vec![
        scep_text(oid::SCEP_MESSAGE_TYPE, kind),
        scep_text(oid::SCEP_TRANSACTION_ID, b"T1"),
        cms::attribute(oid::SCEP_SENDER_NONCE, write::octet_string(&[1; 16])),
    ];
    cms::sign(&envelope, true, attributes, signer).unwrap()
}

#[test]
fn what_a_thief_of_a_challenge_would_send_is_refused() {
    let stolen = challenge();
    let request = CertificateRequest::build(&CAST.other.0, "DEVICE-1", Some(&stolen)).unwrap();
    // Signed with a certificate of ours: that is a renewal of the thief's own certificate, whatever the request names.
    let device = Signer { key: &CAST.device.0, certificate: &CAST.device.1, chain: &[] };
    let message = crafted(&device, message_type::PKCS_REQ, &request, ContentCipher::Aes128);
    let renewal = read(&message).unwrap();
    assert_eq!((renewal.purpose, &renewal.signer), (Purpose::Renewal, &CAST.device.1));

    // Signed with a certificate that no authority of ours issued, of another key than the one to certify.
    let (stranger_key, stranger) = enrolled(&CAST.impostor, "DEVICE-1", 1);
    let by_stranger = Signer { key: &stranger_key, certificate: &stranger, chain: &[] };
    let message = crafted(&by_stranger, message_type::PKCS_REQ, &request, ContentCipher::Aes128);
    let refused = refusal(read(&message));
    assert_eq!(refused.info, FailInfo::BadMessageCheck);
    assert_eq!(refused.exchange.transaction_id, "T1");

    // The right key, but under a certificate that another gave it: not "signed by itself".
    let own = CertificateRequest::build(&stranger_key, "DEVICE-1", Some(&stolen)).unwrap();
    let message = crafted(&by_stranger, message_type::PKCS_REQ, &own, ContentCipher::Aes128);
    assert_eq!(refusal(read(&message)).info, FailInfo::BadMessageCheck);
}

#[test]
fn a_request_signed_with_a_good_certificate_of_ours_renews_whatever_type_it_names() {
    let (old_key, old) = &CAST.device;
    let by_device = Signer { key: old_key, certificate: old, chain: &[] };
    let request = CertificateRequest::build(&CAST.other.0, "DEVICE-1", None).unwrap();
    for kind in [message_type::PKCS_REQ, message_type::RENEWAL_REQ] {
        let message = crafted(&by_device, kind, &request, ContentCipher::Aes256);
        let read = decode(&message, &CAST.ca, &NORM, NOW, &ENTROPY).unwrap();
        assert_eq!((read.purpose, read.request.challenge()), (Purpose::Renewal, None));
        assert_eq!(read.cipher, ContentCipher::Aes256);
        let late = NOW.plus(YEAR).plus(Span::from_secs(2));
        let refused = refusal(decode(&message, &CAST.ca, &NORM, late, &ENTROPY));
        assert!(refused.why.contains("expired"), "{}", refused.why);
    }
}

#[test]
fn a_bad_signature_around_a_request_is_told_in_the_protocol() {
    let mut message = first_request().message;
    *message.last_mut().unwrap() ^= 1;
    let refused = refusal(read(&message));
    assert_eq!(
        (refused.info, refused.why.as_str()),
        (FailInfo::BadMessageCheck, "the signature is not valid")
    );
}

#[test]
fn faults_behind_the_encryption_look_alike() {
    let device = Signer { key: &CAST.device.0, certificate: &CAST.device.1, chain: &[] };
    let good = CertificateRequest::build(&CAST.device.0, "DEVICE-1", None).unwrap();
    let mut unsigned = good.clone();
    *unsigned.last_mut().unwrap() ^= 1;
    for inside in [&b""[..], b"rubbish", &good[..good.len() - 1], &unsigned] {
        let message = crafted(&device, message_type::PKCS_REQ, inside, ContentCipher::Aes128);
        assert_eq!(refusal(read(&message)).info, FailInfo::BadMessageCheck);
    }
    // Not encrypted to us at all.
    let elsewhere = cms::encrypt(&CAST.other.1, &good, ContentCipher::Aes128, &ENTROPY).unwrap();
    let attributes = vec![
        scep_text(oid::SCEP_MESSAGE_TYPE, message_type::PKCS_REQ),
        scep_text(oid::SCEP_TRANSACTION_ID, b"T1"),
        cms::attribute(oid::SCEP_SENDER_NONCE, write::octet_string(&[1; 16])),
    ];
    let message = cms::sign(&elsewhere, true, attributes, &device).unwrap();
    assert_eq!(refusal(read(&message)).info, FailInfo::BadMessageCheck);
}

#[test]
fn old_encryption_needs_its_setting_and_other_message_types_are_not_served() {
    let challenge = challenge();
    let wish = Wish { cipher: ContentCipher::TripleDes, ..wish(&CAST.device.0, &challenge) };
    let pending = client::first(&wish, CAST.ca.certificate(), &ENTROPY).unwrap();
    assert_eq!(refusal(read(&pending.message)).info, FailInfo::BadAlg);
    let lenient = ScepOptions { allow_3des: true, ..NORM };
    let message = decode(&pending.message, &CAST.ca, &lenient, NOW, &ENTROPY).unwrap();
    assert_eq!(message.cipher, ContentCipher::TripleDes);
    let key = &CAST.device.0;
    let answer = success(&CAST.ca, &message, &grant(&message), &ENTROPY).unwrap();
    assert!(pending.read_answer(&answer, key, key, CAST.ca.certificate(), &ENTROPY).is_ok());

    let device = Signer { key: &CAST.device.0, certificate: &CAST.device.1, chain: &[] };
    for kind in [&b"20"[..], b"21", b"22", b"3", b"", b"190"] {
        let message = crafted(&device, kind, b"x", ContentCipher::Aes128);
        assert_eq!(refusal(read(&message)).info, FailInfo::BadRequest);
    }
}

#[test]
fn messages_without_their_attributes_are_unreadable() {
    let device = Signer { key: &CAST.device.0, certificate: &CAST.device.1, chain: &[] };
    let plain = cms::sign_attached(b"x", &device, Some(NOW)).unwrap();
    assert!(matches!(read(&plain), Err(DecodeError::Unreadable(_))));
    assert!(matches!(read(&vec![0x30; MAX_REQUEST + 1]), Err(DecodeError::Unreadable(CmsError::TooLong))));
    let long = "x".repeat(129);
    for id in ["", "line\nfeed", long.as_str()] {
        let attributes = vec![
            scep_text(oid::SCEP_MESSAGE_TYPE, message_type::PKCS_REQ),
            scep_text(oid::SCEP_TRANSACTION_ID, id.as_bytes()),
            cms::attribute(oid::SCEP_SENDER_NONCE, write::octet_string(&[1; 16])),
        ];
        let message = cms::sign(b"x", true, attributes, &device).unwrap();
        assert!(matches!(read(&message), Err(DecodeError::Unreadable(_))), "transaction {id:?}");
    }
}

use crate::cms::CmsError;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_change_to_a_request_makes_it_panic_or_ask_for_another_key(at in any::<prop::sample::Index>(), bits in 1..=255_u8) {
        static ONE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| first_request().message);
        let mut changed = ONE.clone();
        let at = at.index(changed.len());
        changed[at] ^= bits;
        if let Ok(message) = read(&changed) {
            prop_assert_eq!(message.request.public_key(), CAST.device.0.public_key());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&bytes).is_err());
        let pending = Pending::clone(&PENDING);
        let key = &CAST.device.0;
        prop_assert!(pending.read_answer(&bytes, key, key, CAST.ca.certificate(), &ENTROPY).is_err());
    }
}

static PENDING: std::sync::LazyLock<Pending> = std::sync::LazyLock::new(first_request);
