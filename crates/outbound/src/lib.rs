//! What Lanyard sends out of its own accord: pushes to devices.
//!
//! Nothing here decides whom to push or when (`app` does) and nothing here keeps state; a client knows how to say one
//! thing to one vendor and how to read the answer.

pub mod apns;
