//! Reads text with separators between its cells (RFC 4180, and the variants that spreadsheets write).
//!
//! The crate `csv` is not used, because it reads a quote that is never closed to the end of the file without an error.

use crate::{MOST_COLUMNS, Row, TableError, Wrong};

/// Lines that are examined to find the separator.
const LOOKED_AT: usize = 20;
/// Possible separators; of two that fit equally well, the first is used.
const SIGNS: [char; 3] = [',', ';', '\t'];

/// The content of a text.
pub(crate) struct Separated {
    pub(crate) rows: Vec<Row>,
    /// Rows whose quoted cell contains whole rows.
    pub(crate) wrong: Vec<Wrong>,
    /// The separator between the cells.
    pub(crate) sign: char,
}

/// Splits a text into rows and cells; leaves out rows without any content.
pub(crate) fn read(text: &str, most_rows: usize) -> Result<Separated, TableError> {
    // Excel's own line, which names the separator.
    let first = text.lines().next().unwrap_or_default();
    let named = first.strip_prefix("sep=").and_then(|sign| sign.chars().next());
    let sign = named.filter(|sign| SIGNS.contains(sign)).unwrap_or_else(|| between(text));
    let mut reader = Reader { rest: text.chars().peekable(), line: 1, sign };
    let mut found = Separated { rows: Vec::new(), wrong: Vec::new(), sign };
    while let Some((row, spans)) = reader.row()? {
        if row.place == 1 && named.is_some() {
            continue;
        }
        if row.cells.len() > MOST_COLUMNS && row.cells.iter().skip(MOST_COLUMNS).any(|cell| !cell.is_empty())
        {
            return Err(TableError::TooManyColumns(format!("line {}", row.place)));
        }
        if row.cells.iter().all(String::is_empty) {
            continue;
        }
        if spans && let Some(why) = swallowed(&row, sign) {
            found.wrong.push(Wrong { row: row.place, why });
            continue;
        }
        found.rows.push(row);
        if found.rows.len() > most_rows {
            return Err(TableError::TooManyRows(most_rows));
        }
    }
    Ok(found)
}

/// Returns the separator that occurs most evenly in the first lines, outside quotes.
fn between(text: &str) -> char {
    let mut lines = vec![[0_usize; SIGNS.len()]];
    let mut inside = false;
    for letter in text.chars() {
        inside ^= letter == '"';
        match letter {
            _ if inside => {}
            '\r' | '\n' if lines.len() >= LOOKED_AT => break,
            '\r' | '\n' => lines.push([0; SIGNS.len()]),
            letter => {
                let place = SIGNS.iter().position(|sign| *sign == letter);
                let count = lines.last_mut().zip(place).and_then(|(line, place)| line.get_mut(place));
                count.into_iter().for_each(|count| *count += 1);
            }
        }
    }
    let mut best = (',', None);
    for (place, sign) in SIGNS.into_iter().enumerate() {
        let counts: Vec<usize> = lines.iter().filter_map(|line| line.get(place).copied()).collect();
        let alike = |count: usize| counts.iter().filter(|other| **other == count).count();
        let score =
            counts.iter().copied().filter(|count| *count > 0).map(|count| (alike(count), count)).max();
        if score > best.1 {
            best = (sign, score);
        }
    }
    best.0
}

/// Explains why a cell over several lines looks like a quote that was closed too late: one of its lines has as many cells as the
/// row.
fn swallowed(row: &Row, sign: char) -> Option<String> {
    let cells = row.cells.len().max(2);
    let mut lines = row.cells.iter().flat_map(|cell| cell.lines().skip(1));
    let whole = lines.any(|line| line.matches(sign).count() + 1 >= cells);
    whole.then(|| {
        "a quoted cell of it goes on over lines that look like rows of their own; take out the double quote that opens it, or the \
         line breaks in the cell"
            .to_owned()
    })
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
    sign: char,
}

/// How a cell ended.
enum End {
    Cell,
    Row,
}

impl Reader<'_> {
    /// Returns the next row, and whether a cell of it spans several lines.
    fn row(&mut self) -> Result<Option<(Row, bool)>, TableError> {
        if self.rest.peek().is_none() {
            return Ok(None);
        }
        let place = self.line;
        let (mut cells, mut spans) = (Vec::new(), false);
        loop {
            let mut cell = String::new();
            let end = self.cell(&mut cell)?;
            spans |= cell.contains('\n');
            cells.push(cell.trim().to_owned());
            if matches!(end, End::Row) {
                return Ok(Some((Row { place, cells }, spans)));
            }
        }
    }

    fn cell(&mut self, cell: &mut String) -> Result<End, TableError> {
        while let Some(letter) = self.rest.next() {
            match letter {
                '"' if cell.trim().is_empty() => {
                    cell.clear();
                    return self.quoted(cell);
                }
                '\r' | '\n' => {
                    self.line_end(letter);
                    return Ok(End::Row);
                }
                letter if letter == self.sign => return Ok(End::Cell),
                letter => cell.push(letter),
            }
        }
        Ok(End::Row)
    }

    /// Reads the rest of a cell whose quote is open.
    fn quoted(&mut self, cell: &mut String) -> Result<End, TableError> {
        let opened = self.line;
        while let Some(letter) = self.rest.next() {
            match letter {
                '"' if self.rest.next_if_eq(&'"').is_some() => cell.push('"'),
                '"' => return self.closed(opened),
                '\r' | '\n' => {
                    self.line_end(letter);
                    cell.push('\n');
                }
                letter => cell.push(letter),
            }
        }
        Err(TableError::OpenQuote(opened))
    }

    /// Reads on after a closed quote: only spaces may follow, then the end of the cell.
    fn closed(&mut self, opened: usize) -> Result<End, TableError> {
        while let Some(letter) = self.rest.next() {
            match letter {
                letter if letter == self.sign => return Ok(End::Cell),
                '\r' | '\n' => {
                    self.line_end(letter);
                    return Ok(End::Row);
                }
                ' ' => {}
                _ => return Err(TableError::StrayQuote(opened, self.line)),
            }
        }
        Ok(End::Row)
    }

    fn line_end(&mut self, letter: char) {
        if letter == '\r' {
            self.rest.next_if_eq(&'\n');
        }
        self.line += 1;
    }
}
