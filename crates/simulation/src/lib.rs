//! Simulated devices around a server: what `lanyard demo` and `lanyard simulate` share, and those two verbs.
//!
//! The devices themselves are `devices-sim`'s; here they get their profiles, are kept going, and are counted. They
//! reach the server over HTTP as real ones do, also where it runs in this very program.

pub mod cast;
pub mod demo;
pub mod fleet;
pub mod hand_overs;
mod incidents;
pub mod load;
mod movers;
mod numbers;
pub mod profiles;
mod registers;
mod rosters;
pub mod tally;
pub mod texts;
