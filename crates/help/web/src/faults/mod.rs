//! The report of a fault, damage or signs of tampering by telephone: find the device, then fill in what the caller says.

pub(crate) mod handler;

use askama::Template;

use crate::find::Found;
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The address of the form.
pub(crate) const PATH: &str = "/help/faults/new";

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "faults/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in what was typed.
    pub errors: Errors,
    /// The search.
    pub found: Found,
    /// What is wrong.
    pub kinds: Vec<Choice>,
    /// What was typed.
    pub says: String,
    /// The random text of the form.
    pub form: String,
}

impl View {
    /// Returns the form, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Cases),
            errors: [("kind", "Choose what is wrong")].into_iter().collect(),
            found: Found::sample(),
            kinds: crate::fault_own::kinds(""),
            says: "The screen <script>".into(),
            form: "0123456789abcdef".into(),
        }
    }
}
