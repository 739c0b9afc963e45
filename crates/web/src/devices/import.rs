//! Entering many devices from a file: what would happen is shown before anything does.

use askama::Template;

use crate::filters;
use crate::parts::form::{Choice, Errors};
use crate::shell::{Area, Shell};

/// What the page shows, and what was typed when it is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "devices/import.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with the form.
    pub errors: Errors,
    /// The word of the force.
    pub force: String,
    /// The rows, as text.
    pub file: String,
    /// Columns named by hand, a line each.
    pub columns: String,
    /// Whether wrong rows are left out.
    pub skip_wrong: bool,
    /// Where each field was found; nothing before a preview.
    pub found: Vec<(&'static str, String)>,
    /// Columns that nothing is taken from.
    pub unused: Vec<String>,
    /// What would become of each row.
    pub rows: Vec<Row>,
}

/// What would become of a row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its line in the file.
    pub line: u64,
    /// `New`, `Known` or `Wrong`.
    pub fate: &'static str,
    /// Its serial number and kind, or why it is wrong.
    pub what: String,
    /// What of it cannot be kept.
    pub notes: String,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        crate::devices::forces(&self.force)
    }

    fn count(&self, fate: &str) -> usize {
        self.rows.iter().filter(|row| row.fate == fate).count()
    }

    /// A preview with one of each, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row =
            |line, fate, what: &str, notes: &str| Row { line, fate, what: what.into(), notes: notes.into() };
        Self {
            shell: Shell::sample(Area::Devices),
            errors: Errors::default(),
            force: "norfolk".into(),
            file: "Asset Tag,Serial,Category\nNC-1,F4GX,<script>".into(),
            columns: String::new(),
            skip_wrong: false,
            found: vec![("Serial number", "Serial".into()), ("IMEI", String::new())],
            unused: vec!["Warranty".into()],
            rows: vec![
                row(2, "New", "F4GXQ2ABCD, iPhone", "meant for PC Ames; nobody has signed for it"),
                row(3, "Known", "C02XK1MAC1", ""),
                row(4, "Wrong", "\"Furniture\" is no category that the register knows", ""),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_counts_and_says_that_nothing_was_entered() {
        let html = View::sample().render().unwrap();
        assert!(
            html.contains("1 new, 1 known, 1 wrong") && html.contains("Nothing has been entered"),
            "{html}"
        );
    }
}
