//! Combines the other capabilities: the overview pages, retention, reads of sensitive data, and the queue of jobs.

pub mod at_hand;
pub mod device;
pub mod me;
pub mod overview;
pub mod people;
pub mod retention;
pub mod sensitive;
pub mod work;
