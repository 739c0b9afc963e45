//! One register: what it is, who asks, who decides, what stands in it now.

pub(crate) mod handler;

use askama::Template;

use crate::list::Row;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "show/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Its title.
    pub title: String,
    /// What an entry of it is.
    pub says: String,
    /// The clauses that it belongs to.
    pub clauses: Vec<Crumb>,
    /// Names with values: who asks, who decides, how long, what it does.
    pub about: Vec<(String, String)>,
    /// What is our own reading; empty if nothing is.
    pub note: String,
    /// Where to ask; empty for who does not ask in it.
    pub ask: String,
    /// All of its entries, to filter and export.
    pub all: String,
    /// The latest entries.
    pub rows: Vec<Row>,
    /// What platforms leave to people, for a register of risks: clause, platform, verdict and words.
    pub residues: Vec<Residue>,
}

/// What a platform leaves to people of a clause.
#[derive(Debug, Clone)]
pub struct Residue {
    /// The clause.
    pub clause: Crumb,
    /// The platform.
    pub platform: &'static str,
    /// The verdict with what is left.
    pub coverage: domain::Coverage,
}

impl View {
    /// A made-up register, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Registers),
            title: "Private hubs".into(),
            says: "Leave to use one private Wi-Fi hub, on one device and for a time.".into(),
            clauses: vec![web_shell::links::clause_crumb("MDU-8.2")],
            about: vec![
                ("Who asks".into(), "Holder, Service desk analyst <script>".into()),
                ("Longest".into(), "182 days".into()),
            ],
            note: "The paper names neither who gives leave nor for how long.".into(),
            ask: "/registers/private-hubs/ask".into(),
            all: "/registers/entries?register=private-hubs".into(),
            rows: vec![Row::sample()],
            residues: vec![Residue {
                clause: web_shell::links::clause_crumb("MDU-8.1"),
                platform: "macOS",
                coverage: domain::Coverage::partly("A Mac has no list of allowed networks."),
            }],
        }
    }
}
