//! One's own sign-ins off duty: saying what they were for, by choice.

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
    /// Sign-ins of which nothing was said.
    pub rows: Vec<(String, Timestamp)>,
    /// The answers: word and title.
    pub answers: Vec<(String, String)>,
}

impl View {
    fn choices(&self) -> Vec<Choice> {
        Choice::list(self.answers.iter().map(|(word, title)| (word.as_str(), title.as_str())), "")
    }

    /// One made-up sign-in, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Me),
            errors: Errors::default(),
            rows: vec![("1".into(), crate::samples::hours_ago(50))],
            answers: vec![("policing".into(), "Other policing work".into())],
        }
    }
}
