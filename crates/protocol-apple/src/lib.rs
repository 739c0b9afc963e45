//! Apple's device management protocol as bytes <-> types: check-in, commands, reports, the enrolment profile, and
//! Lanyard's settings written as Apple's payloads.
//!
//! Pure: no I/O, no clock, no randomness, no keys. Signatures are `pki`'s, pushes are `outbound`'s, and what to do about a
//! message is `app`'s. Vendor spelling stops here: facts leave under the names of `policy/facts.toml`.

pub mod channel;
pub mod checkin;
pub mod commands;
pub mod connect;
pub mod enrolment_profile;
pub mod errors;
mod fields;
pub mod plist_io;
pub mod replies;
pub mod reports;
pub mod restrictions;
pub mod settings;
