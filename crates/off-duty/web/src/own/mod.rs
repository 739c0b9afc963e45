//! The off-duty sign-ins and use of other systems of the person signed in, who may say, by choice, what they were for.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "own/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the form that was sent.
    pub errors: Errors,
    /// The sign-ins and uses without an answer.
    pub rows: Vec<Row>,
    /// The answers: word and title.
    pub answers: Vec<(String, String)>,
}

/// One sign-in or use.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The system whose log reported it; empty for Lanyard itself.
    pub system: String,
    /// The time it happened.
    pub at: Timestamp,
}

impl View {
    fn choices(&self) -> Vec<Choice> {
        Choice::list(self.answers.iter().map(|(word, title)| (word.as_str(), title.as_str())), "")
    }

    /// Returns a made-up sign-in and a made-up use, for the gallery and the tests.
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
