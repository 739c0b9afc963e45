//! Desk work: a queue and one case.

pub mod hold;
pub mod list;
pub mod show;
pub mod step;
