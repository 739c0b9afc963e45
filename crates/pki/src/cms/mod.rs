//! Signed and encrypted messages (CMS, RFC 5652).
//!
//! A device signs each request to the server, the server signs profiles, and SCEP does both and encrypts besides.
//! Exactly one signer is accepted, whose certificate comes with the message; whether that certificate is one of ours is
//! a second question ([`crate::Certificate::check_issued_by`]) which a server answers once per certificate and then
//! remembers by digest. Timestamps, counter-signatures and attribute certificates are passed over.

mod envelope;
mod sign;
#[cfg(test)]
mod tests;
mod verify;

pub use envelope::{ContentCipher, Opened, decrypt, encrypt};
pub use sign::{Signer, sign_attached, sign_detached};
pub use verify::{
    Signed, VerifyOptions, claimed_signer, verify_attached, verify_detached, verify_detached_known,
};

pub(crate) use sign::{attribute, certificates_only, sign};
pub(crate) use verify::SignedData;

use crate::asn1::Malformed;
use crate::key::KeyError;

/// The longest detached signature that is read, in bytes: several certificates fit in.
pub const MAX_SIGNATURE: usize = 64 * 1024;
/// The longest message with its content inside that is read, in bytes.
pub const MAX_MESSAGE: usize = 4 * 1024 * 1024;

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CmsError {
    /// Not the structure that it should be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Longer than [`MAX_SIGNATURE`] or [`MAX_MESSAGE`].
    #[error("the signed or encrypted message is too long")]
    TooLong,
    /// Nobody signed it.
    #[error("the message carries no signature")]
    NotSigned,
    /// It has several signers, so the sender is ambiguous.
    #[error("the message carries more than one signature")]
    SeveralSigners,
    /// The signer's certificate is not in the message.
    #[error("the message does not hold the certificate of its signer")]
    NoCertificate,
    /// A digest that the settings do not allow.
    #[error("the message is signed with SHA-1, which the settings do not allow")]
    WeakDigest,
    /// Another algorithm than those we know, or two that contradict each other.
    #[error("the message uses an algorithm that is not supported")]
    UnsupportedAlgorithm,
    /// The content is not the one that was signed.
    #[error("the content is not the one that was signed")]
    WrongContent,
    /// The signature does not hold.
    #[error("the signature is not valid")]
    WrongSignature,
    /// The message cannot be opened. Deliberately says nothing of where it failed.
    #[error("the message cannot be decrypted")]
    CannotOpen,
    /// The key refused to sign or encrypt.
    #[error("the key cannot sign or encrypt this")]
    Key,
}

impl From<KeyError> for CmsError {
    fn from(_: KeyError) -> Self {
        Self::Key
    }
}
