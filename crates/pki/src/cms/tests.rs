//! Messages made by us, then corrupted in every way that an attacker might.

use std::sync::Arc;

use proptest::prelude::*;

use crate::asn1::{oid, tag, write};
use crate::fixtures::{CAST, ENTROPY, NOW};
use crate::{PrivateKey, PublicKey};

use super::*;

const CONTENT: &[u8] = b"<plist><dict><key>Status</key><string>Idle</string></dict></plist>";
const NORM: VerifyOptions = VerifyOptions { allow_sha1: false };

fn device() -> Signer<'static> {
    Signer { key: &CAST.device.0, certificate: &CAST.device.1, chain: &[] }
}

#[test]
fn a_signature_is_good_for_its_content_and_no_other() {
    let signature = sign_detached(CONTENT, &device(), Some(NOW)).unwrap();
    let signed = verify_detached(&signature, CONTENT, &NORM).unwrap();
    assert_eq!(signed.certificate, CAST.device.1.der());
    assert_eq!(signed.sha256, *CAST.device.1.sha256());
    assert_eq!(signed.signing_time, Some(NOW));
    let mut changed = CONTENT.to_vec();
    changed[10] ^= 1;
    assert_eq!(verify_detached(&signature, &changed, &NORM), Err(CmsError::WrongContent));
    assert_eq!(verify_detached(&signature, b"", &NORM), Err(CmsError::WrongContent));
}

#[test]
fn a_kept_key_verifies_as_the_certificate_does() {
    let signature = sign_detached(CONTENT, &device(), None).unwrap();
    let key = Arc::new(PublicKey::from_spki(CAST.device.1.public_key().spki()).unwrap());
    let wrong = Arc::new(PublicKey::from_spki(CAST.other.1.public_key().spki()).unwrap());
    let with =
        |key: &Arc<PublicKey>| verify_detached_known(&signature, CONTENT, &NORM, &|_| Some(key.clone()));
    assert_eq!(with(&key).unwrap().signing_time, None);
    assert_eq!(with(&wrong), Err(CmsError::WrongSignature));
}

#[test]
fn content_inside_comes_out_and_cannot_stand_for_other_content() {
    let message = sign_attached(CONTENT, &device(), Some(NOW)).unwrap();
    let (signed, content) = verify_attached(&message, &NORM).unwrap();
    assert_eq!((signed.sha256, content.as_slice()), (*CAST.device.1.sha256(), CONTENT));
    assert_eq!(
        verify_detached(&message, CONTENT, &NORM),
        Err(CmsError::WrongContent),
        "content in two places"
    );
    let detached = sign_detached(CONTENT, &device(), None).unwrap();
    assert!(verify_attached(&detached, &NORM).is_err(), "no content");
}

#[test]
fn another_devices_certificate_does_not_take_over_a_signature() {
    // Sign as DEVICE-1 while claiming to be DEVICE-2.
    let liar = Signer { key: &CAST.device.0, certificate: &CAST.other.1, chain: &[] };
    let signature = sign_detached(CONTENT, &liar, None).unwrap();
    assert_eq!(verify_detached(&signature, CONTENT, &NORM), Err(CmsError::WrongSignature));
}

#[test]
fn ec_keys_sign_and_verify() {
    for (algorithm, hash) in [
        (&aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1_SIGNING, crate::Hash::Sha256),
        (&aws_lc_rs::signature::ECDSA_P384_SHA384_ASN1_SIGNING, crate::Hash::Sha384),
    ] {
        let pair = aws_lc_rs::signature::EcdsaKeyPair::generate(algorithm).unwrap();
        let key = PrivateKey::from_pkcs8(pair.to_pkcs8v1().unwrap().as_ref()).unwrap();
        assert_eq!(key.hash(), hash);
        let again = PrivateKey::from_pem(key.to_pem().expose()).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        let validity = crate::Validity::lasting(NOW, crate::fixtures::YEAR);
        let certificate = crate::self_signed(&key, "EC", validity, [9; 16]).unwrap();
        let signer = Signer { key: &key, certificate: &certificate, chain: &[] };
        let signature = sign_detached(CONTENT, &signer, None).unwrap();
        assert!(verify_detached(&signature, CONTENT, &NORM).is_ok());
        assert_eq!(encrypt(&certificate, CONTENT, ContentCipher::Aes128, &ENTROPY), Err(CmsError::Key));
    }
}

/// Returns a `SignedData` from parts, for what the signing code would never write.
fn assemble(content: &[u8], certificates: &[&[u8]], signers: &[Vec<u8>]) -> Vec<u8> {
    let signers: Vec<&[u8]> = signers.iter().map(Vec::as_slice).collect();
    let data = write::sequence(&[
        &write::unsigned(&[1]),
        &write::element(tag::SET, &[]),
        &write::sequence(&[&write::oid(oid::DATA), content]),
        &write::context(0, certificates),
        &write::element(tag::SET, &signers),
    ]);
    write::sequence(&[&write::oid(oid::SIGNED_DATA), &write::context(0, &[&data])])
}

/// Returns a `SignerInfo` of DEVICE-1 with those attributes (none: signed bare), over `signed`.
fn signer_info(hash: &[u8], attributes: Option<Vec<Vec<u8>>>, signed: &[u8]) -> Vec<u8> {
    let (key, certificate) = &CAST.device;
    let set = attributes.map(write::set_of);
    let signature = key.sign(set.as_deref().unwrap_or(signed)).unwrap();
    let attributes = set.map(|mut octets| {
        octets[0] = tag::context(0);
        octets
    });
    write::sequence(&[
        &write::unsigned(&[1]),
        &write::sequence(&[certificate.issuer(), &write::element(tag::INTEGER, &[certificate.serial()])]),
        &write::sequence(&[&write::oid(hash)]),
        attributes.as_deref().unwrap_or_default(),
        &write::algorithm(oid::RSA_ENCRYPTION),
        &write::octet_string(&signature),
    ])
}

fn digest_attribute(content: &[u8]) -> Vec<u8> {
    attribute(oid::MESSAGE_DIGEST, write::octet_string(crate::Hash::Sha256.digest(&[content]).as_ref()))
}

fn type_attribute() -> Vec<u8> {
    attribute(oid::CONTENT_TYPE, write::oid(oid::DATA))
}

fn verdict(signers: &[Vec<u8>]) -> Result<(), CmsError> {
    let message = assemble(&[], &[CAST.device.1.der()], signers);
    verify_detached(&message, CONTENT, &NORM).map(|_| ())
}

#[test]
fn exactly_one_signer_is_taken() {
    let bare = signer_info(oid::SHA256, None, CONTENT);
    assert_eq!(verdict(std::slice::from_ref(&bare)), Ok(()));
    assert_eq!(verdict(&[]), Err(CmsError::NotSigned));
    assert_eq!(verdict(&[bare.clone(), bare.clone()]), Err(CmsError::SeveralSigners));
    let without = assemble(&[], &[CAST.other.1.der()], &[bare]);
    assert_eq!(verify_detached(&without, CONTENT, &NORM), Err(CmsError::NoCertificate));
}

#[test]
fn attributes_must_speak_of_the_content_once() {
    let with = |attributes| verdict(&[signer_info(oid::SHA256, Some(attributes), CONTENT)]);
    let (digest, kind) = (digest_attribute(CONTENT), type_attribute());
    assert_eq!(with(vec![digest.clone(), kind.clone()]), Ok(()));
    assert!(with(vec![digest.clone()]).is_err(), "no content type");
    assert!(with(vec![kind.clone()]).is_err(), "no digest");
    assert!(with(vec![digest.clone(), digest.clone(), kind.clone()]).is_err(), "two digests");
    let other = attribute(oid::CONTENT_TYPE, write::oid(oid::ENVELOPED_DATA));
    assert_eq!(with(vec![digest, other]), Err(CmsError::WrongContent));
    assert_eq!(with(vec![digest_attribute(b"else"), kind]), Err(CmsError::WrongContent));
}

#[test]
fn a_signature_over_attributes_is_not_one_over_content_that_looks_like_them() {
    let attributes = write::set_of(vec![digest_attribute(CONTENT), type_attribute()]);
    let message = assemble(&[], &[CAST.device.1.der()], &[signer_info(oid::SHA256, None, &attributes)]);
    assert_eq!(verify_detached(&message, &attributes, &NORM), Err(CmsError::WrongContent));
}

#[test]
fn weak_and_unknown_digests_are_refused() {
    // The signature would not hold either; the digest must be refused before anyone asks.
    assert_eq!(verdict(&[signer_info(oid::SHA1, None, CONTENT)]), Err(CmsError::WeakDigest));
    assert_eq!(verdict(&[signer_info(oid::DATA, None, CONTENT)]), Err(CmsError::UnsupportedAlgorithm));
    assert_eq!(verdict(&[signer_info(oid::SHA512, None, CONTENT)]), Err(CmsError::WrongSignature));
}

#[test]
fn streamed_encodings_are_read() {
    let strict = sign_attached(CONTENT, &device(), Some(NOW)).unwrap();
    let loose = loosened(&strict);
    assert!(loose.len() > strict.len());
    let (signed, content) = verify_attached(&loose, &NORM).unwrap();
    assert_eq!((signed.sha256, content.as_slice()), (*CAST.device.1.sha256(), CONTENT));
}

/// Rewrites a message in BER: every sequence without a length, every long string in pieces of seven octets. Certificates stay:
/// they are DER by definition.
fn loosened(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut reader = crate::asn1::read::Reader::new(input);
    while !reader.is_empty() {
        let element = reader.any("test").unwrap();
        if element.raw == CAST.device.1.der() {
            out.extend_from_slice(element.raw);
        } else if element.tag & 0x20 != 0 {
            out.extend_from_slice(&[element.tag, 0x80]);
            out.extend(loosened(element.content));
            out.extend_from_slice(&[0, 0]);
        } else if element.tag == tag::OCTET_STRING && element.content.len() > 7 {
            out.extend_from_slice(&[tag::CONSTRUCTED_OCTET_STRING, 0x80]);
            for piece in element.content.chunks(7) {
                write::append(&mut out, tag::OCTET_STRING, piece);
            }
            out.extend_from_slice(&[0, 0]);
        } else {
            out.extend_from_slice(element.raw);
        }
    }
    out
}

#[test]
fn what_is_encrypted_opens_with_the_right_key_only() {
    let (key, certificate) = (CAST.ca.key(), CAST.ca.certificate());
    for cipher in [ContentCipher::Aes128, ContentCipher::Aes256, ContentCipher::TripleDes] {
        for length in [0, 1, 7, 8, 15, 16, 17, 1000] {
            let content = vec![0x5a; length];
            let envelope = encrypt(certificate, &content, cipher, &ENTROPY).unwrap();
            let opened = decrypt(key, certificate, &envelope, true, &ENTROPY).unwrap();
            assert_eq!((opened.content.expose(), opened.cipher), (&content, cipher));
            let strict = decrypt(key, certificate, &envelope, false, &ENTROPY);
            assert_eq!(strict.is_ok(), cipher != ContentCipher::TripleDes);
        }
    }
    let envelope = encrypt(certificate, CONTENT, ContentCipher::Aes128, &ENTROPY).unwrap();
    let elsewhere = decrypt(&CAST.other.0, &CAST.other.1, &envelope, true, &ENTROPY);
    assert_eq!(elsewhere, Err(CmsError::CannotOpen), "not addressed to this key");
    let wrong_key = decrypt(&CAST.other.0, certificate, &envelope, true, &ENTROPY);
    assert!(wrong_key.is_err(), "the key does not fit");
}

#[test]
fn a_content_key_sent_in_another_way_is_told_apart_because_anyone_can_see_it() {
    let (key, certificate) = (CAST.ca.key(), CAST.ca.certificate());
    let mut envelope = encrypt(certificate, CONTENT, ContentCipher::Aes128, &ENTROPY).unwrap();
    let id = oid::RSA_ENCRYPTION;
    let at = envelope.windows(id.len()).position(|part| part == id).unwrap();
    // id-RSAES-OAEP, RFC 8017 appendix C.
    envelope[at + id.len() - 1] = 7;
    assert_eq!(decrypt(key, certificate, &envelope, true, &ENTROPY), Err(CmsError::UnsupportedAlgorithm));
}

#[test]
fn spoilt_envelopes_fail_alike() {
    let (key, certificate) = (CAST.ca.key(), CAST.ca.certificate());
    let envelope = encrypt(certificate, CONTENT, ContentCipher::Aes128, &ENTROPY).unwrap();
    let mut cases = 0;
    // The last block decides on the padding; the encrypted key lies well before it.
    let spoil = |at: usize| {
        let mut spoilt = envelope.clone();
        spoilt[at] ^= 0x81;
        decrypt(key, certificate, &spoilt, true, &ENTROPY)
    };
    for at in envelope.len() - 32..envelope.len() - 16 {
        match spoil(at) {
            Err(error) => assert_eq!(error, CmsError::CannotOpen),
            Ok(opened) => assert_ne!(opened.content.expose().as_slice(), CONTENT),
        }
        cases += 1;
    }
    let key_at = envelope.windows(2).position(|it| it == [0x82, 0x01]).unwrap();
    for at in [key_at + 200, key_at + 250] {
        match spoil(at) {
            Err(error) => assert_eq!(error, CmsError::CannotOpen),
            Ok(opened) => assert_ne!(opened.content.expose().as_slice(), CONTENT),
        }
        cases += 1;
    }
    assert_eq!(cases, 18);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(verify_detached(&bytes, CONTENT, &NORM).is_err());
        prop_assert!(verify_attached(&bytes, &NORM).is_err());
        prop_assert!(decrypt(CAST.ca.key(), CAST.ca.certificate(), &bytes, true, &ENTROPY).is_err());
        prop_assert!(crate::Certificate::parse(&bytes).is_err());
        prop_assert!(crate::CertificateRequest::parse(&bytes, true).is_err());
    }

    #[test]
    fn no_change_to_a_signature_names_another_signer(at in any::<prop::sample::Index>(), bits in 1..=255_u8, cut in any::<prop::sample::Index>()) {
        let good = signature();
        let mut changed = good.clone();
        let at = at.index(changed.len());
        changed[at] ^= bits;
        if let Ok(signed) = verify_detached(&changed, CONTENT, &NORM) {
            // Octets that nothing depends on, such as a version, may change. So may the certificate, as the signature
            // is by its key alone; but then it is no longer one that the authority issued.
            let ours = signed.sha256 == *CAST.device.1.sha256();
            let issued = crate::Certificate::parse(&signed.certificate)
                .is_ok_and(|certificate| certificate.check_issued_by(CAST.ca.certificate()).is_ok());
            prop_assert_eq!(ours, issued);
        }
        let cut = cut.index(good.len());
        prop_assert!(verify_detached(&good[..cut], CONTENT, &NORM).is_err());
        let longer = [&good[..], &[bits]].concat();
        prop_assert!(verify_detached(&longer, CONTENT, &NORM).is_err());
    }

    #[test]
    fn no_change_to_an_envelope_makes_it_panic(at in any::<prop::sample::Index>(), bits in 1..=255_u8) {
        let mut changed = encrypt(CAST.ca.certificate(), CONTENT, ContentCipher::Aes128, &ENTROPY).unwrap();
        let at = at.index(changed.len());
        changed[at] ^= bits;
        drop(decrypt(CAST.ca.key(), CAST.ca.certificate(), &changed, true, &ENTROPY));
    }
}

fn signature() -> Vec<u8> {
    static ONE: std::sync::LazyLock<Vec<u8>> =
        std::sync::LazyLock::new(|| sign_detached(CONTENT, &device(), Some(NOW)).unwrap());
    ONE.clone()
}
