//! Headers in which a device signs its message, or a proxy names a device's certificate.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use pki::header::{MAX_HEADER, proxy_certificate, signature};

use crate::cast::CAST;

/// What means something in either header.
pub const WORDS: &[&str] = &[
    "%0A",
    "%20",
    "%",
    "%2",
    "%zz",
    "%ff",
    "+",
    "/",
    "=",
    "====",
    "-----BEGIN%20CERTIFICATE-----%0A",
    "-----END%20CERTIFICATE-----",
    "\r\n",
    "\u{0}",
];

/// Reads the bytes as both headers. What is taken is never longer than what came.
pub fn headers(data: &[u8]) -> bool {
    let signed = signature(data);
    if let Ok(bytes) = &signed {
        assert!(data.len() <= MAX_HEADER && bytes.len() <= data.len());
        assert_eq!(BASE64.encode(bytes).as_bytes(), data, "one spelling of a signature");
    }
    let named = proxy_certificate(data);
    if let Ok(certificate) = &named {
        assert!(data.len() <= MAX_HEADER && certificate.der().len() < data.len());
    }
    signed.is_ok() || named.is_ok()
}

/// Returns a signature's header, and a proxy's.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let pem = CAST.certificate.to_pem();
    let escaped: String =
        pem.chars().map(|c| if c == '\n' { "%0A".to_owned() } else { c.to_string() }).collect();
    vec![BASE64.encode(CAST.certificate.der()).into_bytes(), escaped.into_bytes(), pem.into_bytes()]
}
