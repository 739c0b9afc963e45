//! The question to a line manager whether it is really somebody whom they manage.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "vouch/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in what was typed.
    pub errors: Errors,
    /// The address of the page.
    pub href: String,
    /// The person.
    pub person: String,
    /// The device.
    pub title: String,
    /// What was typed.
    pub how: String,
}

impl View {
    /// Returns the question, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Me),
            errors: [("how", "Say how you know")].into_iter().collect(),
            href: "/help/vouch/1".into(),
            person: "PC Ames <script> (1234)".into(),
            title: "iPhone F4GXQ2ABCD (NC-01234)".into(),
            how: String::new(),
        }
    }
}
