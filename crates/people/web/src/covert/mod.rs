//! Whether somebody has a covert role, for the few who may know: asked for with a reason, shown once, stored nowhere.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "covert/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the reason.
    pub errors: Errors,
    /// The person it is about.
    pub person: Crumb,
    /// The answer, once a reason was given.
    pub answer: Option<&'static str>,
    /// The reason that was typed.
    pub reason: String,
}

impl View {
    /// Returns the form that asks for a reason, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::People);
        shell.crumbs.push(Crumb::new("/people/1234", "PC Ames <script>"));
        Self {
            shell,
            errors: [("reason", "Enter a reason")].into_iter().collect(),
            person: Crumb::new("/people/1234", "PC Ames <script>"),
            answer: None,
            reason: String::new(),
        }
    }

    /// Returns the page with the answer, for the gallery and the tests.
    #[must_use]
    pub fn sample_answered() -> Self {
        Self { answer: Some("Has a covert role"), errors: Errors::default(), ..Self::sample() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_answered_before_a_reason_is_given() {
        assert!(!View::sample().render().unwrap().contains("Has a covert role"));
        assert!(View::sample_answered().render().unwrap().contains("Has a covert role"));
    }
}
