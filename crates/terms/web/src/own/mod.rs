//! The terms of one document for whoever is signed in: what changed, the sections to be read, and the tick at the end.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use crate::clauses::Change;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "own/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with the form.
    pub errors: Errors,
    /// The page's own address, to which the form is sent.
    pub href: String,
    /// The document's title.
    pub title: String,
    /// The version to be accepted.
    pub version: String,
    /// Digest of exactly these terms.
    pub digest: String,
    /// What changed since you last accepted; empty for a first time.
    pub changes: Vec<Change>,
    /// The sections.
    pub sections: Vec<Section>,
    /// By when.
    pub due: Option<Timestamp>,
    /// Your devices are restricted until you accept.
    pub restricted: bool,
    /// When you accepted the last of it; then there is no form.
    pub accepted: Option<Timestamp>,
    /// Ways of showing the terms, the one that you asked for chosen.
    pub ways: Vec<Choice>,
}

/// A section of the terms.
#[derive(Debug, Clone)]
pub struct Section {
    /// The page to read it on.
    pub link: Crumb,
    /// How it stands: `accepted`, `read`, `to read`.
    pub state: &'static str,
}

impl View {
    fn to_read(&self) -> usize {
        self.sections.iter().filter(|section| section.state == "to read").count()
    }

    fn asked(&self) -> bool {
        self.ways.iter().any(|way| way.chosen && way.value != "page")
    }

    /// Half read, with something changed, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let section = |place: &str, title: &str, state| Section {
            link: Crumb::new(format!("/me/terms/mobile-device-use/{place}"), title),
            state,
        };
        Self {
            shell: Shell::sample_top(Area::Me),
            errors: [("accept", "Tick the box to accept, or close the page <script>")].into_iter().collect(),
            href: "/me/terms/mobile-device-use".into(),
            title: "Mobile Device Use Policy".into(),
            version: "2017-09".into(),
            digest: "3f6c1b0d9a".into(),
            changes: Change::samples(),
            sections: vec![
                section("1", "3 User Responsibilities", "accepted"),
                section("2", "4 Incident Response", "read"),
                section("3", "6 Passwords", "to read"),
            ],
            due: Some(web_shell::clock::hours_ahead(72)),
            restricted: false,
            accepted: None,
            ways: Choice::list([("page", "on a page"), ("large-print", "in large print")], "page"),
        }
    }

    /// All read, time over, devices restricted.
    #[must_use]
    pub fn sample_ready() -> Self {
        let mut view = Self::sample();
        for section in &mut view.sections {
            section.state = "read";
        }
        view.due = Some(web_shell::clock::hours_ago(20));
        view.restricted = true;
        view
    }

    /// Nothing more to do.
    #[must_use]
    pub fn sample_accepted() -> Self {
        Self {
            errors: Errors::default(),
            changes: Vec::new(),
            accepted: Some(web_shell::clock::hours_ago(2)),
            title: "Mobile <script> Device Use Policy".into(),
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tick_comes_when_everything_is_read() {
        assert!(!View::sample().render().unwrap().contains("name=\"accept\""));
        let ready = View::sample_ready().render().unwrap();
        assert!(ready.contains("name=\"accept\"") && ready.contains("restricted"), "{ready}");
        assert!(!View::sample_accepted().render().unwrap().contains("name=\"accept\""));
    }
}
