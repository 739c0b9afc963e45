//! Decides what follows from the report of a lost device: whom to call next, what a report means, where a position is on the
//! map, and how a reference is read over the radio. Pure: no clock, no randomness, no database.

pub mod call;
pub mod position;
pub mod reference;
pub mod report;
