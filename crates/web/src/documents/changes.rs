//! What a draft would change if it were put in force: clauses, settings on each platform, devices and people that would
//! fall out, people who must accept again. A change is a review, never a surprise.

use askama::Template;
use domain::{Outcome, Platform};

use crate::filters;
use crate::shell::{Area, Crumb, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "documents/changes.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// The rules in force, by name or digest.
    pub old: String,
    /// The draft, by name or digest.
    pub new: String,
    /// The clauses that differ.
    pub clauses: Vec<Clause>,
    /// The settings that differ, per platform.
    pub settings: Vec<Setting>,
    /// Subjects whose outcome would become worse.
    pub falling: Vec<Falling>,
    /// How many people must accept the terms again.
    pub accept_again: u64,
    /// Why they must, in words; empty if nobody must.
    pub accept_why: String,
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

/// A device or person that would fall out.
#[derive(Debug, Clone)]
pub struct Falling {
    /// Which.
    pub subject: Crumb,
    /// Under which clause.
    pub clause: Crumb,
    /// As it stands.
    pub before: Outcome,
    /// As it would stand.
    pub after: Outcome,
}

impl View {
    /// A draft that asks for twelve characters, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let clause = || Crumb::new("/documents/mobile-device-use/clauses/MDU-6.2a", "MDU-6.2a");
        Self {
            shell: Shell::sample(Area::Documents),
            old: "2017-09".into(),
            new: "draft 2026-11 <script>".into(),
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
            falling: vec![Falling {
                subject: Crumb::new("/devices/NC-10443", "NC-10443"),
                clause: clause(),
                before: Outcome::Met,
                after: Outcome::NotMet { because: "9 characters reported, 12 asked".into() },
            }],
            accept_again: 212,
            accept_why: "the text of the terms changes".into(),
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
