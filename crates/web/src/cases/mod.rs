//! Desk work: a queue, one case, and the report of a lost device that opens the most pressing kind.

pub mod list;
pub mod report;
pub mod show;
