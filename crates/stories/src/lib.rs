//! What the stories of `stories/` and the tests of the pages share: a small force with simulated devices, browsers to look at it
//! with, a sign-in provider and security keys that can be made to misbehave.
//!
//! The stories themselves are in `tests/stories`, a file of the same name for each. Everything here panics when it cannot do its
//! work: that fails the test, which is its purpose.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper that cannot do its work must fail the test"
)]

pub mod authenticator;
pub mod browser;
pub mod force;
pub mod help;
pub mod incidents;
pub mod issuer;
pub mod rotas;
