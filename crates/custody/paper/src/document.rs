//! Represents a document as a value: a title, and blocks from top to bottom.

/// Document with its frame and content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Title, on the first page and in the file's own particulars.
    pub title: String,
    /// Unique name.
    pub id: String,
    /// Marking, at the top and bottom of every page.
    pub marking: String,
    /// Foot of every page, before the page number.
    pub foot: String,
    /// Content, from top to bottom.
    pub blocks: Vec<Block>,
}

/// Piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Title of a section.
    Heading(String),
    /// Paragraph of text.
    Text(String),
    /// Names and values, one pair a line.
    Facts(Vec<(String, String)>),
    /// Table with a head.
    Table {
        /// Names of the columns.
        head: Vec<String>,
        /// Rows; a cell that is missing is left blank.
        rows: Vec<Row>,
        /// Shares of the width, by column.
        shares: Vec<u8>,
    },
}

/// Cells of a row.
pub type Row = Vec<String>;
