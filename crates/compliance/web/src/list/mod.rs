//! The documents in force, for everybody who may read them: their owners, whether their review is due, their outcomes.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::chart::Bar;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "list/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Whether this person may see the outcomes.
    pub sees_findings: bool,
    /// The documents.
    pub rows: Vec<Row>,
}

/// One document.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its title, page and findings.
    pub bar: Bar,
    /// The force's version, or a substitute where the force gave none.
    pub version: String,
    /// Its status, such as `In force, review overdue by 2,262 days`.
    pub status: String,
    /// Whether the review is overdue or has no date.
    pub overdue: bool,
    /// The owner.
    pub owner: String,
    /// The number of its clauses.
    pub clauses: u64,
    /// The number of clauses that no system can enforce, so that they have no outcome.
    pub unkept: u64,
    /// The number of flags that its editor raised.
    pub flags: u64,
}

impl View {
    fn bars(&self) -> Vec<Bar> {
        self.rows.iter().map(|row| row.bar.clone()).collect()
    }

    /// Returns two documents, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut bars = Bar::samples().into_iter();
        let mut row = |version: &str, status: &str, clauses, flags| {
            bars.next().map(|bar| Row {
                bar,
                version: version.into(),
                status: status.into(),
                overdue: true,
                owner: "Director of ICT".into(),
                clauses,
                unkept: 9,
                flags,
            })
        };
        let rows = [
            row("2017-09 (our name for it)", "In force, review overdue by 2,262 days", 84, 14),
            row("1.1", "In force, review overdue by 294 days", 46, 7),
        ];
        Self {
            shell: Shell::sample_top(Area::Documents),
            sees_findings: true,
            rows: rows.into_iter().flatten().collect(),
        }
    }
}
