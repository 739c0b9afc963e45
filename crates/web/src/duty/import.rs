//! Rosters from a file: looked at first, taken after.

use askama::Template;

use crate::filters;
use crate::parts::form::{Choice, Errors};
use crate::shell::{Area, Shell};

/// What the page shows, and what was handed over when it is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "duty/import.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with what was handed over.
    pub errors: Errors,
    /// The word of the force.
    pub force: String,
    /// `table` or `calendar`.
    pub form: String,
    /// Whose calendar.
    pub number: String,
    /// The text of the file.
    pub file: String,
    /// What the file comes to, once it was looked at.
    pub look: Option<Look>,
}

/// What a file comes to.
#[derive(Debug, Clone)]
pub struct Look {
    /// Rows that can be taken: what and how many.
    pub good: Vec<(String, u64)>,
    /// How many people they are about.
    pub people: u64,
    /// Rows that cannot: line or event, and why.
    pub faults: Vec<(u64, String)>,
    /// How many cannot, the ones that are not shown included.
    pub faulty: u64,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        crate::devices::forces(&self.force)
    }

    fn forms(&self) -> Vec<Choice> {
        let all = [
            ("table", "A table (CSV) for many people"),
            ("calendar", "A calendar (iCalendar) of one person"),
        ];
        Choice::list(all, &self.form)
    }

    /// A file that was looked at, with faults.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            errors: Errors::default(),
            force: "norfolk".into(),
            form: "table".into(),
            number: String::new(),
            file: "number,kind,start,end\n1234,<script>,2026-12-01,".into(),
            look: Some(Look {
                good: vec![("annual-leave".into(), 12)],
                people: 4,
                faults: vec![(2, "kind: write shift or on-call".into())],
                faulty: 1,
            }),
        }
    }
}
