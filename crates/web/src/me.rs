//! The pages of whoever is signed in, about themselves.

pub mod section;
pub mod show;
pub mod terms;
