//! One register, for everybody who may read the registers: what it is for, who asks, who decides, its current entries.

pub(crate) mod handler;

use askama::Template;

use crate::list::Row;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "show/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Its title.
    pub title: String,
    /// A sentence that says what an entry of it is.
    pub says: String,
    /// The clauses that it belongs to.
    pub clauses: Vec<Crumb>,
    /// Names with values: who asks, who decides, how long, what it does.
    pub about: Vec<(String, String)>,
    /// Our own reading of the clauses; empty if there is none.
    pub note: String,
    /// The address of the form that asks for an entry; empty for readers who may not ask in it.
    pub ask: String,
    /// The address of the list of all its entries, to filter and export.
    pub all: String,
    /// The latest entries.
    pub rows: Vec<Row>,
    /// What platforms leave to people, for a register of risks: clause, platform, verdict and words.
    pub residues: Vec<Residue>,
}

/// The part of a clause that a platform leaves to people.
#[derive(Debug, Clone)]
pub struct Residue {
    /// The clause.
    pub clause: Crumb,
    /// The platform.
    pub platform: &'static str,
    /// The verdict with the part that is left.
    pub coverage: domain::Coverage,
}

impl View {
    /// Returns a made-up register, for the gallery and the tests.
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
