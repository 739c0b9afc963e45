//! The form for one duty pattern, new or changed for everybody who is on it, for staff who manage rosters.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The values typed into the form.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The word of the force.
    pub force: String,
    /// Its name.
    pub name: String,
    /// The word of its shape.
    pub shape: String,
    /// Its shifts, a line each.
    pub shifts: String,
    /// Its days.
    pub days: String,
}

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "pattern/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The address that the form posts to.
    pub href: String,
    /// The version that is changed; `None` for a new pattern.
    pub version: Option<i64>,
    /// The values of the fields.
    pub typed: Typed,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, &self.typed.force)
    }

    fn shapes(&self) -> Vec<Choice> {
        let all = [
            ("cycle", "A cycle of days that repeats"),
            ("week", "The same week every week"),
            ("listed", "No pattern: shifts are listed person by person"),
        ];
        Choice::list(all, &self.typed.shape)
    }

    /// Returns the form shown again with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            errors: [("days", "Day 2 is \"X\", which is not one of the shifts")].into_iter().collect(),
            href: "/duty/patterns/add".into(),
            version: None,
            typed: Typed {
                force: "northshire".into(),
                name: "Response <script>".into(),
                shape: "cycle".into(),
                shifts: "E 07:00-16:00".into(),
                days: "E X".into(),
            },
        }
    }
}
