//! Imports of files of rows, for the staff who may change what the rows are about: a file is uploaded, then shown as a preview
//! before it is applied.

pub mod handler;
pub mod words;

use askama::Template;
use domain::Timestamp;
use kernel::imports::{Applied, Counted, Does};

use crate::filters;
use crate::frame::{Area, Shell};
pub use crate::imports::words::{Shown, TABLES, Words};
use crate::parts::form::{Choice, Errors};

/// The page on which a file is uploaded.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/start.html")]
pub struct Start {
    /// The frame around the page.
    pub shell: Shell,
    /// The texts for this kind of file.
    pub words: &'static Words,
    /// The errors in the file.
    pub errors: Errors,
    /// The word of the force that was chosen.
    pub force: String,
    /// The number of the person whom the file is about, for kinds of file that are about one person.
    pub about: String,
    /// The text pasted instead of a file.
    pub pasted: String,
}

impl Start {
    fn forces(&self) -> Vec<Choice> {
        crate::parts::choices::forces(&self.shell, &self.force)
    }

    /// Returns the page shown again with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample(words: &'static Words) -> Self {
        Self {
            shell: Shell::sample(Area::People),
            words,
            errors: [(
                "file",
                "The file has no rows: put headings in the first row, then a row for each person",
            )]
            .into_iter()
            .collect(),
            force: "northshire".into(),
            about: String::new(),
            pasted: "Number,Name <script>".into(),
        }
    }

    /// Returns the page for a calendar, with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample_calendar(words: &'static Words) -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            words,
            errors: [("about", "Northshire Police has nobody with this number")].into_iter().collect(),
            about: "99 <script>".into(),
            ..Self::sample(words)
        }
    }
}

/// What few files do; shown only where there is something to show.
const SELDOM: [&str; 6] = [
    "would be ended",
    "would be brought back",
    "wait for an answer",
    "ended",
    "brought back",
    "left out because a question has no answer",
];

/// Converts a number of rows to the type that pages format.
pub fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

/// A column of the file, and the field it is read as.
#[derive(Debug, Clone)]
pub struct Mapped {
    /// The field's name in the form.
    pub field: String,
    /// The heading.
    pub heading: String,
    /// The fields it can be read as.
    pub choices: Vec<Choice>,
}

/// A question about rows of the file.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The field's name in the form.
    pub field: String,
    /// The name of the hidden field that says which question it is.
    pub key_field: String,
    /// The key of the question.
    pub key: String,
    /// The question.
    pub question: String,
    /// The rows that depend on it, in words.
    pub places: String,
    /// The answers to choose from.
    pub choices: Vec<Choice>,
}

/// A row that would change something.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its number in the file.
    pub row: usize,
    /// What it does.
    pub does: Does,
    /// The number of the thing it is about.
    pub number: String,
    /// The name that people use for the thing.
    pub name: String,
    /// What would change, in words.
    pub difference: String,
}

impl Row {
    fn colour(&self) -> &'static str {
        match self.does {
            Does::Adds | Does::Returns => "green",
            Does::Changes => "blue",
            Does::Ends => "orange",
        }
    }

    fn verb(&self) -> &'static str {
        match self.does {
            Does::Adds => "New",
            Does::Changes => "Changed",
            Does::Ends => "Ended",
            Does::Returns => "Back",
        }
    }
}

/// The data shown on the preview.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/preview.html")]
pub struct Preview {
    /// The frame around the page.
    pub shell: Shell,
    /// The texts for this kind of file.
    pub words: &'static Words,
    /// The errors in the form.
    pub errors: Errors,
    /// The page's own address.
    pub href: String,
    /// The file's name.
    pub file: String,
    /// The time until which the file is kept for this preview.
    pub expires: Timestamp,
    /// The number of the person whom the file is about, for kinds of file that are about one person.
    pub about: String,
    /// The unit in which places of rows are counted.
    pub counted: Counted,
    /// What the reader should know beside the rows, in sentences.
    pub notes: Vec<String>,
    /// The questions about it.
    pub asked: Vec<Asked>,
    /// Its columns.
    pub columns: Vec<Mapped>,
    /// How many rows add, change, end, bring back, change nothing, wait for an answer, and are wrong.
    pub counts: [u64; 7],
    /// The first rows that would change something.
    pub rows: Vec<Row>,
    /// The first rows that are wrong, with the reason.
    pub wrong: Vec<(usize, String)>,
    /// Digest of exactly what is shown; the form sends it back, so that exactly what was previewed is applied.
    pub digest: String,
}

impl Preview {
    fn any(&self) -> bool {
        self.counts.iter().take(4).any(|count| *count > 0)
    }

    fn more(&self) -> u64 {
        self.counts.iter().take(4).sum::<u64>().saturating_sub(count(self.rows.len()))
    }

    /// Returns the heading of the column of places: `Line`.
    fn place(&self) -> &'static str {
        match self.counted {
            Counted::Lines => "Line",
            Counted::Rows => "Row",
            Counted::Events => "Event",
        }
    }

    fn wrong_count(&self) -> u64 {
        self.counts.last().copied().unwrap_or_default()
    }

    /// Returns how many rows would be left out if the file were applied now.
    fn left_out(&self) -> u64 {
        self.counts.iter().skip(5).sum()
    }

    fn hidden(&self) -> u64 {
        self.wrong_count().saturating_sub(count(self.wrong.len()))
    }

    fn tallies(&self) -> Vec<(&'static str, u64)> {
        [
            "would be added",
            "would be changed",
            "would be ended",
            "would be brought back",
            "change nothing",
            "wait for an answer",
            "wrong",
        ]
        .into_iter()
        .zip(self.counts)
        .filter(|(word, count)| *count > 0 || !SELDOM.contains(word))
        .collect()
    }

    fn ways(&self) -> Vec<Choice> {
        Choice::list(
            [
                ("good", "Enter the good rows and leave out the others"),
                ("all", "Enter nothing unless all rows are right"),
            ],
            "",
        )
    }

    /// Returns a file of devices, for the gallery and the tests.
    #[must_use]
    pub fn sample_devices(words: &'static Words) -> Self {
        let rows = vec![Row {
            row: 2,
            does: Does::Adds,
            number: "F4GXQ2ABCD".into(),
            name: "iPhone".into(),
            difference: "iPhone 15; meant for PC Ames; nobody has signed for it".into(),
        }];
        let wrong = vec![(4, "it has 9 cells and there are 8 headings".into())];
        let asked = vec![Asked {
            field: "answer-0".into(),
            key_field: "key-0".into(),
            key: "Furniture <script>".into(),
            question: "What are devices of the category “Furniture <script>”?".into(),
            places: "Row 5, 6 and one other".into(),
            choices: Choice::list(
                [("", "No answer yet"), ("iphone", "iPhone"), ("leave-out", "Leave them out")],
                "",
            ),
        }];
        let notes = vec!["The sheet “Devices <script>” was read.".into()];
        let (shell, counted) = (Shell::sample(Area::Devices), Counted::Rows);
        let counts = [1, 0, 0, 0, 3, 3, 1];
        Self { shell, words, counted, notes, asked, counts, rows, wrong, ..Self::sample(words) }
    }

    /// Returns a calendar, for the gallery and the tests.
    #[must_use]
    pub fn sample_calendar(words: &'static Words) -> Self {
        let row = |row, does, name: &str, difference: &str| Row {
            row,
            does,
            number: "1234".into(),
            name: name.into(),
            difference: difference.into(),
        };
        let rows = vec![
            row(1, Does::Adds, "Early", "Shift, 1 December 2026 07:00 to 15:00"),
            row(
                2,
                Does::Changes,
                "Late <script>",
                "Shift, 20 December 2026 14:00 to 22:00; replaces what an earlier file entered (version 0): Shift, 20 December 2026 \
                 07:00 to 15:00",
            ),
        ];
        let asked = vec![Asked {
            field: "answer-0".into(),
            key_field: "key-0".into(),
            key: "Bank holiday working".into(),
            question: "What is “Bank holiday working”? It is asked because words in it may or may not mean that its owner is \
                       away or on call."
                .into(),
            places: "Event 3".into(),
            choices: Choice::list([("", "No answer yet"), ("shift", "A shift"), ("rest-day", "A rest day: leave it out")], ""),
        }];
        Self {
            shell: Shell::sample(Area::Duty),
            words,
            about: "1234".into(),
            counted: Counted::Events,
            notes: vec![
                "Event 1: its exception on 20 December 2026 (EXDATE) is none of its occurrences.".into(),
            ],
            asked,
            columns: Vec::new(),
            counts: [1, 1, 0, 0, 0, 1, 1],
            rows,
            wrong: vec![(4, "DTSTART: its time zone “Mars/Olympus” is neither British time nor UTC".into())],
            ..Self::sample(words)
        }
    }

    /// Returns a file with good rows and wrong ones, for the gallery and the tests.
    #[must_use]
    pub fn sample(words: &'static Words) -> Self {
        let row = |row, does, number: &str, name: &str, difference: &str| Row {
            row,
            does,
            number: number.into(),
            name: name.into(),
            difference: difference.into(),
        };
        let column = |place: usize, heading: &str, chosen: &str| Mapped {
            field: format!("column-{place}"),
            heading: heading.into(),
            choices: Choice::list(
                [("", "Ignore this column"), ("number", "Collar or staff number"), ("name", "Name")],
                chosen,
            ),
        };
        Self {
            shell: Shell::sample(Area::People),
            words,
            errors: Errors::default(),
            href: "/import/people/7".into(),
            file: "hr <script>.csv".into(),
            expires: crate::clock::hours_ahead(23),
            about: String::new(),
            counted: Counted::Lines,
            notes: Vec::new(),
            asked: Vec::new(),
            columns: vec![column(0, "Collar No", "number"), column(1, "Shoe size", "")],
            counts: [1, 1, 1, 0, 20, 0, 2],
            rows: vec![
                row(2, Does::Adds, "4410", "DC Cole", "detective, Norwich"),
                row(3, Does::Changes, "88", "Sgt Byrd", "Unit: Roads, was Thetford"),
                row(9, Does::Ends, "S3301", "Dana Ellis", ""),
            ],
            wrong: vec![
                (5, "Last working day: “soon” is not a date; write it as 2026-11-22".into()),
                (7, "line 2 has the same number; keep one of them".into()),
            ],
            digest: "3f6c1b".into(),
        }
    }
}

/// The page shown after a file was applied.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/done.html")]
pub struct Done {
    /// The frame around the page.
    pub shell: Shell,
    /// The texts for this kind of file.
    pub words: &'static Words,
    /// The file's name.
    pub file: String,
    /// What was done.
    pub applied: Applied,
}

impl Done {
    fn tallies(&self) -> Vec<(&'static str, u64)> {
        let done = &self.applied;
        [
            ("added", done.added),
            ("changed", done.changed),
            ("ended", done.ended),
            ("brought back", done.returned),
            ("left out because they were wrong", done.left_out),
            ("left out because a question has no answer", done.unanswered),
        ]
        .map(|(word, rows)| (word, count(rows)))
        .into_iter()
        .filter(|(word, count)| *count > 0 || !SELDOM.contains(word))
        .collect()
    }
}

impl Done {
    /// Returns the result of a file with two rows left out, for the gallery and the tests.
    #[must_use]
    pub fn sample(words: &'static Words) -> Self {
        Self {
            shell: Shell::sample(Area::People),
            words,
            file: "hr <script>.csv".into(),
            applied: Applied { added: 12, changed: 3, ended: 1, returned: 0, left_out: 2, unanswered: 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: Words = Words {
        path: "/import/things",
        area: Area::Devices,
        title: "Enter things from a file",
        says: "A row for each thing.",
        force: "Whose are they?",
        accept: TABLES,
        size: "Up to 10 rows.",
        about: None,
        columns: "Number.",
        found: "By its number.",
        thing: "Thing",
        number: "Number",
        list: ("/devices", "All things"),
    };

    #[test]
    fn what_is_applied_is_what_is_shown() {
        let html = Preview::sample(&WORDS).render().unwrap();
        assert!(html.contains("name=\"digest\" value=\"3f6c1b\"") && html.contains("Line 5"), "{html}");
    }

    #[test]
    fn a_file_that_does_nothing_has_no_button() {
        let html = Preview { counts: [0, 0, 0, 0, 20, 0, 2], rows: Vec::new(), ..Preview::sample(&WORDS) }
            .render()
            .unwrap();
        assert!(!html.contains("/apply"), "{html}");
    }
}
