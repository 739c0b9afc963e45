//! The device service as a whole, over HTTP: simulated devices, and hands that sign what no well-behaved device would say.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod access;
mod again;
mod apple_client;
mod calendars;
mod caps;
mod checkin;
mod clock;
mod commands;
mod common;
mod device_use;
mod directory;
mod directory_identity;
mod drafts;
mod enrolment;
mod facts;
mod findings;
mod gate;
mod hand;
mod identity;
mod ledger_copies;
mod ledger_guard;
mod limits;
mod nodes;
mod orders;
mod packs;
mod paused;
mod pushes;
mod races;
mod registers;
mod replays;
mod scep;
mod second_vendor;
mod stripping;
mod tables;
mod taken;
mod takeover;
mod texts;
mod unreadable;
mod witness;
