//! Holders: who has what, and which terms they have accepted.

pub mod accepted;
pub mod add;
pub mod list;
pub mod show;
pub mod terms;
