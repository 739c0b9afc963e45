//! The form for a rota: a new one with its first layer, or the name, role, hours and owner of one.

pub(crate) mod handler;

use askama::Template;
use kernel::access::Role;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

use crate::rota_layer;

/// The values typed into the form.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The word of the force.
    pub force: String,
    /// Its name.
    pub name: String,
    /// The word of the role.
    pub role: String,
    /// Its place among the rotas for the role.
    pub place: String,
    /// The hours to cover.
    pub hours: String,
    /// The owner's number.
    pub owner: String,
    /// The first layer of a new rota.
    pub layer: rota_layer::Typed,
}

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "rota_form/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The address that the form posts to.
    pub href: String,
    /// The version that is changed; `None` for a new rota.
    pub version: Option<i64>,
    /// The values of the fields.
    pub typed: Typed,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, &self.typed.force)
    }

    fn roles(&self) -> Vec<Choice> {
        let roles = Role::ALL.iter().map(|role| (role.as_str(), role.title()));
        Choice::list([("", "None")].into_iter().chain(roles), &self.typed.role)
    }

    fn units(&self) -> Vec<Choice> {
        rota_layer::units(&self.typed.layer.unit)
    }

    /// Returns the form shown again with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            errors: [("people", "Nobody in this force has the number 9999")].into_iter().collect(),
            href: "/duty/rotas/add".into(),
            version: None,
            typed: Typed {
                force: "northshire".into(),
                name: "On-call engineer <script>".into(),
                role: "on-call-engineer".into(),
                place: "1".into(),
                hours: "Mon-Fri 17:00-08:00".into(),
                owner: "1234".into(),
                layer: rota_layer::Typed::sample(),
            },
        }
    }
}
