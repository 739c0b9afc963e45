//! One section of the terms, for the person signed in to read, with a question for some of its clauses.

pub(crate) mod handler;

use askama::Template;

use crate::clauses::Clause;
use crate::record::Question;
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "section/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the answers.
    pub errors: Errors,
    /// The page's own address.
    pub href: String,
    /// The document's title.
    pub document: String,
    /// Number and title of the section.
    pub title: String,
    /// The number of the section, and the number of sections.
    pub place: (usize, usize),
    /// Digest of its wording; the form sends it back.
    pub digest: String,
    /// Its clauses.
    pub clauses: Vec<Clause>,
    /// Its questions, each with the clause to read again where the answer was wrong.
    pub questions: Vec<(Question, Option<Clause>)>,
    /// Whether there is anything to confirm: a section accepted before is only shown.
    pub open: bool,
}

impl View {
    /// Returns a section with a wrong answer, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let clause = Clause::sample("MDU-4.1", "Say at once that a device is lost or stolen. <script>");
        Self {
            shell: Shell::sample_top(Area::Me),
            errors: [("question-1", "Read clause MDU-4.1 again below, then choose once more")]
                .into_iter()
                .collect(),
            href: "/me/terms/mobile-device-use/2".into(),
            document: "Mobile Device Use Policy".into(),
            title: "4 Incident Response".into(),
            place: (2, 14),
            digest: "77ab".into(),
            clauses: vec![clause.clone()],
            questions: vec![(Question::sample(), Some(clause))],
            open: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_answer_shows_the_clause_again_and_does_not_blame() {
        let html = View::sample().render().unwrap();
        assert_eq!(html.matches("Say at once that a device is lost").count(), 2, "{html}");
        assert!(!html.contains("wrong") && !html.contains("incorrect"), "{html}");
    }
}
