//! The form for an override of a rota: a person added, taken out or replaced for a time.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The values typed into the form.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The word of what it does.
    pub kind: String,
    /// The number of who is added or taken out.
    pub person: String,
    /// The number of who stands in.
    pub with: String,
    /// Its start.
    pub start: String,
    /// Its end.
    pub end: String,
    /// Why.
    pub reason: String,
}

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "rota_override/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The address that the form posts to.
    pub href: String,
    /// The values of the fields.
    pub typed: Typed,
}

impl View {
    fn kinds(&self) -> Vec<Choice> {
        let all = [
            ("replace", "Put a person in the place of another"),
            ("add", "Add a person, who is called after the others"),
            ("remove", "Take a person out"),
        ];
        Choice::list(all, &self.typed.kind)
    }

    /// Returns the form shown again with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            errors: [("with", "Write another person than the one who is replaced")].into_iter().collect(),
            href: "/duty/rotas/1/override".into(),
            typed: Typed {
                kind: "replace".into(),
                person: "1234".into(),
                with: "1234".into(),
                start: "2026-12-08 18:00".into(),
                end: "2026-12-09 09:00".into(),
                reason: "A course <script>".into(),
            },
        }
    }
}
