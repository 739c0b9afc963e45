//! One's own sign-ins and use of other systems off duty: saying what they were for, by choice.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "own/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with what was sent.
    pub errors: Errors,
    /// Those of which nothing was said.
    pub rows: Vec<Row>,
    /// The answers: word and title.
    pub answers: Vec<(String, String)>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct Row {
    /// Which.
    pub id: String,
    /// The system whose log says so; empty for Lanyard itself.
    pub system: String,
    /// When.
    pub at: Timestamp,
}

impl View {
    fn choices(&self) -> Vec<Choice> {
        Choice::list(self.answers.iter().map(|(word, title)| (word.as_str(), title.as_str())), "")
    }

    /// A made-up sign-in and a made-up use, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Me),
            errors: Errors::default(),
            rows: vec![
                Row { id: "1".into(), system: String::new(), at: web_shell::clock::hours_ago(50) },
                Row { id: "2".into(), system: "VPN <script>".into(), at: web_shell::clock::hours_ago(60) },
            ],
            answers: vec![("policing".into(), "Other policing work".into())],
        }
    }
}
