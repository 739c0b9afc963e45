//! A file of people or of devices: given, then looked at before it is applied.

use app::imports::{Applied, Does, Kind};
use app::people::import::People;
use app::register::import::Devices;
use askama::Template;
use domain::Timestamp;

use crate::filters;
use crate::parts::form::{Choice, Errors};
use crate::shell::{Area, Shell};

/// What the pages say of a kind of file.
#[derive(Debug)]
pub struct Words {
    /// The page on which one is given; what waits is below it.
    pub path: &'static str,
    /// Where in the navigation.
    pub area: Area,
    /// The heading.
    pub title: &'static str,
    /// What a file is, in a sentence.
    pub says: &'static str,
    /// Most rows.
    pub most: usize,
    /// The question for the force.
    pub force: &'static str,
    /// What the columns can be.
    pub columns: &'static str,
    /// How a row finds what it is about.
    pub found: &'static str,
    /// What rows are about.
    pub thing: &'static str,
    /// What its number is called.
    pub number: &'static str,
    /// The list of everything that a file can change, and its words.
    pub list: (&'static str, &'static str),
}

impl Words {
    fn most(&self) -> u64 {
        count(self.most)
    }
}

/// A kind of file that has pages.
pub trait Shown: Kind {
    /// What they say.
    const WORDS: &'static Words;
}

impl Shown for People {
    const WORDS: &'static Words = &Words {
        path: "/import/people",
        area: Area::People,
        title: "Enter people from a file",
        says: "A CSV file, with headings in its first row and a row for each person.",
        most: Self::MOST_ROWS,
        force: "Force of rows that name none",
        columns: "Collar or staff number (always), name or given and family name, force, role, unit, work email, work \
                  telephone, line manager’s number, first working day, last working day, has left (yes or no).",
        found: "A person is found by force and number.",
        thing: "Person",
        number: "Number",
        list: ("/people", "All people"),
    };
}

impl Shown for Devices {
    const WORDS: &'static Words = &Words {
        path: "/import/devices",
        area: Area::Devices,
        title: "Enter devices from a file",
        says: "A CSV file, with headings in its first row and a row for each device: an export of Snipe-IT fits as it is. A \
               holder in the file becomes the intended holder of a new device; nobody has signed for anything by it.",
        most: Self::MOST_ROWS,
        force: "Whose property are they?",
        columns: "Serial number (or asset tag, for what has none), asset tag, category or kind, maker, model, IMEI, status, \
                  checked out to, location, purchase date.",
        found: "A device is found by its serial number. Who has it and where it is changes by a signed hand-over alone.",
        thing: "Device",
        number: "Serial number",
        list: ("/devices", "All devices"),
    };
}

/// The page on which a file is given.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/start.html")]
pub struct Start {
    /// The frame.
    pub shell: Shell,
    /// What it says of this kind of file.
    pub words: &'static Words,
    /// What was wrong with the file.
    pub errors: Errors,
    /// The word of the force that was chosen.
    pub force: String,
    /// What was pasted.
    pub pasted: String,
}

impl Start {
    fn forces(&self) -> Vec<Choice> {
        crate::devices::forces(&self.force)
    }

    /// The page shown again with a mistake.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::People),
            words: People::WORDS,
            errors: [("file", "The file has no rows: a first row with headings, then a row for each person")]
                .into_iter()
                .collect(),
            force: "norfolk".into(),
            pasted: "Number,Name <script>".into(),
        }
    }
}

/// What no file of devices does: shown where there is something to show.
const OF_PEOPLE: [&str; 4] = ["would be ended", "would be brought back", "ended", "brought back"];

/// A number of rows, as pages write numbers.
pub(crate) fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

/// A column of the file, and what it is.
#[derive(Debug, Clone)]
pub struct Mapped {
    /// The field's name in the form.
    pub field: String,
    /// The heading.
    pub heading: String,
    /// What it can be.
    pub choices: Vec<Choice>,
}

/// A row that would do something.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its number in the file.
    pub row: usize,
    /// What it does.
    pub does: Does,
    /// The number of what it is about.
    pub number: String,
    /// What people call it.
    pub name: String,
    /// What would be different, in words.
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

/// The preview.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/preview.html")]
pub struct Preview {
    /// The frame.
    pub shell: Shell,
    /// What it says of this kind of file.
    pub words: &'static Words,
    /// What was wrong with what was asked.
    pub errors: Errors,
    /// The page's own address.
    pub href: String,
    /// The file's name.
    pub file: String,
    /// Until when it waits.
    pub expires: Timestamp,
    /// Its columns.
    pub columns: Vec<Mapped>,
    /// How many rows add, change, end, bring back, say nothing new, and are wrong.
    pub counts: [u64; 6],
    /// The first rows that would do something.
    pub rows: Vec<Row>,
    /// The first rows that are wrong, with why.
    pub wrong: Vec<(usize, String)>,
    /// Digest of exactly what is shown; the form sends it back, so that what is applied is what was looked at.
    pub digest: String,
}

impl Preview {
    fn any(&self) -> bool {
        self.counts.iter().take(4).any(|count| *count > 0)
    }

    fn more(&self) -> u64 {
        self.counts.iter().take(4).sum::<u64>().saturating_sub(count(self.rows.len()))
    }

    fn wrong_count(&self) -> u64 {
        self.counts.last().copied().unwrap_or_default()
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
            "say what is so already",
            "are wrong",
        ]
        .into_iter()
        .zip(self.counts)
        .filter(|(word, count)| *count > 0 || !OF_PEOPLE.contains(word))
        .collect()
    }

    fn ways(&self) -> Vec<Choice> {
        Choice::list(
            [
                ("good", "Enter the good rows and leave out the wrong ones"),
                ("all", "Enter nothing unless all rows are right"),
            ],
            "",
        )
    }

    /// A file of devices.
    #[must_use]
    pub fn sample_devices() -> Self {
        let rows = vec![Row {
            row: 2,
            does: Does::Adds,
            number: "F4GXQ2ABCD".into(),
            name: "iPhone".into(),
            difference: "iPhone 15; meant for PC Ames; nobody has signed for it".into(),
        }];
        let wrong = vec![(4, "\"Furniture\" is no category that the register knows".into())];
        let shell = Shell::sample(Area::Devices);
        Self { shell, words: Devices::WORDS, counts: [1, 0, 0, 0, 3, 1], rows, wrong, ..Self::sample() }
    }

    /// A file with good rows and wrong ones.
    #[must_use]
    pub fn sample() -> Self {
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
                [("", "Pass over"), ("number", "Collar or staff number"), ("name", "Name")],
                chosen,
            ),
        };
        Self {
            shell: Shell::sample(Area::People),
            words: People::WORDS,
            errors: Errors::default(),
            href: "/import/people/7".into(),
            file: "hr <script>.csv".into(),
            expires: crate::samples::hours_ahead(23),
            columns: vec![column(0, "Collar No", "number"), column(1, "Shoe size", "")],
            counts: [1, 1, 1, 0, 20, 2],
            rows: vec![
                row(2, Does::Adds, "4410", "DC Cole", "detective, Norwich"),
                row(3, Does::Changes, "88", "Sgt Byrd", "Unit: Roads, was Thetford"),
                row(9, Does::Ends, "S3301", "Dana Ellis", ""),
            ],
            wrong: vec![
                (5, "Last working day: write a day such as 2026-11-22 or 22/11/2026".into()),
                (7, "row 2 has the same number; keep one of them".into()),
            ],
            digest: "3f6c1b".into(),
        }
    }
}

/// What came of a file.
#[derive(Debug, Clone, Template)]
#[template(path = "imports/done.html")]
pub struct Done {
    /// The frame.
    pub shell: Shell,
    /// What it says of this kind of file.
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
        ]
        .map(|(word, rows)| (word, count(rows)))
        .into_iter()
        .filter(|(word, count)| *count > 0 || !OF_PEOPLE.contains(word))
        .collect()
    }
}

impl Done {
    /// A file with two rows left out.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::People),
            words: People::WORDS,
            file: "hr <script>.csv".into(),
            applied: Applied { added: 12, changed: 3, ended: 1, returned: 0, left_out: 2 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_applied_is_what_is_shown() {
        let html = Preview::sample().render().unwrap();
        assert!(html.contains("name=\"digest\" value=\"3f6c1b\"") && html.contains("Row 5"), "{html}");
    }

    #[test]
    fn a_file_that_does_nothing_has_no_button() {
        let html =
            Preview { counts: [0, 0, 0, 0, 20, 2], rows: Vec::new(), ..Preview::sample() }.render().unwrap();
        assert!(!html.contains("/apply"), "{html}");
    }
}
