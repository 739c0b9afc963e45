//! The form that calls somebody out for a live matter, whether or not they are on duty, for staff who may contact people off
//! duty.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page, with the values typed when the form is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "call/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The address that the form posts to.
    pub href: String,
    /// The case's reference.
    pub reference: String,
    /// The id of this form, so that sending it twice counts once.
    pub form: String,
    /// The number of the person.
    pub to: String,
    /// The reason why it cannot wait.
    pub why: String,
    /// The message to the person.
    pub message: String,
}

impl View {
    /// Returns the form shown again with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Cases),
            errors: [("why", "Enter a reason")].into_iter().collect(),
            href: "/cases/1/call".into(),
            reference: "C-1043".into(),
            form: "1".into(),
            to: "1234".into(),
            why: String::new(),
            message: "Ring the control room <script>".into(),
        }
    }
}
