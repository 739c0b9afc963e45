//! The clients of other services: pushes to devices, mail to people, and the sign-in of people through the force's directory.
//!
//! They also send the copies of the ledger's checkpoints.
//!
//! Nothing here decides whom to contact or when (`app` does) and nothing here keeps state; a client knows how to send one thing
//! to one service and how to read the answer.

pub mod apns;
pub mod copies;
pub mod mail;
pub mod oidc;
