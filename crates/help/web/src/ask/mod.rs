//! A request about a password at the desk: find the device, then say why and how it came.

pub(crate) mod handler;

use askama::Template;

use crate::find::Found;
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The address of the form.
pub(crate) const PATH: &str = "/help/passwords/new";

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "ask/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in what was sent.
    pub errors: Errors,
    /// The search.
    pub found: Found,
    /// The random text of this form.
    pub form: String,
    /// Why.
    pub causes: Vec<Choice>,
    /// How it came.
    pub ways: Vec<Choice>,
}

/// Returns the choices of why.
pub(crate) fn causes(chosen: &str) -> Vec<Choice> {
    Choice::list(
        [("forgotten", "The password is forgotten"), ("known", "Somebody else may know the password")],
        if chosen.is_empty() { "forgotten" } else { chosen },
    )
}

/// Returns the choices of how a request came.
pub(crate) fn ways(chosen: &str) -> Vec<Choice> {
    Choice::list([("telephone", "They ring"), ("in-person", "They stand at the desk")], chosen)
}

impl View {
    /// Returns the form with an error, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Cases),
            errors: [("came", "Choose whether they ring or stand before you")].into_iter().collect(),
            found: Found::sample(),
            form: "0123456789abcdef".into(),
            causes: causes(""),
            ways: ways(""),
        }
    }
}
