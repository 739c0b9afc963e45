//! Simulated devices against a small server of the tests' own, over real HTTP on this machine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by failing"
)]

mod behaviour;
mod server;
mod shapes;
