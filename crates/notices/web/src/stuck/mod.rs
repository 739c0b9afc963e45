//! The notices that could not be delivered, for staff who may see notices.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "stuck/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The number of notices of the last thirty days in each state: words and number.
    pub states: Vec<(&'static str, u64)>,
    /// The undelivered notices, newest first.
    pub rows: Vec<Row>,
    /// The rule for notices to people whose duty is not known.
    pub rule: String,
    /// Whether there are more than are shown.
    pub more: bool,
    /// Whether the reader may retry a delivery.
    pub may_retry: bool,
}

/// One notice.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The recipient.
    pub to: Crumb,
    /// A summary in one line.
    pub subject: String,
    /// The reason why it was not delivered, and what to do.
    pub why: String,
    /// When it was made.
    pub at: Timestamp,
    /// Whether delivery was given up.
    pub given_up: bool,
}

impl View {
    /// Returns made-up notices, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |why: &str, given_up| Row {
            id: "1".into(),
            to: Crumb::new("/people/1234", "PC Ames <script> (1234)"),
            subject: "Return your phone".into(),
            why: why.into(),
            at: web_shell::clock::hours_ago(20),
            given_up,
        };
        Self {
            shell: Shell::sample(Area::Duty),
            rule: "Where nobody has entered a roster, mail goes out on working days, 8:00 to 18:00.".into(),
            states: vec![("Mailed", 1204), ("Could not be delivered", 1)],
            rows: vec![
                row("The mail relay did not accept it: it did not answer in time", true),
                row("It is not known when they are on duty: enter their roster", false),
            ],
            more: false,
            may_retry: true,
        }
    }
}
