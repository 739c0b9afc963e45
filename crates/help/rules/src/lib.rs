//! Decides what helping a holder needs: which proofs are enough to clear a password, what a request about one does next, and
//! whether a battery is worth a word before a shift. Pure: no clock, no randomness, no database.

pub mod battery;
pub mod number;
pub mod proof;
pub mod reset;
