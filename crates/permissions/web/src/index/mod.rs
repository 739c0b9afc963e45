//! Every register with its figures.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "index/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// The registers.
    pub rows: Vec<Row>,
}

/// One register.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its title, leading to its page.
    pub register: Crumb,
    /// What an entry of it is.
    pub says: String,
    /// The clauses that it belongs to.
    pub clauses: Vec<Crumb>,
    /// Waiting for a decision.
    pub open: u64,
    /// In force.
    pub in_force: u64,
    /// Lapsing soon.
    pub lapsing: u64,
    /// Where to ask; empty for who does not ask in it.
    pub ask: String,
}

impl View {
    /// Made-up registers, for the gallery and the tests.
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
