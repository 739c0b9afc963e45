//! The clients of other services: pushes to devices, mail and texts to people, requests to a system of the force, and the sign-in of
//! people through the force's directory.
//!
//! They also send the copies of the ledger's checkpoints.
//!
//! Nothing here decides whom to contact or when (`app` does) and nothing here keeps state; a client knows how to send one thing
//! to one service and how to read the answer.

pub mod apns;
pub mod channel;
pub mod copies;
pub mod hook;
pub mod mail;
pub mod notify;
pub mod oidc;
