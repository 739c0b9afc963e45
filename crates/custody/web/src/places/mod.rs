//! The stores that keep devices and the workshops that the force approved to mend them.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, PlaceKind, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// What the page shows, and what was typed when it is shown again.
#[derive(Debug, Clone, Template)]
#[template(path = "places/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with what was typed.
    pub errors: Errors,
    /// The places.
    pub rows: Vec<Row>,
    /// Whether the reader may enter one.
    pub may_add: bool,
    /// The name that was typed.
    pub name: String,
    /// The word of its kind.
    pub kind: String,
    /// The word of its force.
    pub force: String,
    /// Who approved a workshop.
    pub approved_by: String,
}

/// One place.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: &'static str,
    /// Whose.
    pub force: Force,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// Where its form to close it is sent; empty where it cannot be.
    pub close: String,
}

impl View {
    fn kinds(&self) -> Vec<Choice> {
        Choice::list(PlaceKind::ALL.iter().map(|kind| (kind.as_str(), kind.title())), &self.kind)
    }

    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.force)
    }

    /// Two made-up places, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/custody", "Custody"));
        Self {
            shell,
            errors: [("approved-by", "Enter something here")].into_iter().collect(),
            rows: vec![
                Row {
                    name: "ICT stores, Norwich <script>".into(),
                    kind: "Store",
                    force: Force::Norfolk,
                    closed: None,
                    close: "/places/1/close".into(),
                },
                Row {
                    name: "Radio workshop".into(),
                    kind: "Approved workshop",
                    force: Force::Suffolk,
                    closed: Some(web_shell::clock::hours_ago(400)),
                    close: String::new(),
                },
            ],
            may_add: true,
            name: "Vehicle workshop".into(),
            kind: "workshop".into(),
            force: "norfolk".into(),
            approved_by: String::new(),
        }
    }
}
