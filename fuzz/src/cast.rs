//! The authority, the device and the ledger's key that targets share.
//!
//! Their keys stand in `data/` and protect nothing. They are kept rather than made, because an input is only worth
//! keeping if it means the same in the next run, and RSA keys cannot be made from a seed.

use std::sync::LazyLock;

use domain::{Entropy, Secret, Timestamp};
use ledger::SigningKey;
use pki::scep::client::{Pending, Wish};
use pki::{Certificate, DeviceCa, PrivateKey, RsaBits, Subject, Validity};

use crate::sample;

/// Noon of 22 November 2026.
pub const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);
/// How long every certificate lasts.
pub const VALIDITY: Validity = Validity {
    from: Timestamp::from_millis(1_767_225_600_000),
    until: Timestamp::from_millis(2_082_758_400_000),
};
/// The name of the ledger.
pub const LEDGER: &str = "fuzz.example/ledger";

/// The same octets at every call, whatever came before, so that a target's work depends on nothing but its input.
#[derive(Debug, Clone, Copy)]
pub struct Fixed;

impl Entropy for Fixed {
    fn fill(&self, out: &mut [u8]) {
        for (octet, count) in out.iter_mut().zip((0..=u8::MAX).cycle()) {
            *octet = count.wrapping_mul(151).wrapping_add(43);
        }
    }
}

/// The authority, and a device that it has certified.
#[derive(Debug)]
pub struct Cast {
    /// The authority.
    pub ca: DeviceCa,
    /// The device's key.
    pub key: PrivateKey,
    /// The device's certificate.
    pub certificate: Certificate,
}

/// The cast, read from `data/` once.
pub static CAST: LazyLock<Cast> = LazyLock::new(|| {
    let text = |name| String::from_utf8(sample::data(name)).expect("PEM is text");
    let ca_key = Secret::new(text("authority-key.pem"));
    Cast {
        ca: DeviceCa::from_pem(&text("authority.pem"), &ca_key).expect("the authority is whole"),
        key: PrivateKey::from_pem(&text("device-key.pem")).expect("the device's key is whole"),
        certificate: Certificate::from_pem(&text("device.pem")).expect("the device's certificate is whole"),
    }
});

/// Returns the ledger's key.
///
/// # Panics
/// Never: the seed and the name are good ones.
#[must_use]
pub fn ledger_key() -> SigningKey {
    SigningKey::from_seed(LEDGER, &Secret::new([7; 32])).expect("any 32 bytes are a seed")
}

/// Returns the device's first SCEP request. Its padding differs from call to call; its name and nonce, which an answer must
/// repeat, do not.
///
/// # Panics
/// When the keys under `data/` do not fit.
#[must_use]
pub fn scep_first() -> Pending {
    let challenge = Secret::new("fuzz-challenge".to_owned());
    pki::scep::client::first(&wish(&challenge), CAST.ca.certificate(), &Fixed).expect("the device asks")
}

/// Returns the device's renewal.
///
/// # Panics
/// As [`scep_first`].
#[must_use]
pub fn scep_renewal() -> Pending {
    let challenge = Secret::new("fuzz-challenge".to_owned());
    let cast = &*CAST;
    pki::scep::client::renewal(&wish(&challenge), &cast.key, &cast.certificate, cast.ca.certificate(), &Fixed)
        .expect("the device asks")
}

fn wish(challenge: &Secret<String>) -> Wish<'_> {
    let cipher = pki::cms::ContentCipher::Aes128;
    Wish { key: &CAST.key, name: "DEVICE-1", challenge: Some(challenge), cipher, now: NOW }
}

/// Makes the files of `data/` that hold keys, and messages that differ at each making, as name and content. Every
/// stored input of the targets that read signed or encrypted messages loses its meaning with them.
///
/// # Panics
/// When keys cannot be made.
#[must_use]
pub fn remake() -> Vec<(&'static str, Vec<u8>)> {
    let ca =
        DeviceCa::generate("Fuzz Authority", RsaBits::Rsa2048, VALIDITY, [7; 16]).expect("keys can be made");
    let key = PrivateKey::generate(RsaBits::Rsa2048).expect("keys can be made");
    let request = pki::CertificateRequest::build(&key, "DEVICE-1", None).expect("the key signs");
    let request = pki::CertificateRequest::parse(&request, false).expect("it is a request");
    let subject = Subject { common_name: "DEVICE-1".into(), organisation: "Fuzz Constabulary".into() };
    let certificate = ca.issue(&request, &subject, VALIDITY, [1; 16]).expect("the authority issues");
    vec![
        ("authority.pem", ca.certificate().to_pem().into_bytes()),
        ("authority-key.pem", ca.key().to_pem().expose().clone().into_bytes()),
        ("device.pem", certificate.to_pem().into_bytes()),
        ("device-key.pem", key.to_pem().expose().clone().into_bytes()),
    ]
}

/// Returns the messages of `data/`, made with the keys that lie there.
///
/// # Panics
/// When the keys under `data/` do not fit.
#[must_use]
pub fn remake_messages() -> Vec<(&'static str, Vec<u8>)> {
    let ca = &CAST.ca;
    let first = scep_first().message;
    let asked = pki::scep::decode(&first, ca, &pki::scep::ScepOptions::default(), NOW, &Fixed);
    let asked = asked.expect("a good request is granted");
    let answer = pki::scep::success(ca, &asked, &CAST.certificate, &Fixed).expect("the authority answers");
    let mut all = vec![
        ("scep-first.der", first),
        ("scep-renewal.der", scep_renewal().message),
        ("scep-answer.der", answer),
    ];
    for (name, cipher) in [
        ("enveloped-aes128.der", pki::cms::ContentCipher::Aes128),
        ("enveloped-aes256.der", pki::cms::ContentCipher::Aes256),
        ("enveloped-3des.der", pki::cms::ContentCipher::TripleDes),
    ] {
        let content = b"what a device would ask for";
        let envelope = pki::cms::encrypt(ca.certificate(), content, cipher, &Fixed);
        all.push((name, envelope.expect("the authority's key receives")));
    }
    all
}
