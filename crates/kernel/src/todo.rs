//! Defines what a person is asked to do, in any capability.

use domain::Timestamp;

/// Task that a person is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo {
    /// Title, in the words of a link.
    pub title: String,
    /// Page on which it is done.
    pub href: String,
    /// Deadline, where there is one.
    pub due: Option<Timestamp>,
}
