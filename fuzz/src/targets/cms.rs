//! Signed and encrypted messages.

use pki::cms::{
    CmsError, MAX_MESSAGE, MAX_SIGNATURE, Signed, Signer, VerifyOptions, decrypt, sign_attached,
    sign_detached, verify_attached, verify_detached,
};
use pki::{Certificate, sha256};

use crate::cast::{CAST, Fixed, NOW};
use crate::sample;

/// What detached signatures of the seeds are over.
const CONTENT: &[u8] = b"<plist><dict><key>Status</key><string>Idle</string></dict></plist>";
const LAX: VerifyOptions = VerifyOptions { allow_sha1: true };
const STRICT: VerifyOptions = VerifyOptions { allow_sha1: false };

/// Encodings of ASN.1 that readers trip over: endless lengths, end markers, huge lengths, strings in pieces, tags of
/// signed messages. Text because the table of targets is; all are below 0x80 or spelt by the mutations instead.
pub const WORDS: &[&str] =
    &["\u{0}\u{0}", "0\u{0}", "\u{24}\u{4}", "\u{4}\u{1}", "\u{2}\u{1}\u{0}", "\u{5}\u{0}", "1\u{0}"];

/// Checks a signature over content that travels apart from it.
pub fn cms_detached(data: &[u8]) -> bool {
    let lax = verify_detached(data, CONTENT, &LAX);
    stricter_takes_less(&lax, &verify_detached(data, CONTENT, &STRICT));
    if data.len() > MAX_SIGNATURE {
        assert_eq!(lax, Err(CmsError::TooLong));
    }
    let Ok(signed) = lax else { return false };
    check_signed(&signed, data);
    let other = verify_detached(data, b"other content", &LAX);
    assert!(other.is_err(), "one signature over two contents");
    true
}

/// Checks a signature over content inside the message.
pub fn cms_attached(data: &[u8]) -> bool {
    let lax = verify_attached(data, &LAX);
    stricter_takes_less(&lax, &verify_attached(data, &STRICT));
    if data.len() > MAX_MESSAGE {
        assert_eq!(lax, Err(CmsError::TooLong));
    }
    let Ok((signed, content)) = lax else { return false };
    check_signed(&signed, data);
    assert!(content.len() < data.len(), "content that is larger than the message");
    assert!(verify_detached(data, &content, &LAX).is_err(), "content in two places");
    true
}

/// Opens what was encrypted to the authority.
pub fn cms_enveloped(data: &[u8]) -> bool {
    let ca = &CAST.ca;
    let open = |allow_3des| decrypt(ca.key(), ca.certificate(), data, allow_3des, &Fixed);
    let lax = open(true);
    stricter_takes_less(&lax, &open(false));
    if data.len() > MAX_MESSAGE {
        assert_eq!(lax, Err(CmsError::TooLong));
    }
    let Ok(opened) = lax else { return false };
    assert!(opened.content.expose().len() < data.len(), "content that is larger than the message");
    true
}

/// Checks that an input accepted by the norm is accepted with exceptions too, with the same result.
fn stricter_takes_less<T: PartialEq + std::fmt::Debug>(
    lax: &Result<T, CmsError>,
    strict: &Result<T, CmsError>,
) {
    if strict.is_ok() {
        assert_eq!(lax, strict, "what is allowed by the norm is not changed by an exception");
    }
}

fn check_signed(signed: &Signed, data: &[u8]) {
    assert_eq!(signed.sha256, sha256(&signed.certificate), "the digest is not that of the certificate");
    assert!(signed.certificate.len() <= data.len(), "a certificate that is larger than the message");
    // A good signature proves a key; the certificate around it may be anybody's, and must be asked for its issuer.
    let issued = Certificate::parse(&signed.certificate)
        .is_ok_and(|certificate| certificate.check_issued_by(CAST.ca.certificate()).is_ok());
    assert_eq!(issued, signed.sha256 == *CAST.certificate.sha256(), "a certificate that was never issued");
}

fn device() -> Signer<'static> {
    Signer {
        key: &CAST.key,
        certificate: &CAST.certificate,
        chain: std::slice::from_ref(CAST.ca.certificate()),
    }
}

/// Signatures as devices make them, with and without a time.
///
/// # Panics
/// When the device's key cannot sign.
#[must_use]
pub fn detached_seeds() -> Vec<Vec<u8>> {
    let sign = |at| sign_detached(CONTENT, &device(), at).expect("the device signs");
    vec![sign(None), sign(Some(NOW))]
}

/// Returns signed messages with short and long content.
///
/// # Panics
/// When the device's key cannot sign.
#[must_use]
pub fn attached_seeds() -> Vec<Vec<u8>> {
    let sign = |content: &[u8]| sign_attached(content, &device(), Some(NOW)).expect("the device signs");
    vec![sign(CONTENT), sign(b""), sign(&[0x30; 5000])]
}

/// Returns encrypted messages, one for each cipher.
#[must_use]
pub fn enveloped_seeds() -> Vec<Vec<u8>> {
    ["aes128", "aes256", "3des"].map(|cipher| sample::data(&format!("enveloped-{cipher}.der"))).to_vec()
}
