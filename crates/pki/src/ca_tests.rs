//! Authorities and what they issue. That others can read it is shown in `tests/openssl.rs`.

use domain::Span;

use crate::fixtures::{CAST, NOW, YEAR, enrolled};
use crate::*;

#[test]
fn a_device_belongs_to_the_authority_that_signed_it_not_to_one_of_the_same_name() {
    let device = &CAST.device.1;
    assert_eq!(device.check_issued_by(CAST.ca.certificate()), Ok(()));
    assert_eq!(device.check_issued_by(CAST.impostor.certificate()), Err(CertificateError::NotIssuedHere));
    assert_eq!(
        device.check_issued_by(&CAST.other.1),
        Err(CertificateError::NotIssuedHere),
        "a device is no authority"
    );
    assert!(!device.is_authority() && CAST.ca.certificate().is_authority());
    assert_eq!(device.common_name(), Some("DEVICE-1"), "and not what the request asked for");
}

#[test]
fn validity_includes_both_ends_and_never_outlives_the_authority() {
    let device = &CAST.device.1;
    let second = Span::from_secs(1);
    assert_eq!(device.check_valid_at(NOW), Ok(()));
    assert_eq!(device.check_valid_at(NOW.plus(YEAR)), Ok(()));
    assert_eq!(device.check_valid_at(NOW.minus(second)), Err(CertificateError::NotYetValid(NOW)));
    assert_eq!(
        device.check_valid_at(NOW.plus(YEAR).plus(second)),
        Err(CertificateError::Expired(NOW.plus(YEAR)))
    );

    let request = CertificateRequest::build(&CAST.device.0, "x", None).unwrap();
    let request = CertificateRequest::parse(&request, false).unwrap();
    let subject = Subject { common_name: "x".into(), organisation: "y".into() };
    let long = Validity::lasting(NOW.plus(second), Span::from_secs(20 * 365 * 86_400));
    let issued = CAST.ca.issue(&request, &subject, long, [1; 16]).unwrap();
    assert_eq!(issued.not_after(), CAST.ca.certificate().not_after());
    let late = Validity::lasting(NOW.plus(YEAR), YEAR);
    assert_eq!(CAST.ca.issue(&request, &subject, late, [1; 16]), Err(CaError::Expired));
}

#[test]
fn serial_numbers_are_positive_and_always_as_long() {
    for (given, wanted) in [([0; 16], "40"), ([0xff; 16], "7f")] {
        let request = CertificateRequest::build(&CAST.device.0, "x", None).unwrap();
        let request = CertificateRequest::parse(&request, false).unwrap();
        let subject = Subject { common_name: "x".into(), organisation: "y".into() };
        let serial =
            CAST.ca.issue(&request, &subject, Validity::lasting(NOW, YEAR), given).unwrap().serial_hex();
        assert_eq!((serial.len(), &serial[..2]), (32, wanted));
    }
}

#[test]
fn an_authority_is_taken_from_outside_only_as_a_pair_that_fits() {
    let (certificate, key) = (CAST.ca.certificate().to_pem(), CAST.ca.key().to_pem());
    let again = DeviceCa::from_pem(&certificate, &key).unwrap();
    assert_eq!(again.certificate(), CAST.ca.certificate());
    let other = CAST.impostor.key().to_pem();
    assert!(matches!(DeviceCa::from_pem(&certificate, &other), Err(CaError::NotAPair)));
    let (device_key, device) = &CAST.device;
    assert!(matches!(
        DeviceCa::from_pem(&device.to_pem(), &device_key.to_pem()),
        Err(CaError::NotAnAuthority)
    ));
    let no_key = domain::Secret::new(certificate.clone());
    assert!(matches!(DeviceCa::from_pem(&certificate, &no_key), Err(CaError::Key(KeyError::NoKeyInPem))));
    assert!(!format!("{again:?}{key:?}").contains("BEGIN"), "the key must not reach a log");
}

#[test]
fn a_request_must_be_signed_with_its_own_key_and_hold_one_challenge() {
    use crate::asn1::{oid, write};
    let challenge = domain::Secret::new("secret".to_owned());
    let good = CertificateRequest::build(&CAST.device.0, "x", Some(&challenge)).unwrap();
    assert_eq!(CertificateRequest::parse(&good, false).unwrap().challenge(), Some(&challenge));
    let mut spoilt = good.clone();
    *spoilt.last_mut().unwrap() ^= 1;
    assert_eq!(CertificateRequest::parse(&spoilt, false), Err(RequestError::NotSignedWithItsKey));
    assert!(CertificateRequest::parse(&[&good[..], b"x"].concat(), false).is_err(), "trailing octet");

    let key = &CAST.device.0;
    let attribute =
        write::sequence(&[&write::oid(oid::CHALLENGE_PASSWORD), &write::set_of(vec![write::utf8("one")])]);
    let twice = write::context(0, &[&attribute, &attribute]);
    let name = request::distinguished_name("x", None);
    let signed = write::sequence(&[&write::unsigned(&[0]), &name, key.public_key().spki(), &twice]);
    let signature = write::bit_string(&key.sign(&signed).unwrap());
    let double = write::sequence(&[&signed, &signing::algorithm(key), &signature]);
    assert!(
        matches!(CertificateRequest::parse(&double, false), Err(RequestError::Malformed(_))),
        "two challenges"
    );
}

#[test]
fn small_keys_are_not_certified() {
    // A 1024-bit RSA key as SubjectPublicKeyInfo: modulus of 128 octets, exponent 65537.
    use crate::asn1::{oid, write};
    let mut modulus = [0xa5; 128];
    modulus[127] = 1;
    let numbers = write::sequence(&[&write::unsigned(&modulus), &write::unsigned(&[1, 0, 1])]);
    let spki = write::sequence(&[&write::algorithm(oid::RSA_ENCRYPTION), &write::bit_string(&numbers)]);
    let usable = PublicKey::from_spki(&spki).is_ok_and(|key| key.verify(Hash::Sha256, b"x", &[1; 128]));
    assert!(!usable);
}

#[test]
fn a_certificate_and_a_key_read_back_from_pem() {
    let (key, certificate) = enrolled(&CAST.ca, "PEM", 5);
    assert_eq!(Certificate::from_pem(&certificate.to_pem()).unwrap(), certificate);
    let again = PrivateKey::from_pem(key.to_pem().expose()).unwrap();
    assert_eq!(again.public_key(), key.public_key());
    assert!(certificate.has_fingerprint(certificate.sha256()));
    assert!(!certificate.has_fingerprint(CAST.device.1.sha256()) && !certificate.has_fingerprint(&[]));
    assert!(Certificate::from_pem("nothing").is_err() && PrivateKey::from_pem("nothing").is_err());
}

#[test]
fn no_octet_of_a_certificate_can_change_without_notice() {
    // The digest names a certificate. Were one octet free, one certificate would have many names.
    let good = CAST.device.1.der();
    for at in 0..good.len() {
        for bit in [1, 2, 0x80] {
            let mut changed = good.to_vec();
            changed[at] ^= bit;
            let issued = Certificate::parse(&changed)
                .is_ok_and(|changed| changed.check_issued_by(CAST.ca.certificate()).is_ok());
            assert!(!issued, "octet {at} with bit {bit:#04x} turned");
        }
    }
}
