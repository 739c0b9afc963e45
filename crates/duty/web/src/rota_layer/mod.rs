//! The form for a layer of a rota, and for a temporary rota.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The values typed into the form.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Its name.
    pub name: String,
    /// The participants' numbers, a line each.
    pub people: String,
    /// The length of a turn.
    pub turn: String,
    /// The word of its unit.
    pub unit: String,
    /// The first hand-over.
    pub first: String,
    /// Its hours.
    pub hours: String,
    /// The start of a temporary rota.
    pub start: String,
    /// The end of a temporary rota.
    pub end: String,
}

impl Typed {
    /// Returns made-up values, for samples.
    pub(crate) fn sample() -> Self {
        Self {
            name: "Week by week <script>".into(),
            people: "1234\n9999".into(),
            turn: "1".into(),
            unit: "weeks".into(),
            first: "2026-12-07 09:00".into(),
            ..Self::default()
        }
    }
}

/// Returns the units of a turn as choices.
pub(crate) fn units(chosen: &str) -> Vec<Choice> {
    Choice::list([("hours", "Hours"), ("days", "Days"), ("weeks", "Weeks")], chosen)
}

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "rota_layer/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The heading, which is also the title.
    pub heading: &'static str,
    /// The address that the form posts to.
    pub href: String,
    /// Whether it is a temporary rota.
    pub temporary: bool,
    /// The version that is changed.
    pub version: i64,
    /// The values of the fields.
    pub typed: Typed,
}

impl View {
    fn units(&self) -> Vec<Choice> {
        units(&self.typed.unit)
    }

    /// Returns the form shown again with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            errors: [("end", "Choose an end after the start")].into_iter().collect(),
            heading: "Add a temporary rota",
            href: "/duty/rotas/1/temporary".into(),
            temporary: true,
            version: 3,
            typed: Typed { start: "2026-12-24 12:00".into(), end: "2026-12-20".into(), ..Typed::sample() },
        }
    }
}
