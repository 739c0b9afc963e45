//! What pages show of entries of the registers. The markup is in `parts/registers.html`.

use domain::Timestamp;

use crate::frame::Crumb;

/// An entry as other pages name it: on a device's, a person's, a clause's page and on the overview.
#[derive(Debug, Clone)]
pub struct Mention {
    /// Its reference, leading to its page.
    pub entry: Crumb,
    /// Its register and what it is for.
    pub what: String,
    /// The clause that it is under.
    pub clause: Option<Crumb>,
    /// How far it is, in words.
    pub state: String,
    /// Until when, where it was granted.
    pub until: Option<Timestamp>,
}

/// Who carries the risk that a clause is not met, as other pages show it beside the finding.
#[derive(Debug, Clone)]
pub struct Risk {
    /// The entry, leading to its page.
    pub entry: Crumb,
    /// On which device; empty: on all of the force's.
    pub device: Option<Crumb>,
    /// Until when.
    pub until: Timestamp,
    /// Who carries it.
    pub by: String,
    /// Why.
    pub because: String,
}

impl Mention {
    /// A made-up entry, for the gallery and the tests.
    pub fn sample() -> Self {
        Self {
            entry: Crumb::new("/entries/1", "P-101"),
            what: "Private hubs, iPhone NC-10442 <script>".into(),
            clause: Some(crate::links::clause_crumb("MDU-8.2")),
            state: "In force".into(),
            until: Some(crate::clock::hours_ahead(500)),
        }
    }
}

impl Risk {
    /// A made-up acceptance, for the gallery and the tests.
    pub fn sample() -> Self {
        Self {
            entry: Crumb::new("/entries/2", "P-102"),
            device: Some(Crumb::new("/devices/NC-10460", "NC-10460")),
            until: crate::clock::hours_ahead(900),
            by: "Pat Hale <script>".into(),
            because: "the new laptops arrive in March".into(),
        }
    }
}
