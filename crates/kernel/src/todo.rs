//! What a person is asked to do, from whichever capability it comes.

use domain::Timestamp;

/// Something that a person is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo {
    /// What, in the words of a link.
    pub title: String,
    /// The page on which it is done.
    pub href: String,
    /// By when, where there is a time limit.
    pub due: Option<Timestamp>,
}
