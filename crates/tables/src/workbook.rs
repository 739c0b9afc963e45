//! Reads Excel workbooks (.xlsx): the first visible sheet, as text.
//!
//! `calamine` reads the format. Before it does, the whole archive is inflated once without storing it, and counted, because a few
//! kilobytes can claim to be gigabytes; and cells are read one by one, because a sheet can claim a cell in its last corner.

use std::io::{Cursor, Read as _};

use calamine::{CellErrorType, DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};
use zip::ZipArchive;

use crate::{MOST_COLUMNS, Row, TableError, Wrong};

/// The first bytes of every archive.
pub(crate) const ARCHIVE: &[u8] = b"PK\x03\x04";
/// The first bytes of old workbooks, and of new ones that have a password.
pub(crate) const OLD: &[u8] = b"\xD0\xCF\x11\xE0";
/// Largest number of parts in an archive.
const MOST_PARTS: usize = 1000;
/// Largest size of all parts together, in bytes.
const MOST_INFLATED: u64 = 96 * 1024 * 1024;
/// The number up to which a spreadsheet keeps all digits.
const EXACT: f64 = 1e15;
/// The days that a spreadsheet can show as a date.
const DAYS: std::ops::Range<f64> = 0.0..2_958_466.0;

/// The content of a workbook.
pub(crate) struct Sheet {
    pub(crate) rows: Vec<Row>,
    pub(crate) wrong: Vec<Wrong>,
    pub(crate) name: String,
    /// Other sheets, which were not read.
    pub(crate) others: Vec<String>,
}

/// Reads the first visible sheet; leaves out rows without any content.
pub(crate) fn read(bytes: &[u8], most_rows: usize) -> Result<Sheet, TableError> {
    bounded(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets = book.sheets_metadata().iter();
    let mut shown = sheets
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone());
    let name =
        shown.next().ok_or_else(|| TableError::Workbook("it has no sheet that is shown".to_owned()))?;
    let others = shown.collect();
    let mut sheet = Sheet { rows: Vec::new(), wrong: Vec::new(), name: name.clone(), others };
    let mut cells = book.worksheet_cells_reader(&name).map_err(broken)?;
    let mut open = Open::default();
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let (row, column) =
            (usize::try_from(row).unwrap_or(usize::MAX), usize::try_from(column).unwrap_or(usize::MAX));
        if row < open.row {
            return Err(TableError::Workbook("its rows are out of order".to_owned()));
        }
        if open.row != row {
            open.end(&mut sheet, most_rows)?;
            open.row = row;
        }
        match text(cell.get_value()) {
            Ok(text) if text.is_empty() => {}
            _ if column >= MOST_COLUMNS => {
                return Err(TableError::TooManyColumns(format!("row {}", row.saturating_add(1))));
            }
            Ok(text) => open.put(column, text),
            Err(why) => {
                open.why.get_or_insert(why);
                open.put(column, String::new());
            }
        }
    }
    open.end(&mut sheet, most_rows)?;
    Ok(sheet)
}

/// Inflates every part without storing it, and counts the bytes.
fn bounded(bytes: &[u8]) -> Result<(), TableError> {
    let wrong = |error: &dyn std::fmt::Display| TableError::Workbook(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| wrong(&error))?;
    if archive.len() > MOST_PARTS {
        return Err(TableError::Inflated);
    }
    let mut left = MOST_INFLATED;
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(|error| wrong(&error))?;
        let read = std::io::copy(&mut part.take(left.saturating_add(1)), &mut std::io::sink());
        left = left.checked_sub(read.map_err(|error| wrong(&error))?).ok_or(TableError::Inflated)?;
    }
    Ok(())
}

fn broken(error: XlsxError) -> TableError {
    match error {
        XlsxError::Password => TableError::OldWorkbook,
        other => TableError::Workbook(other.to_string().chars().take(120).collect()),
    }
}

/// The row whose cells are being read.
#[derive(Default)]
struct Open {
    row: usize,
    cells: Vec<String>,
    why: Option<String>,
}

impl Open {
    fn put(&mut self, column: usize, text: String) {
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = text;
        }
    }

    fn end(&mut self, sheet: &mut Sheet, most_rows: usize) -> Result<(), TableError> {
        let (cells, why) = (std::mem::take(&mut self.cells), self.why.take());
        let place = self.row.saturating_add(1);
        match why {
            Some(why) => sheet.wrong.push(Wrong { row: place, why }),
            None if cells.iter().any(|cell| !cell.is_empty()) => sheet.rows.push(Row { place, cells }),
            None => {}
        }
        if sheet.rows.len() + sheet.wrong.len() > most_rows {
            return Err(TableError::TooManyRows(most_rows));
        }
        Ok(())
    }
}

/// Returns the text that a cell shows, or why it cannot be determined.
fn text(value: &DataRef<'_>) -> Result<String, String> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.trim().to_owned()
        }
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(true) => "true".to_owned(),
        DataRef::Bool(false) => "false".to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if number.abs() >= EXACT => {
            return Err(format!(
                "the number {number:.0} has more digits than a spreadsheet keeps; give the cell the format Text and enter \
                 it again"
            ));
        }
        DataRef::Float(number) => number.to_string(),
        DataRef::DateTime(date) if DAYS.contains(&date.as_f64()) => {
            let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
            let clock = if second == 0 { String::new() } else { format!(":{second:02}") };
            match (date.as_f64() < 1.0, hour, minute, second) {
                (true, ..) => format!("{hour:02}:{minute:02}{clock}"),
                (_, 0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}{clock}"),
            }
        }
        DataRef::DateTime(_) => return Err("it has a date that no calendar has".to_owned()),
        DataRef::Error(error) => return Err(format!("it has the error {} in a cell", shown(error))),
    })
}

fn shown(error: &CellErrorType) -> String {
    error.to_string()
}
