//! Holds the use cases of devices: enrolment, commands, caps, legal holds and withdrawals.

pub mod actions;
pub mod caps;
pub mod checkin;
pub mod commands;
pub mod devices;
pub mod enrolment;
pub mod forgetting;
pub mod held;
pub mod holds;
pub mod push;
pub mod scep;
pub mod withdrawals;
