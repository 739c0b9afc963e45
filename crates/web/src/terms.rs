//! Who stands how to the terms: the documents, and the people.

pub mod list;
pub mod show;
