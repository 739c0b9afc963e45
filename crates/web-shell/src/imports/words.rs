//! The texts of the pages for each kind of file.

use kernel::imports::Kind;

use crate::frame::Area;

/// The texts of the pages for one kind of file.
#[derive(Debug)]
pub struct Words {
    /// The path of the page on which a file is uploaded; previews are below it.
    pub path: &'static str,
    /// The part of the navigation.
    pub area: Area,
    /// The heading.
    pub title: &'static str,
    /// A sentence that says what the file is.
    pub says: &'static str,
    /// The question for the force.
    pub force: &'static str,
    /// The file names and types that the browser offers.
    pub accept: &'static str,
    /// The format to save a file in, and its largest size.
    pub size: &'static str,
    /// The question for the person whom a file is about, with its hint, for kinds of file that are about one person.
    pub about: Option<(&'static str, &'static str)>,
    /// What the columns can be, or what is read from a file without columns.
    pub columns: &'static str,
    /// How a row finds the thing it is about.
    pub found: &'static str,
    /// The things that rows are about.
    pub thing: &'static str,
    /// The name of the number of such a thing.
    pub number: &'static str,
    /// The list of everything that a file can change, and the text of its link.
    pub list: (&'static str, &'static str),
}

/// Names of files that contain tables.
pub const TABLES: &str = ".csv,.txt,.xlsx,text/csv";

/// The pages for a kind of file: the kind and its texts.
pub trait Shown: 'static {
    /// The kind of file.
    type File: Kind;
    /// The texts of the pages.
    const WORDS: &'static Words;
}
