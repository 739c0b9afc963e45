//! The form by which Information Security opens an incident by hand.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "open/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The random text of this form, so that sending it twice opens one.
    pub once: String,
    /// The forces to choose from.
    pub forces: Vec<Choice>,
    /// What was typed as its title.
    pub title: String,
    /// What was typed as the number of the reporter.
    pub number: String,
}

impl View {
    /// Returns a form with something to mend, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let shell = Shell::sample(Area::Cases);
        Self {
            errors: [("number", "Nobody has this number")].into_iter().collect(),
            once: "0123456789abcdef".into(),
            forces: web_shell::parts::choices::forces(&shell, ""),
            title: "A folder was left in a car <script>".into(),
            number: "77".into(),
            shell,
        }
    }
}
