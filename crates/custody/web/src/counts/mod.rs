//! The list of stock counts, with the form that begins one, for staff who may see devices.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "counts/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the form.
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
    /// Its name, with a link to its page.
    pub count: Crumb,
    /// The store that is counted.
    pub place: String,
    /// When it was begun.
    pub opened: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
}

impl View {
    /// Returns two made-up counts, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/custody", "Custody"));
        let row = |number: u32, closed| Row {
            count: Crumb::new(format!("/counts/{number}"), format!("Stock count {number}")),
            place: "ICT stores, Norwich <script>".into(),
            opened: web_shell::clock::hours_ago(30),
            closed,
        };
        Self {
            shell,
            errors: [("place", "Choose the store to count")].into_iter().collect(),
            stores: Choice::list([("1", "ICT stores, Norwich")], ""),
            may_count: true,
            rows: vec![row(2, None), row(1, Some(web_shell::clock::hours_ago(28)))],
        }
    }
}
