//! A file as rows of text, and which of its columns is what.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::AppError;

/// Largest file in bytes.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Most columns.
const MOST_COLUMNS: usize = 60;
/// Longest cell in characters.
const LONGEST_CELL: usize = 1000;

/// What a column of a kind of file can be.
pub trait Column:
    Copy + Eq + Hash + Serialize + DeserializeOwned + FromStr<Err = ()> + Send + Sync + 'static
{
    /// All of them, in the order of a form.
    const ALL: &'static [Self];

    /// The word in forms and on the command line.
    fn as_str(self) -> &'static str;

    /// The words on screen.
    fn title(self) -> &'static str;

    /// Headings that mean it: letters and digits only, in small letters.
    fn known(self) -> &'static [&'static str];
}

/// Writes down the columns of a kind of file: word, title, and the headings that mean it beside the word.
macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $word:literal / $title:literal from [$($known:literal),*];)*) => {
        /// What a column can be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum Column { $($(#[$doc])* #[serde(rename = $word)] $name),* }

        impl $crate::imports::Column for Column {
            const ALL: &'static [Self] = &[$(Self::$name),*];

            fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            fn known(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$word, $($known),*]),* }
            }
        }

        impl std::str::FromStr for Column {
            type Err = ();

            fn from_str(word: &str) -> Result<Self, ()> {
                use $crate::imports::Column as _;
                Self::ALL.iter().copied().find(|column| column.as_str() == word).ok_or(())
            }
        }
    };
}
pub(crate) use columns;

/// What each column of a file is; `None` for one that is passed over.
pub type Mapping<C> = Vec<Option<C>>;

/// A file taken apart.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) headings: Vec<String>,
    /// Each row with its number, as a spreadsheet counts: the headings are row 1.
    pub(crate) rows: Vec<(usize, Vec<String>)>,
}

/// A row as its columns have it.
pub(crate) struct Cells<'a, C> {
    cells: HashMap<C, &'a str>,
}

impl<'a, C: Column> Cells<'a, C> {
    pub(crate) fn of(mapping: &Mapping<C>, cells: &'a [String]) -> Self {
        let named = mapping.iter().zip(cells).filter_map(|(column, cell)| Some(((*column)?, cell.as_str())));
        Self { cells: named.filter(|(_, cell)| !cell.is_empty()).collect() }
    }

    pub(crate) fn get(&self, column: C) -> Option<&'a str> {
        self.cells.get(&column).copied()
    }

    /// What an optional field becomes: as it was where the cell is empty, nothing where it is a hyphen.
    pub(crate) fn optional(&self, column: C, before: Option<&String>) -> Option<String> {
        match self.get(column) {
            None => before.cloned(),
            Some("-") => None,
            Some(text) => Some(text.to_owned()),
        }
    }
}

fn wrong(why: impl Into<String>) -> AppError {
    AppError::invalid("file", why)
}

/// Takes a file apart: commas, semicolons or tabs between cells, headings in its first row, then rows up to a number.
pub(crate) fn read(bytes: &[u8], most_rows: usize) -> Result<Table, AppError> {
    if bytes.len() > MOST_BYTES {
        return Err(wrong(format!("the file is larger than {} MB; split it", MOST_BYTES / 1024 / 1024)));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|_| wrong("the file is not in UTF-8; save it anew as \"CSV UTF-8\""))?;
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: char| first.matches(sign).count();
    let between =
        [b',', b';', b'\t'].into_iter().max_by_key(|sign| (count(char::from(*sign)), *sign == b','));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(between.unwrap_or(b','))
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut headings = None;
    let mut rows = Vec::new();
    for (place, record) in (1..).zip(reader.records()) {
        let record = record.map_err(|_| wrong(format!("row {place} cannot be read")))?;
        let cells: Vec<String> = record.iter().map(cell).collect();
        if cells.len() > MOST_COLUMNS {
            return Err(wrong(format!("row {place} has more than {MOST_COLUMNS} columns")));
        }
        if headings.is_none() {
            headings = Some(cells);
        } else if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push((place, cells));
        }
        if rows.len() > most_rows {
            return Err(wrong(format!("the file has more than {most_rows} rows; split it")));
        }
    }
    match headings {
        Some(headings) if !rows.is_empty() => Ok(Table { headings, rows }),
        _ => Err(wrong("the file has no rows: a first row with headings, and rows below it")),
    }
}

/// A cell without the sign that keeps spreadsheets from taking it for a formula.
fn cell(text: &str) -> String {
    let text = text.trim();
    let text = match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => text,
    };
    text.chars().take(LONGEST_CELL).collect()
}

/// What the headings say of each column; the first of two that say the same counts.
pub(crate) fn guess<C: Column>(headings: &[String]) -> Mapping<C> {
    let mut taken = HashSet::new();
    headings
        .iter()
        .map(|heading| {
            let plain: String =
                heading.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
            C::ALL
                .iter()
                .copied()
                .find(|column| column.known().contains(&plain.as_str()))
                .filter(|column| taken.insert(*column))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::import::Column;

    #[test]
    fn a_file_is_read_whatever_stands_between_its_cells() {
        for text in ["\u{feff}Number,Name\n1,Ames\n\n2,\"Byrd, Jo\"\n", "Number;Name\n1;Ames\n2;Byrd, Jo\n"] {
            let table = read(text.as_bytes(), 9).unwrap();
            assert_eq!(table.headings, ["Number", "Name"]);
            let names: Vec<&str> = table.rows.iter().map(|(_, cells)| cells[1].as_str()).collect();
            assert_eq!(names, ["Ames", "Byrd, Jo"]);
        }
        for bad in [&b""[..], b"Number,Name\n", b"Number\n\xff\n"] {
            assert!(read(bad, 9).is_err());
        }
        assert!(read(b"a\n1\n2\n3\n", 2).unwrap_err().to_string().contains("more than 2 rows"));
    }

    #[test]
    fn headings_are_guessed_and_no_column_is_two_things() {
        let headings: Vec<String> =
            ["Collar Number", "Forename", "SURNAME", "Job title", "Manager", "Number", "Shoe size"]
                .map(String::from)
                .to_vec();
        assert_eq!(
            guess::<Column>(&headings),
            [
                Some(Column::Number),
                Some(Column::GivenName),
                Some(Column::FamilyName),
                Some(Column::Role),
                Some(Column::LineManager),
                None,
                None
            ]
        );
    }

    #[test]
    fn what_an_export_wrote_to_stop_formulas_is_taken_off_again() {
        assert_eq!(cell(" '+44 1953 "), "+44 1953");
        assert_eq!(cell("'quoted'"), "'quoted'");
    }
}
