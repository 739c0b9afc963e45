//! Use cases of overview.

pub mod device;
pub mod me;
pub mod overview;
pub mod people;
pub mod retention;
pub mod sensitive;
pub mod work;
