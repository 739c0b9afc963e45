//! HTTP headers that prove who is calling: a device's signature of its message, and the certificate that a proxy vouches
//! for. Bytes to types only: whether either is believed is decided elsewhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::{Certificate, CertificateError};

/// The longest header that is looked at, in bytes: a certificate, a signature and their frame are below 8 KiB.
pub const MAX_HEADER: usize = 64 * 1024;

/// Why a header cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Longer than [`MAX_HEADER`].
    #[error("the header is longer than 64 KiB")]
    TooLong,
    /// Not base64, as signatures come.
    #[error("the header is not base64")]
    NotBase64,
    /// Not text, or an escape in it is broken.
    #[error("the header is not percent-encoded text")]
    NotText,
    /// The text holds no certificate that can be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

/// Returns the signature that a device sends beside its message (Apple, `Mdm-Signature`): base64 of a detached CMS message, which
/// is not looked at yet.
///
/// # Errors
/// [`HeaderError::TooLong`], [`HeaderError::NotBase64`].
pub fn signature(header: &[u8]) -> Result<Vec<u8>, HeaderError> {
    if header.len() > MAX_HEADER {
        return Err(HeaderError::TooLong);
    }
    BASE64.decode(header).map_err(|_| HeaderError::NotBase64)
}

/// Returns the certificate that a proxy names: PEM whose line breaks are percent-encoded, as proxies write it into a header.
///
/// # Errors
/// [`HeaderError::TooLong`], [`HeaderError::NotText`], [`HeaderError::Certificate`].
pub fn proxy_certificate(header: &[u8]) -> Result<Certificate, HeaderError> {
    if header.len() > MAX_HEADER {
        return Err(HeaderError::TooLong);
    }
    let pem = percent_decoded(header).ok_or(HeaderError::NotText)?;
    Ok(Certificate::from_pem(&pem)?)
}

fn percent_decoded(text: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoding_is_undone_and_nonsense_refused() {
        assert_eq!(percent_decoded(b"a%20b%0A").as_deref(), Some("a b\n"));
        for bad in ["%", "%2", "%zz", "%ff"] {
            assert_eq!(percent_decoded(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn what_is_too_long_is_not_looked_at() {
        let long = vec![b'A'; MAX_HEADER + 1];
        assert_eq!(signature(&long), Err(HeaderError::TooLong));
        assert_eq!(proxy_certificate(&long), Err(HeaderError::TooLong));
        assert_eq!(signature(&long[..8]), Ok(vec![0; 6]));
        assert!(matches!(proxy_certificate(b"not%20pem"), Err(HeaderError::Certificate(_))));
    }
}
