//! Maps the columns of a table to their meanings, and reads a row by its columns.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::str::FromStr;

use domain::Day;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tables::Table;

use super::Kind;
use crate::AppError;

/// Meaning of a column in one kind of file.
pub trait Column:
    Copy + Eq + Hash + Serialize + DeserializeOwned + FromStr<Err = ()> + Send + Sync + 'static
{
    /// Every column, in the order of a form.
    const ALL: &'static [Self];

    /// Returns the word in forms and on the command line.
    fn as_str(self) -> &'static str;

    /// Returns the words on screen.
    fn title(self) -> &'static str;

    /// Returns the headings that mean this column: letters and digits only, in lower case.
    fn known(self) -> &'static [&'static str];
}

#[macro_export]
/// Declares the columns of a kind of file: word, title, and the headings that mean a column beside its word.
macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $word:literal / $title:literal from [$($known:literal),*];)*) => {
        /// Meaning of a column.
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
/// Columns of files that have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum NoColumn {}

impl FromStr for NoColumn {
    type Err = ();

    fn from_str(_: &str) -> Result<Self, ()> {
        Err(())
    }
}

impl Column for NoColumn {
    const ALL: &'static [Self] = &[];

    fn as_str(self) -> &'static str {
        match self {}
    }

    fn title(self) -> &'static str {
        match self {}
    }

    fn known(self) -> &'static [&'static str] {
        match self {}
    }
}

/// Meaning of each column of a file; `None` for one that is ignored.
pub type Mapping<C> = Vec<Option<C>>;

/// Cells of a row, by column.
pub struct Cells<'a, C> {
    table: &'a Table,
    cells: HashMap<C, (usize, &'a str)>,
}

impl<'a, C: Column> Cells<'a, C> {
    /// Names the cells of a row by their columns; leaves out empty cells.
    #[must_use]
    pub fn of(table: &'a Table, mapping: &Mapping<C>, cells: &'a [String]) -> Self {
        let named = mapping.iter().zip(cells).enumerate();
        let named = named.filter_map(|(place, (column, cell))| Some(((*column)?, (place, cell.as_str()))));
        Self { table, cells: named.filter(|(_, (_, cell))| !cell.is_empty()).collect() }
    }

    /// Returns the cell of a column, if it is there and not empty.
    #[must_use]
    pub fn get(&self, column: C) -> Option<&'a str> {
        self.cells.get(&column).map(|(_, cell)| *cell)
    }

    /// Returns the new value of an optional field: unchanged where the cell is empty, none where it is a hyphen.
    pub fn optional(&self, column: C, before: Option<&String>) -> Option<String> {
        match self.get(column) {
            None => before.cloned(),
            Some("-") => None,
            Some(text) => Some(text.to_owned()),
        }
    }

    /// Checks the day in a column; returns what is wrong with it.
    pub fn checked_day(&self, column: C) -> Result<(), String> {
        match self.cells.get(&column) {
            None | Some((_, "-")) => Ok(()),
            Some((place, text)) => self.table.day(*place, text).map(drop),
        }
    }

    /// Returns the new value of an optional day in the same way, or says what is wrong with it.
    pub fn day(&self, column: C, before: Option<Day>) -> Result<Option<Day>, String> {
        match self.cells.get(&column) {
            None => Ok(before),
            Some((_, "-")) => Ok(None),
            Some((place, text)) => {
                let read = self.table.day(*place, text);
                read.map(Some).map_err(|why| format!("{}: {why}", column.title()))
            }
        }
    }
}

/// Reads a file of rows; guesses the meaning of its columns from its headings.
pub fn read_table<K: Kind>(bytes: &[u8]) -> Result<Table, AppError> {
    let fits = |headings: &[String]| K::lacks(&guess::<K::Column>(headings)).is_none();
    Table::read(bytes, K::MOST_ROWS, fits).map_err(|error| AppError::invalid("file", error.to_string()))
}

/// Guesses the meaning of each column from its heading; the first of two with the same meaning counts.
pub fn guess<C: Column>(headings: &[String]) -> Mapping<C> {
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
