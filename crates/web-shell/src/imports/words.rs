//! What the pages say of each kind of file.

use kernel::imports::Kind;

use crate::frame::Area;

/// What the pages say of a kind of file.
#[derive(Debug)]
pub struct Words {
    /// The page on which one is given; what waits is below it.
    pub path: &'static str,
    /// Where in the navigation.
    pub area: Area,
    /// The heading.
    pub title: &'static str,
    /// What a file is, in a sentence.
    pub says: &'static str,
    /// The question for the force.
    pub force: &'static str,
    /// What a file can be named, for the browser.
    pub accept: &'static str,
    /// What to save a file as, and how much of it may be.
    pub size: &'static str,
    /// The question for the person whom a file is about, with its hint, where it is about one.
    pub about: Option<(&'static str, &'static str)>,
    /// What the columns can be, or what is read of a file without columns.
    pub columns: &'static str,
    /// How a row finds what it is about.
    pub found: &'static str,
    /// What rows are about.
    pub thing: &'static str,
    /// What its number is called.
    pub number: &'static str,
    /// The list of everything that a file can change, and its words.
    pub list: (&'static str, &'static str),
}

/// Names of files that hold tables.
pub const TABLES: &str = ".csv,.txt,.xlsx,text/csv";

/// The pages for a kind of file: which kind, and what they say of it.
pub trait Shown: 'static {
    /// The kind of file.
    type File: Kind;
    /// What the pages say.
    const WORDS: &'static Words;
}
