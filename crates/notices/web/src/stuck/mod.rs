//! Notices that reached nobody.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "stuck/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// How many notices of the last thirty days stand where: words and number.
    pub states: Vec<(&'static str, u64)>,
    /// What reached nobody, newest first.
    pub rows: Vec<Row>,
    /// What becomes of notices to people whose duty is not known.
    pub rule: String,
    /// Whether more follow than are shown.
    pub more: bool,
    /// Whether the reader may try one again.
    pub may_retry: bool,
}

/// One notice.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// To whom.
    pub to: Crumb,
    /// One line.
    pub subject: String,
    /// Why it reached nobody, and what to do.
    pub why: String,
    /// When it was made.
    pub at: Timestamp,
    /// Whether it was given up.
    pub given_up: bool,
}

impl View {
    /// Made-up notices, for the gallery and the tests.
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
