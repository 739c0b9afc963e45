//! Certificates and requests, as DER from devices and as PEM from operators.

use domain::Secret;
use pki::{Certificate, CertificateRequest, DeviceCa, MAX_CERTIFICATE, MAX_REQUEST, PrivateKey};

use super::text;
use crate::cast::{CAST, NOW, VALIDITY};
use crate::sample;

/// Pieces of PEM.
pub const PEM_WORDS: &[&str] = &[
    "-----BEGIN CERTIFICATE-----\n",
    "-----END CERTIFICATE-----\n",
    "-----BEGIN PRIVATE KEY-----\n",
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN RSA PRIVATE KEY-----\n",
    "-----BEGIN ",
    "-----",
    "=",
    "\r\n",
];

/// Reads a certificate.
pub fn certificate(data: &[u8]) -> bool {
    let Ok(read) = Certificate::parse(data) else { return false };
    assert!(data.len() <= MAX_CERTIFICATE, "{} bytes", data.len());
    assert_eq!(read.der(), data, "a certificate is kept as it came");
    let again = Certificate::from_pem(&read.to_pem());
    assert_eq!(again.as_ref(), Ok(&read), "what is written as PEM reads back");
    assert!(read.has_fingerprint(read.sha256()) && read.sha256_hex().len() == 64);
    assert!(!read.serial_hex().is_empty(), "every certificate has a serial number");
    let in_time = (read.not_before()..=read.not_after()).contains(&NOW);
    assert_eq!(read.check_valid_at(NOW).is_ok(), in_time);
    let ours = read == CAST.certificate || read == *CAST.ca.certificate();
    assert_eq!(read.check_issued_by(CAST.ca.certificate()).is_ok(), ours, "who issued it");
    true
}

/// Reads a certificate request, and certifies what was asked for.
pub fn certificate_request(data: &[u8]) -> bool {
    let lax = CertificateRequest::parse(data, true);
    let strict = CertificateRequest::parse(data, false);
    assert!(strict.is_err() || strict == lax, "what the norm takes is not changed by an exception");
    let Ok(request) = lax else { return false };
    assert!(data.len() <= MAX_REQUEST, "{} bytes", data.len());
    assert!(request.subject().expose().len() < data.len(), "a subject that is larger than the request");
    let challenge = request.challenge().map_or(0, |challenge| challenge.expose().len());
    assert!(challenge <= 255, "a challenge of {challenge} bytes");
    let subject = pki::Subject { common_name: "ASKED".into(), organisation: "Fuzz Constabulary".into() };
    let issued = CAST.ca.issue(&request, &subject, VALIDITY, [9; 16]).expect("a good request can be granted");
    assert_eq!(issued.public_key(), request.public_key(), "another key was certified");
    assert_eq!(issued.common_name(), Some("ASKED"), "the asker chose its own name");
    assert!(!issued.is_authority(), "a device became an authority");
    true
}

/// Reads what an operator names in the settings: certificate, key, authority.
pub fn pem(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let certificate = Certificate::from_pem(text);
    let key = PrivateKey::from_pem(text);
    let authority = DeviceCa::from_pem(text, &Secret::new(text.to_owned()));
    if let Ok(key) = &key {
        let again = PrivateKey::from_pem(key.to_pem().expose()).expect("a key that was read can be kept");
        assert_eq!(again.public_key(), key.public_key());
    }
    if let Ok(authority) = &authority {
        let fits = key.as_ref().is_ok_and(|key| key.public_key() == authority.certificate().public_key());
        assert!(fits, "an authority whose key is not its own");
    }
    certificate.is_ok() || key.is_ok()
}

/// Certificates of both sorts.
#[must_use]
pub fn certificate_seeds() -> Vec<Vec<u8>> {
    vec![CAST.ca.certificate().der().to_vec(), CAST.certificate.der().to_vec()]
}

/// Requests with and without a challenge.
///
/// # Panics
/// When the device's key cannot sign.
#[must_use]
pub fn request_seeds() -> Vec<Vec<u8>> {
    let challenge = Secret::new("fuzz-challenge".to_owned());
    let build =
        |challenge| CertificateRequest::build(&CAST.key, "DEVICE-1", challenge).expect("the device signs");
    vec![build(None), build(Some(&challenge))]
}

/// Certificates, keys, and one file with both.
#[must_use]
pub fn pem_seeds() -> Vec<Vec<u8>> {
    let (certificate, key) = (sample::data("authority.pem"), sample::data("authority-key.pem"));
    let both = [certificate.as_slice(), &key].concat();
    vec![both, certificate, key, sample::data("device.pem"), sample::data("device-key.pem")]
}
