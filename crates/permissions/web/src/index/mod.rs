//! The list of all registers of permissions and exceptions with their figures, for everybody who may read them.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "index/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The registers.
    pub rows: Vec<Row>,
}

/// One register.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its title, with a link to its page.
    pub register: Crumb,
    /// A sentence that says what an entry of it is.
    pub says: String,
    /// The clauses that it belongs to.
    pub clauses: Vec<Crumb>,
    /// The number of entries that wait for a decision.
    pub open: u64,
    /// The number of entries in force.
    pub in_force: u64,
    /// The number of entries that lapse soon.
    pub lapsing: u64,
    /// The address of the form that asks for an entry; empty for readers who may not ask in it.
    pub ask: String,
}

impl View {
    /// Returns made-up registers, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |id: &str, title: &str, open, in_force, lapsing| Row {
            register: Crumb::new(format!("/registers/{id}"), title),
            says: "Leave to use one private Wi-Fi hub, on one device and for a time. <script>".into(),
            clauses: vec![web_shell::links::clause_crumb("MDU-8.2")],
            open,
            in_force,
            lapsing,
            ask: format!("/registers/{id}/ask"),
        };
        Self {
            shell: Shell::sample_top(Area::Registers),
            rows: vec![
                row("private-hubs", "Private hubs", 2, 5, 1),
                row("risk", "Risk acceptances", 0, 0, 0),
            ],
        }
    }
}
