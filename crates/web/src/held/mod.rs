//! What is held beyond a cap or waits for a second person, and freezes.

pub mod list;
pub mod show;
