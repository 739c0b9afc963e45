//! The assessor's half of a form, for Information Security.

pub(crate) mod handler;

use askama::Template;

use crate::questions::{Input, Question};
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "assess/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the answers.
    pub errors: Errors,
    /// The page's own address.
    pub href: String,
    /// The reference of its case.
    pub reference: String,
    /// What it is about.
    pub title: String,
    /// The version that is shown.
    pub version: i64,
    /// The questions; empty once it is finished.
    pub questions: Vec<Question>,
    /// Whether the reporter's half is sent.
    pub is_sent: bool,
    /// The reporter's half to read.
    pub reporter: Vec<(String, String)>,
    /// What the force knows.
    pub known: Vec<(String, String)>,
}

impl View {
    /// Returns an assessment that is begun, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Cases),
            errors: [("place", "Answer this, or write that you do not know")].into_iter().collect(),
            href: "/incidents/1/assess".into(),
            reference: "C-1043".into(),
            title: "iPhone F4GXQ2ABCD <script>: reported lost".into(),
            version: 4,
            questions: crate::questions::samples(),
            is_sent: false,
            reporter: vec![("Where was that?".into(), "Prince of Wales Road <script>".into())],
            known: vec![("Device".into(), "iPhone F4GXQ2ABCD <script>".into())],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_that_it_cannot_be_finished_before_the_reporters_half() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("is not sent yet") && html.contains("Save for later"), "{html}");
    }
}
