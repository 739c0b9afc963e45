//! The stores that keep devices and the workshops that the force has approved for repairs, for staff who may see devices.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, PlaceKind, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page, with the values typed when the form is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "places/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The places.
    pub rows: Vec<Row>,
    /// Whether the reader may add one.
    pub may_add: bool,
    /// The name that was typed.
    pub name: String,
    /// The word of its kind.
    pub kind: String,
    /// The word of its force.
    pub force: String,
    /// The person who approved a workshop.
    pub approved_by: String,
}

/// One place.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Store or workshop, in words.
    pub kind: &'static str,
    /// The force that it belongs to.
    pub force: Force,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// The address of the form that closes it; empty where it cannot be closed.
    pub close: String,
}

impl View {
    fn kinds(&self) -> Vec<Choice> {
        Choice::list(PlaceKind::ALL.iter().map(|kind| (kind.as_str(), kind.title())), &self.kind)
    }

    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, &self.force)
    }

    /// Returns two made-up places, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/custody", "Custody"));
        Self {
            shell,
            errors: [("approved-by", "Enter who approved the workshop")].into_iter().collect(),
            rows: vec![
                Row {
                    name: "ICT stores, Norwich <script>".into(),
                    kind: "Store",
                    force: domain::samples::HOME,
                    closed: None,
                    close: "/places/1/close".into(),
                },
                Row {
                    name: "Radio workshop".into(),
                    kind: "Approved workshop",
                    force: domain::samples::AWAY,
                    closed: Some(web_shell::clock::hours_ago(400)),
                    close: String::new(),
                },
            ],
            may_add: true,
            name: "Vehicle workshop".into(),
            kind: "workshop".into(),
            force: "northshire".into(),
            approved_by: String::new(),
        }
    }
}
