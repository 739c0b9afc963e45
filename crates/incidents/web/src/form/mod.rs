//! The reporter's half of a form: for the reporter themselves, on a phone and in parts, and for somebody at the desk who fills it in for
//! them.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use crate::questions::{Input, Question};
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "form/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the answers.
    pub errors: Errors,
    /// The page's own address.
    pub href: String,
    /// The reference of its case.
    pub reference: String,
    /// The title of the form.
    pub form: String,
    /// What it is about.
    pub title: String,
    /// Whether it is the reader's own.
    pub own: bool,
    /// The version that is shown.
    pub version: i64,
    /// What the force knows already.
    pub known: Vec<(String, String)>,
    /// The questions.
    pub questions: Vec<Question>,
    /// Questions and answers to read, once it is sent.
    pub sent: Vec<(String, String)>,
    /// When it is due.
    pub due: Timestamp,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// What was added: when, by whom, what.
    pub added: Vec<Addition>,
    /// The names of the files that are attached.
    pub files: Vec<Addition>,
    /// Who reads it.
    pub goes_to: &'static str,
    /// The regulator; empty where none has to be told.
    pub regulator: String,
    /// When what it held was erased.
    pub erased: Option<Timestamp>,
    /// What was typed as an addition.
    pub more: String,
}

/// One addition.
#[derive(Debug, Clone)]
pub struct Addition {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What.
    pub text: String,
}

impl View {
    /// Returns a form that is half filled in, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Me),
            errors: [("place", "Answer this, or write that you do not know")].into_iter().collect(),
            href: "/me/incidents/1".into(),
            reference: "C-1043".into(),
            form: "Security incident form".into(),
            title: "iPhone F4GXQ2ABCD <script>: reported lost".into(),
            own: true,
            version: 3,
            known: vec![("Device".into(), "iPhone F4GXQ2ABCD (NC-01234) <script>".into())],
            questions: crate::questions::samples(),
            sent: Vec::new(),
            due: web_shell::clock::hours_ahead(20),
            sent_at: None,
            added: Vec::new(),
            files: vec![Addition {
                at: web_shell::clock::hours_ago(1),
                who: "PC Ames <script>".into(),
                text: "the bag <script>.jpg".into(),
            }],
            goes_to: "Information Security",
            regulator: "the Information Commissioner's Office".into(),
            erased: None,
            more: String::new(),
        }
    }

    /// Returns a form that was sent and added to, for the gallery and the tests.
    #[must_use]
    pub fn sample_sent() -> Self {
        let sent = crate::questions::samples().into_iter().map(|one| (one.ask, one.answer));
        Self {
            errors: [("more", "Say what is new")].into_iter().collect(),
            sent: sent.collect(),
            sent_at: Some(web_shell::clock::hours_ago(3)),
            added: vec![Addition {
                at: web_shell::clock::hours_ago(1),
                who: "PC Ames <script>".into(),
                text: "The notebook was in the bag as well <script>".into(),
            }],
            questions: Vec::new(),
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reporter_is_told_where_it_goes_before_sending_and_changes_nothing_after() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("Information Security reads it") && html.contains("Save for later"), "{html}");
        let sent = View::sample_sent().render().unwrap();
        assert!(!sent.contains("Save for later") && sent.contains("Add it"), "{sent}");
        let erased = View { erased: Some(web_shell::clock::now()), ..View::sample() }.render().unwrap();
        assert!(erased.contains("was erased") && !erased.contains("<textarea"), "{erased}");
    }
}
