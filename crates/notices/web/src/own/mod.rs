//! The notices of the person signed in.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "own/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The notices, newest first.
    pub rows: Vec<Row>,
    /// The rule for notices to people whose duty is not known.
    pub rule: String,
}

/// One notice.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// A summary in one line.
    pub subject: String,
    /// The facts, and what to do about them.
    pub body: String,
    /// The address of the page it links to.
    pub href: String,
    /// When it was made.
    pub at: Timestamp,
    /// Whether it was read.
    pub read: bool,
}

impl View {
    /// Returns made-up notices, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |subject: &str, read| Row {
            id: "1".into(),
            subject: subject.into(),
            body: "Bring it to ICT Customer Contact.".into(),
            href: "/duty".into(),
            at: web_shell::clock::hours_ago(20),
            read,
        };
        Self {
            shell: Shell::sample(Area::Me),
            rule: "Where nobody has entered a roster, mail goes out on working days, 8:00 to 18:00.".into(),
            rows: vec![row("Return your phone <script>", false), row("Accept the new terms", true)],
        }
    }
}
