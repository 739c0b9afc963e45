//! What pages show of entries of the registers of permissions and exceptions. The markup is in `parts/registers.html`.

use domain::Timestamp;

use crate::frame::Crumb;

/// An entry as other pages name it: on the page of a device, a person or a clause, and on the overview.
#[derive(Debug, Clone)]
pub struct Mention {
    /// The entry's reference, with a link to its page.
    pub entry: Crumb,
    /// Its register and its purpose.
    pub what: String,
    /// The clause that it is under.
    pub clause: Option<Crumb>,
    /// Its progress, in words.
    pub state: String,
    /// The time it ends, where it was granted.
    pub until: Option<Timestamp>,
}

/// The person who carries the risk that a clause is not met, as other pages show it beside the finding.
#[derive(Debug, Clone)]
pub struct Risk {
    /// The entry, with a link to its page.
    pub entry: Crumb,
    /// The device concerned; `None` if it covers all of the force's devices.
    pub device: Option<Crumb>,
    /// The time it ends.
    pub until: Timestamp,
    /// The person who carries it.
    pub by: String,
    /// The reason.
    pub because: String,
}

impl Mention {
    /// Returns a made-up entry, for the gallery and the tests.
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
    /// Returns a made-up acceptance, for the gallery and the tests.
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
