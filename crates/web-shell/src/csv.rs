//! Writes what a page shows as comma-separated values (RFC 4180): the visible columns and rows, and nothing else.
//!
//! A spreadsheet treats a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return as a formula. Such a cell gets an
//! apostrophe in front, which a spreadsheet hides, so that text from a device or a person is never run.

/// The media type of an export.
pub const MEDIA_TYPE: &str = "text/csv; charset=utf-8; header=present";

/// A table being written: a head, then rows.
#[derive(Debug, Default)]
pub struct Table {
    text: String,
}

impl Table {
    /// Starts a table with the names of its columns.
    #[must_use]
    pub fn new(head: &[&str]) -> Self {
        let mut table = Self::default();
        table.row(head);
        table
    }

    /// Adds a row. A row that is too short or too long is left to the caller; a reader pads it.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            self.cell(cell.as_ref());
        }
        self.text.push_str("\r\n");
    }

    fn cell(&mut self, cell: &str) {
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let quoted = formula || cell.contains(['"', ',', '\n', '\r']);
        if quoted {
            self.text.push('"');
        }
        if formula {
            self.text.push('\'');
        }
        for letter in cell.chars() {
            if letter == '"' {
                self.text.push('"');
            }
            self.text.push(letter);
        }
        if quoted {
            self.text.push('"');
        }
    }

    /// Returns the text, to be served as [`MEDIA_TYPE`].
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(cell: &str) -> String {
        let mut table = Table::default();
        table.row(&[cell]);
        table.finish()
    }

    #[test]
    fn a_plain_table_reads_plainly() {
        let mut table = Table::new(&["Asset", "Holder"]);
        table.row(&["NC-1", "PC 1234 Ames"]);
        assert_eq!(table.finish(), "Asset,Holder\r\nNC-1,PC 1234 Ames\r\n");
    }

    #[test]
    fn a_cell_is_never_run_as_a_formula() {
        for cell in ["=1+1", "+44", "-5", "@SUM(A1)", "\tx", "\rx"] {
            assert!(one(cell).starts_with("\"'"), "{cell:?} gave {:?}", one(cell));
        }
        assert_eq!(one("a=1"), "a=1\r\n", "only the first character counts");
    }

    #[test]
    fn quotes_commas_and_lines_stay_in_their_cell() {
        assert_eq!(one("a \"b\", c"), "\"a \"\"b\"\", c\"\r\n");
        assert_eq!(one("two\nlines"), "\"two\nlines\"\r\n");
        assert_eq!(one("=\"x\""), "\"'=\"\"x\"\"\"\r\n");
    }
}
