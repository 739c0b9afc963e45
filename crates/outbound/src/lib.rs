//! What Lanyard sends out of its own accord: pushes to devices, mail to people, and what signing people in through the
//! force's directory takes.
//!
//! Copies of the ledger's checkpoints go out from here too.
//!
//! Nothing here decides whom to contact or when (`app` does) and nothing here keeps state; a client knows how to send one
//! thing to one service and how to read the answer.

pub mod apns;
pub mod copies;
pub mod mail;
pub mod oidc;
