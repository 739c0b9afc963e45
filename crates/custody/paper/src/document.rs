//! A document as a value: a title, and blocks from top to bottom.

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its title, on the first page and in the file's own particulars.
    pub title: String,
    /// A unique name.
    pub id: String,
    /// Its marking, at the top and bottom of every page.
    pub marking: String,
    /// The foot of every page, before the page number.
    pub foot: String,
    /// Its content.
    pub blocks: Vec<Block>,
}

/// One piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The title of a section.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// Names and values, a line each.
    Facts(Vec<(String, String)>),
    /// A table with a head.
    Table {
        /// The columns' names.
        head: Vec<String>,
        /// The rows; a cell that is missing is left blank.
        rows: Vec<Row>,
        /// The columns' shares of the width.
        shares: Vec<u8>,
    },
}

/// The cells of a row.
pub type Row = Vec<String>;
