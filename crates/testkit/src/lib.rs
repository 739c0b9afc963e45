//! Helpers for tests that the product must not contain: a settable world, throw-away databases, a private PostgreSQL, a mail relay.
//!
//! Everything here panics with a clear sentence when it cannot do its work: that fails the test, which is its purpose.
//! Never linked into the product.
#![expect(clippy::expect_used, clippy::panic, reason = "a helper that cannot do its work must fail the test")]

pub mod clock;
mod databases;
mod postgres;
mod relay;

pub use clock::{TestWorld, world};
pub use databases::{Scratch, block_on, both_engines, scratch_postgres, scratch_sqlite};
pub use postgres::{Postgres, run_on};
pub use relay::Relay;
