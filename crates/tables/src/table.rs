//! A file as headings and the rows below them.

use crate::separated::{self, Separated};
use crate::text::Encoding;
use crate::{Counted, LONGEST_CELL, MOST_BYTES, Row, TableError, Wrong, day, text, workbook};

/// Rows among which the headings are searched for.
const LOOKED_AT: usize = 20;

/// A parsed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The headings of its columns.
    pub headings: Vec<String>,
    /// Its rows, none of them empty; a row may have fewer cells than there are headings, never more.
    pub rows: Vec<Row>,
    /// Rows that cannot be read, in the order of the file.
    pub wrong: Vec<Wrong>,
    /// What was decided or skipped, in sentences.
    pub notes: Vec<String>,
    /// The unit in which places are counted.
    pub counted: Counted,
    /// For each column, the first cell that can only be a day with its month first.
    month_first: Vec<Option<(usize, String)>>,
}

impl Table {
    /// Parses a file: a workbook, or text with commas, semicolons or tabs between its cells. The headings are the first
    /// of its first rows that `fits`, or else the first row.
    ///
    /// # Errors
    /// [`TableError`] if nothing in it can be read; a row that cannot be read is in [`Table::wrong`].
    pub fn read(
        bytes: &[u8],
        most_rows: usize,
        fits: impl Fn(&[String]) -> bool,
    ) -> Result<Self, TableError> {
        if bytes.len() > MOST_BYTES {
            return Err(TableError::TooLarge);
        }
        if bytes.starts_with(workbook::OLD) {
            return Err(TableError::OldWorkbook);
        }
        let most = most_rows.saturating_add(LOOKED_AT);
        let parts = if bytes.starts_with(workbook::ARCHIVE) {
            of_workbook(bytes, most)?
        } else {
            of_text(bytes, most)?
        };
        let Parts { mut rows, wrong, counted, mut notes } = parts;
        rows.iter_mut().flat_map(|row| &mut row.cells).for_each(without_guard);
        let found = rows.iter().take(LOOKED_AT).position(|row| fits(&row.cells));
        let mut rows = rows.into_iter();
        let above: Vec<Row> = rows.by_ref().take(found.unwrap_or_default()).collect();
        let headings = rows.next().ok_or(TableError::Empty)?;
        if let (Some(first), Some(last)) = (above.first(), above.last()) {
            notes.push(passed_over(counted, first, last, headings.place));
        }
        if found.is_none() {
            notes.push(format!(
                "The headings were taken from {}, and do not say what is needed: say which column is what.",
                counted.at(headings.place)
            ));
        }
        let mut table = Self {
            headings: headings.cells,
            rows: Vec::new(),
            wrong,
            notes,
            counted,
            month_first: Vec::new(),
        };
        while table.headings.last().is_some_and(String::is_empty) {
            table.headings.pop();
        }
        table.sort_out(rows, most_rows)?;
        Ok(table)
    }

    fn sort_out(&mut self, rows: impl Iterator<Item = Row>, most_rows: usize) -> Result<(), TableError> {
        for mut row in rows {
            while row.cells.len() > self.headings.len() && row.cells.last().is_some_and(String::is_empty) {
                row.cells.pop();
            }
            let (cells, headings) = (row.cells.len(), self.headings.len());
            let why = if cells > headings {
                Some(format!(
                    "it has {cells} cells and there are {headings} headings; put a value that has a comma in it between double \
                     quotes"
                ))
            } else if row.cells.iter().any(|cell| cell.chars().count() > LONGEST_CELL) {
                Some(format!("a cell of it has more than {LONGEST_CELL} characters; shorten it"))
            } else {
                None
            };
            match why {
                Some(why) => self.wrong.push(Wrong { row: row.place, why }),
                None => self.rows.push(row),
            }
        }
        self.wrong.sort_by_key(|wrong| wrong.row);
        if self.rows.len() + self.wrong.len() > most_rows {
            return Err(TableError::TooManyRows(most_rows));
        }
        if self.rows.is_empty() && self.wrong.is_empty() {
            return Err(TableError::Empty);
        }
        self.month_first = vec![None; self.headings.len()];
        for row in &self.rows {
            for (cell, found) in row.cells.iter().zip(&mut self.month_first) {
                if found.is_none() && day::is_month_first(cell) {
                    *found = Some((row.place, cell.clone()));
                }
            }
        }
        Ok(())
    }

    /// Reads a day in a column. If another cell of the column can only have its month first, a day that could be read both ways
    /// is refused.
    ///
    /// # Errors
    /// The fault in the text, in words.
    pub fn day(&self, column: usize, text: &str) -> Result<domain::Day, String> {
        let read = day::read(text).map_err(|error| error.to_string())?;
        match self.month_first.get(column) {
            Some(Some((place, other))) if day::is_either(text) => Err(format!(
                "“{text}” may have the day or the month first, because {} has “{other}”; write days such as {read}",
                self.counted.at(*place)
            )),
            _ => Ok(read),
        }
    }
}

/// A file before its headings are found.
struct Parts {
    rows: Vec<Row>,
    wrong: Vec<Wrong>,
    counted: Counted,
    notes: Vec<String>,
}

fn of_text(bytes: &[u8], most: usize) -> Result<Parts, TableError> {
    let (text, encoding) = text::decode(bytes).map_err(TableError::NotText)?;
    if text.trim_start().starts_with('<') {
        return Err(TableError::Markup);
    }
    let Separated { rows, wrong, sign } = separated::read(&text, most)?;
    let mut notes = Vec::new();
    if encoding != Encoding::Utf8 {
        notes.push("The file was read as UTF-16.".to_owned());
    }
    match sign {
        ';' => notes.push("Semicolons stand between its cells.".to_owned()),
        '\t' => notes.push("Tabs stand between its cells.".to_owned()),
        _ => {}
    }
    Ok(Parts { rows, wrong, counted: Counted::Lines, notes })
}

fn of_workbook(bytes: &[u8], most: usize) -> Result<Parts, TableError> {
    let sheet = workbook::read(bytes, most)?;
    let mut notes = vec![format!("The sheet “{}” was read.", sheet.name)];
    if !sheet.others.is_empty() {
        let others: Vec<&str> = sheet.others.iter().take(5).map(String::as_str).collect();
        notes.push(format!(
            "Of its sheets {} {} not read: {}.",
            sheet.others.len(),
            if sheet.others.len() == 1 { "was" } else { "were" },
            others.join(", ")
        ));
    }
    Ok(Parts { rows: sheet.rows, wrong: sheet.wrong, counted: Counted::Rows, notes })
}

fn passed_over(counted: Counted, first: &Row, last: &Row, headings: usize) -> String {
    let words: String = first.cells.join(" ").trim().chars().take(60).collect();
    if first.place == last.place {
        return format!(
            "The headings stand in {}; what is above them was not read: “{words}”.",
            counted.at(headings)
        );
    }
    format!(
        "The headings stand in {}; {}s {} to {} above them were not read, which begin with “{words}”.",
        counted.at(headings),
        counted.word(),
        first.place,
        last.place
    )
}

/// Removes the character that keeps spreadsheets from reading a cell as a formula.
fn without_guard(cell: &mut String) {
    if cell.strip_prefix('\'').is_some_and(|rest| rest.starts_with(['=', '+', '-', '@'])) {
        cell.remove(0);
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
