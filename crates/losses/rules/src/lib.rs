//! Decides what follows from the report of a lost device: whom to call next, what a report means and which kind of device its words
//! name, where a position is on the map, how a reference is read over the radio, and what the figures of many losses are. Pure: no
//! clock, no randomness, no database.

pub mod call;
pub mod figures;
pub mod kinds;
pub mod position;
pub mod reference;
pub mod report;
