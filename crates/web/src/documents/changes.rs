//! What changed from one version of the policy to another: clauses, settings on each platform with the devices that get
//! them, people who must accept again. What a draft would change is for `lanyard policy diff`, before it is loaded.

use askama::Template;
use domain::Platform;

use crate::filters;
use crate::parts::form::Choice;
use crate::shell::{Area, Crumb, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "documents/changes.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// The versions to choose the older side from.
    pub from: Vec<Choice>,
    /// The versions to choose the newer side from.
    pub to: Vec<Choice>,
    /// Whether there are two versions to compare.
    pub compared: bool,
    /// The clauses that differ.
    pub clauses: Vec<Clause>,
    /// The settings that differ, per platform.
    pub settings: Vec<Setting>,
    /// Whom it asks to accept again, by document.
    pub accept_again: Vec<AcceptAgain>,
}

/// A document that people must accept again.
#[derive(Debug, Clone)]
pub struct AcceptAgain {
    /// The list of who stands how to it.
    pub document: Crumb,
    /// The clauses on account of which, in a line.
    pub clauses: String,
    /// Who: forces with how many people have accepted the document.
    pub people: Vec<(&'static str, u64)>,
}

/// How a clause differs.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The clause.
    pub clause: Crumb,
    /// Added, removed, or what of it changed.
    pub what: String,
    /// As it is; empty if it is new.
    pub before: String,
    /// As it would be; empty if it goes.
    pub after: String,
}

/// A setting that differs.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Where.
    pub platform: Platform,
    /// The vendor-neutral key.
    pub key: String,
    /// The value now; empty if not set.
    pub before: String,
    /// The value then; empty if no longer set.
    pub after: String,
    /// Devices that it would be sent to.
    pub devices: u64,
}

impl View {
    /// How many people must accept again: of several documents the one with most people counts, since who accepted one
    /// has mostly accepted the others.
    fn people(&self) -> u64 {
        let sums = self.accept_again.iter().map(|row| row.people.iter().map(|(_, count)| count).sum());
        sums.max().unwrap_or_default()
    }

    /// A version that asks for twelve characters, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let clause = || crate::documents::clause_crumb("MDU-6.2a");
        Self {
            shell: Shell::sample(Area::Documents),
            from: Choice::list([("a", "3f6c1b0d, since 12 September 2026 <script>")], "a"),
            to: Choice::list([("b", "91b2c3d4, since 21 November 2026, in force")], "b"),
            compared: true,
            clauses: vec![Clause {
                clause: clause(),
                what: "Text and value".into(),
                before: "At least nine characters.".into(),
                after: "At least twelve characters.".into(),
            }],
            settings: vec![Setting {
                platform: Platform::Ios,
                key: "passcode.min_length".into(),
                before: "9".into(),
                after: "12".into(),
                devices: 18,
            }],
            accept_again: vec![AcceptAgain {
                document: Crumb::new("/documents/mobile-device-use", "Mobile Device Use Policy"),
                clauses: "MDU-6.2a".into(),
                people: vec![("Norfolk Constabulary", 140), ("Suffolk Constabulary", 72)],
            }],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_come_before_the_lists() {
        let html = View::sample().render().unwrap();
        let figures = html.find("must accept again").unwrap();
        assert!(figures < html.find("passcode.min_length").unwrap(), "{html}");
    }
}
