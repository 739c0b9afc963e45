//! The device authority, signed and encrypted messages, and SCEP: bytes to types and back.
//!
//! A device proves who it is with a certificate that this force's own authority gave it when it enrolled, and signs
//! every message with that certificate's key. This crate makes and checks those proofs. It does no I/O, holds no
//! challenges and remembers nothing: which serial number may enrol with which one-time challenge, what is revoked and
//! where the authority's key lies are for `app`, `store` and the binary.
//!
//! Every operation with a private key is aws-lc's. It draws the randomness for new RSA keys, for PKCS#1 padding and
//! for ECDSA from its own generator, which cannot be replaced; all other randomness is [`domain::Entropy`]'s, and
//! the time is always an argument.

mod asn1;
mod ca;
#[cfg(test)]
mod ca_tests;
mod certificate;
pub mod cms;
#[cfg(test)]
mod fixtures;
pub mod header;
mod key;
mod pem;
mod request;
pub mod scep;
mod signing;
mod strength;

pub use asn1::Malformed;
pub use ca::{CaError, DeviceCa, Revoked, Subject, Validity, self_signed};
pub use certificate::{Certificate, CertificateError, MAX_CERTIFICATE};
pub use key::{Hash, KeyError, PrivateKey, PublicKey, RsaBits, sha256};
pub use request::{CertificateRequest, MAX_REQUEST, RequestError};
pub use signing::Sign;
pub use strength::KeyFault;
