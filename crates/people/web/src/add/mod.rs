//! Recording a person by hand, where no directory brings them.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// What the page shows, and what was typed when it is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "add/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with what was typed.
    pub errors: Errors,
    /// Name with rank.
    pub name: String,
    /// Collar or staff number.
    pub number: String,
    /// The word of the force ([`domain::Force`]).
    pub force: String,
    /// Officer, staff or another word of the force.
    pub role: String,
    /// Unit; may be empty.
    pub unit: String,
    /// Work address; may be empty.
    pub email: String,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.force)
    }

    /// The page shown again with a mistake.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::People),
            errors: [("number", "Another person has this number: open their page instead")]
                .into_iter()
                .collect(),
            name: "PC Ames <script>".into(),
            number: "1234".into(),
            force: "norfolk".into(),
            role: String::new(),
            unit: String::new(),
            email: String::new(),
        }
    }
}
