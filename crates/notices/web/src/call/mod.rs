//! Calling on somebody for a live matter, whether or not they are on duty.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// What the page shows, and what was typed when it is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "call/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with what was typed.
    pub errors: Errors,
    /// Where the form goes.
    pub href: String,
    /// The case's reference.
    pub reference: String,
    /// What makes this form one and the same.
    pub form: String,
    /// The number of the person.
    pub to: String,
    /// Why it cannot wait.
    pub why: String,
    /// What they are told.
    pub message: String,
}

impl View {
    /// The form shown again with a mistake.
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
