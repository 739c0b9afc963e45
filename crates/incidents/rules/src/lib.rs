//! Decides what follows from an incident: whether its clock still runs, what may be decided, and when people are warned.
//!
//! Pure: takes the time as an argument. Not here: the questions of a form, which are the policy's, and keeping anything.

pub mod clock;
