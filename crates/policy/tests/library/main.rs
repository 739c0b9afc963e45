//! A small library of the tests' own: what loads, what is refused, and what is made of it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is missing")]

mod access;
mod changes;
mod coverage;
mod covers;
mod merging;
mod problems;
mod sample;
mod views;
