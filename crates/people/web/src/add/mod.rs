//! The form that records a person by hand, where no directory provisions them, for staff who manage people.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page, with the values typed when the form is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "add/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// Name with rank.
    pub name: String,
    /// Collar or staff number.
    pub number: String,
    /// The word of the force ([`domain::Force`]).
    pub force: String,
    /// Officer, staff or another word that the force uses.
    pub role: String,
    /// Unit; may be empty.
    pub unit: String,
    /// Work address; may be empty.
    pub email: String,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, &self.force)
    }

    /// Returns the page shown again with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::People),
            errors: [("number", "Another person has this number: open their page instead")]
                .into_iter()
                .collect(),
            name: "PC Ames <script>".into(),
            number: "1234".into(),
            force: "northshire".into(),
            role: String::new(),
            unit: String::new(),
            email: String::new(),
        }
    }
}
