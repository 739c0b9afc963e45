//! A breach that somebody reports of their own, without blame, and what they reported before.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use crate::questions::{Input, Question};
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "breach/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the answers.
    pub errors: Errors,
    /// The random text of this form, so that sending it twice makes one report.
    pub once: String,
    /// What it may be.
    pub kinds: Vec<Choice>,
    /// What it may belong to; empty where nothing was reported before.
    pub joins: Vec<Choice>,
    /// The questions.
    pub questions: Vec<Question>,
    /// Who reads it.
    pub goes_to: &'static str,
    /// The regulator; empty where none has to be told.
    pub regulator: String,
    /// What was reported before: the page, what it was, and when it was opened.
    pub before: Vec<Before>,
}

/// Something that was reported before.
#[derive(Debug, Clone)]
pub struct Before {
    /// Its form, by the reference of its case.
    pub link: Crumb,
    /// What it was.
    pub title: String,
    /// When.
    pub at: Timestamp,
    /// Whether it is sent.
    pub is_sent: bool,
}

impl View {
    /// Returns a report with something to mend, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Me),
            errors: [("kind", "Choose what happened")].into_iter().collect(),
            once: "0123456789abcdef".into(),
            kinds: Choice::list(
                [("background", "A picture shows something of work"), ("other", "Something else")],
                "",
            ),
            joins: Choice::list([("", "Something new"), ("1", "C-1043, reported yesterday")], ""),
            questions: crate::questions::samples(),
            goes_to: "Information Security",
            regulator: "the Information Commissioner's Office".into(),
            before: vec![Before {
                link: Crumb::new("/me/incidents/1", "C-1043"),
                title: "I sent something to the wrong person <script>".into(),
                at: web_shell::clock::hours_ago(26),
                is_sent: false,
            }],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_not_to_do_and_blames_nobody() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("Do not delete") && html.contains("Nobody is blamed for reporting"), "{html}");
        assert!(html.contains("Not sent yet"), "{html}");
    }
}
