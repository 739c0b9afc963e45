//! The stock counts, and beginning one.

use askama::Template;
use domain::Timestamp;

use crate::filters;
use crate::parts::form::{Choice, Errors};
use crate::shell::{Area, Crumb, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "custody/counts.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with the form.
    pub errors: Errors,
    /// The stores that can be counted.
    pub stores: Vec<Choice>,
    /// Whether the reader may begin one.
    pub may_count: bool,
    /// The counts, newest first.
    pub rows: Vec<Row>,
}

/// One count.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its page and name.
    pub count: Crumb,
    /// Of which store.
    pub place: String,
    /// When it was begun.
    pub opened: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
}

impl View {
    /// Two made-up counts, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/custody", "Custody"));
        let row = |number: u32, closed| Row {
            count: Crumb::new(format!("/counts/{number}"), format!("Stock count {number}")),
            place: "ICT stores, Norwich <script>".into(),
            opened: crate::samples::hours_ago(30),
            closed,
        };
        Self {
            shell,
            errors: [("place", "Choose the store to count")].into_iter().collect(),
            stores: Choice::list([("1", "ICT stores, Norwich")], ""),
            may_count: true,
            rows: vec![row(2, None), row(1, Some(crate::samples::hours_ago(28)))],
        }
    }
}
