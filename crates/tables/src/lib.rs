//! Reads files of rows as other systems save them, for every import: text in its encoding, cells with their place in the file,
//! days as people write them.
//!
//! Nothing in a file is dropped silently. A part that cannot be read is an error that names the line, or a row in
//! [`Table::wrong`]; [`Table::notes`] lists what was skipped or decided. A file comes from outside, so its size, rows, columns
//! and cells are bounded, and those of a workbook are counted as they are inflated.
//!
//! The importer knows the meaning of the columns.

pub mod day;
mod separated;
mod table;
pub mod text;
mod workbook;

use std::fmt;

pub use table::Table;

/// Largest file in bytes.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Largest number of columns.
pub const MOST_COLUMNS: usize = 60;
/// Longest cell in characters: the limit of a spreadsheet's cell.
pub const LONGEST_CELL: usize = 32_767;

/// The unit in which places of a file are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Lines of a text file.
    Lines,
    /// Rows of a spreadsheet.
    Rows,
    /// Events of a calendar.
    Events,
}

impl Counted {
    /// Names one place in words: `line 4`.
    #[must_use]
    pub fn at(self, place: usize) -> String {
        format!("{} {place}", self.word())
    }

    /// Returns the word for one place.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lines => "line",
            Self::Rows => "row",
            Self::Events => "event",
        }
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A row of a file and its first place, counted as [`Counted`] says, starting at 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The place where it begins.
    pub place: usize,
    /// Its cells, without the spaces around them.
    pub cells: Vec<String>,
}

/// A row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The place where it begins.
    pub row: usize,
    /// The reason, and how to correct it.
    pub why: String,
}

/// The reason why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The file is too large.
    #[error("the file is larger than {} MB; split it", MOST_BYTES / 1024 / 1024)]
    TooLarge,
    /// The file has too many rows.
    #[error("the file has more than {0} rows; split it")]
    TooManyRows(usize),
    /// The file has too many columns.
    #[error("{0} has more than {MOST_COLUMNS} columns; leave out those that are not needed")]
    TooManyColumns(String),
    /// The file is not text.
    #[error("{0}; save it again as “CSV UTF-8” or as an Excel workbook (.xlsx)")]
    NotText(text::TextError),
    /// The file is HTML or XML under another name.
    #[error(
        "the file is a web page or XML and not a table; open it in a spreadsheet and save it as “CSV UTF-8” or as an Excel workbook (.xlsx)"
    )]
    Markup,
    /// The quote that opens here is never closed.
    #[error(
        "the double quote that opens in line {0} is never closed, so no line below it can be read; close it or take it out, then give the file again"
    )]
    OpenQuote(usize),
    /// Text follows the end of a quoted cell.
    #[error(
        "the double quote that opens in line {0} ends in line {1} in the middle of a cell; write a quote that belongs to the text twice (\"\"), or take it out, then give the file again"
    )]
    StrayQuote(usize, usize),
    /// The file is an old or an encrypted workbook.
    #[error(
        "the file is an old Excel workbook (.xls) or has a password; save it as .xlsx without a password, or as “CSV UTF-8”"
    )]
    OldWorkbook,
    /// The file is a broken workbook, or another kind of archive.
    #[error("the file is not a readable Excel workbook ({0}); save it again as .xlsx or as “CSV UTF-8”")]
    Workbook(String),
    /// The workbook inflates beyond the limit.
    #[error(
        "the workbook unpacks to more than is read; take out pictures and other sheets, or save it as “CSV UTF-8”"
    )]
    Inflated,
    /// The file has nothing below the headings, or nothing at all.
    #[error("the file has no rows: it needs a line with headings, and rows below it")]
    Empty,
}
