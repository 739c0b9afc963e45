//! The form that records that somebody accepted the terms before having a device (MDU-3.2), for staff who may record acceptances:
//! the whole text to read together, the changes since last time, one box to tick.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use crate::clauses::{Change, Clause};
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "record/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the form.
    pub errors: Errors,
    /// The page's own address, which the form posts to.
    pub href: String,
    /// The name and number of the person who accepts.
    pub who: String,
    /// The document's title.
    pub title: String,
    /// The version to be accepted.
    pub version: String,
    /// Digest of exactly the text shown; the form sends it back, so that exactly what was read is accepted.
    pub digest: String,
    /// The changes since the version accepted before; empty the first time.
    pub changes: Vec<Change>,
    /// The terms by section: title and clauses.
    pub sections: Vec<(String, Vec<Clause>)>,
    /// Questions on the text; empty where the clauses ask none.
    pub questions: Vec<Question>,
    /// Ways of showing the terms.
    pub ways: Vec<Choice>,
    /// When this version was accepted already; `None` if it was not. If it was, there is no form.
    pub accepted: Option<Timestamp>,
}

/// A question on the text.
#[derive(Debug, Clone)]
pub struct Question {
    /// The field's name.
    pub name: String,
    /// The question.
    pub text: String,
    /// The answers.
    pub answers: Vec<Choice>,
}

impl Question {
    pub(crate) fn sample() -> Self {
        Self {
            name: "question-1".into(),
            text: "Your phone is missing. What comes first?".into(),
            answers: Choice::list([("0", "Search for an hour"), ("1", "Report it")], ""),
        }
    }
}

impl View {
    /// Returns terms with a question not answered, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_top(Area::People),
            errors: [
                ("question-1", "Choose an answer"),
                ("accept", "Tick the box to accept, or close the page"),
            ]
            .into_iter()
            .collect(),
            href: "/people/1234/terms/mobile-device-use".into(),
            who: "PC Ames (1234)".into(),
            title: "Mobile Device Use Policy".into(),
            version: "2017-09".into(),
            digest: "3f6c1b0d9a".into(),
            changes: Change::samples(),
            sections: vec![
                (
                    "4 Loss and damage".into(),
                    vec![Clause::sample("MDU-4.1", "Say at once that a device is lost or stolen. <script>")],
                ),
                (
                    "6 Passwords".into(),
                    vec![Clause::sample("MDU-6.3", "Tell nobody your password, the service desk neither.")],
                ),
            ],
            questions: vec![Question::sample()],
            ways: Choice::list([("page", "on a page"), ("paper", "on paper")], "page"),
            accepted: None,
        }
    }

    /// Returns the terms once they are accepted, for the gallery and the tests.
    #[must_use]
    pub fn sample_accepted() -> Self {
        Self {
            errors: Errors::default(),
            changes: Vec::new(),
            accepted: Some(web_shell::clock::hours_ago(2)),
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accepted_is_the_text_that_was_shown() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("name=\"digest\" value=\"3f6c1b0d9a\""), "{html}");
    }

    #[test]
    fn a_change_is_shown_with_both_texts() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("At least eight characters.") && html.contains("At least nine characters."));
    }

    #[test]
    fn what_is_accepted_already_is_not_asked_again() {
        assert!(!View::sample_accepted().render().unwrap().contains("id=\"accept\""));
    }
}
