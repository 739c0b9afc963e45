//! Verifies an ID token: its signature by a key of the provider, and the claims that a sign-in relies on (OpenID Connect Core,
//! 3.1.3.7). Other claims are read as they are and never fail a sign-in: providers send `email_verified` as text, `updated_at` as
//! a date, and worse.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, SignatureVerificationError};
use serde::Deserialize;

use super::{ALGORITHMS, Claims, LEEWAY, TokenFault};

/// The values that a token must match.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) keys: &'a [CoreJsonWebKey],
    pub(super) now: Timestamp,
}

/// The header of a signed token (RFC 7515, section 4.1).
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

/// Verifies a token and returns its claims.
pub(super) fn verify(token: &str, expected: &Expected<'_>) -> Result<Claims, TokenFault> {
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(TokenFault::Malformed);
    };
    let signed = token.rsplit_once('.').map_or("", |(signed, _)| signed);
    verify_signature(&decoded(header)?, signed.as_bytes(), &decoded(signature)?, expected.keys)?;
    let claims = Claims::of_payload(&decoded(payload)?)?;
    claims.check_issuer(expected.issuer)?;
    claims.check_audience(expected.client_id)?;
    claims.check_times(expected.now.minus(LEEWAY), expected.now.plus(LEEWAY))?;
    claims.check_nonce(expected.nonce)?;
    Ok(claims)
}

fn decoded(part: &str) -> Result<Vec<u8>, TokenFault> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFault::Malformed)
}

fn verify_signature(
    header: &[u8],
    signed: &[u8],
    signature: &[u8],
    keys: &[CoreJsonWebKey],
) -> Result<(), TokenFault> {
    let header: Header = serde_json::from_slice(header).map_err(|_| TokenFault::Malformed)?;
    if header.alg.eq_ignore_ascii_case("none") {
        return Err(TokenFault::Unsigned);
    }
    let algorithm: CoreJwsSigningAlgorithm =
        serde_json::from_value(header.alg.into()).map_err(|_| TokenFault::WrongAlgorithm)?;
    // An extension that must be understood, and is not, makes the token invalid (RFC 7515, section 4.1.11).
    if !ALGORITHMS.contains(&algorithm) || header.crit.is_some() {
        return Err(TokenFault::WrongAlgorithm);
    }
    let named = |key: &&CoreJsonWebKey| {
        header.kid.as_ref().is_none_or(|kid| key.key_id().is_some_and(|id| id.as_str() == kid.as_str()))
    };
    let mut outcome = Err(TokenFault::UnknownKey);
    for key in keys.iter().filter(named) {
        match key.verify_signature(&algorithm, signed, signature) {
            Ok(()) => return Ok(()),
            // A key of another kind or for another use cannot have signed this.
            Err(SignatureVerificationError::InvalidKey(_)) => {}
            Err(_) => outcome = Err(TokenFault::WrongSignature),
        }
    }
    outcome
}
