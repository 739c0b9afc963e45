//! One's own sign-ins and use of other systems off duty: saying what they were for, by choice.

use askama::Template;
use domain::Timestamp;

use crate::filters;
use crate::parts::form::{Choice, Errors};
use crate::shell::{Area, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "told/sign_ins.html")]
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
                Row { id: "1".into(), system: String::new(), at: crate::samples::hours_ago(50) },
                Row { id: "2".into(), system: "VPN <script>".into(), at: crate::samples::hours_ago(60) },
            ],
            answers: vec![("policing".into(), "Other policing work".into())],
        }
    }
}
