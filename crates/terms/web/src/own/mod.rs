//! The terms of one document, for the person signed in: what changed, the sections to read, and the box to tick at the end.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use crate::clauses::Change;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "own/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the form.
    pub errors: Errors,
    /// The page's own address, which the form posts to.
    pub href: String,
    /// The document's title.
    pub title: String,
    /// The version to be accepted.
    pub version: String,
    /// Digest of exactly these terms.
    pub digest: String,
    /// The changes since you last accepted; empty the first time.
    pub changes: Vec<Change>,
    /// The sections.
    pub sections: Vec<Section>,
    /// The time it is due.
    pub due: Option<Timestamp>,
    /// Whether your devices are restricted until you accept.
    pub restricted: bool,
    /// When you accepted the last of it; then there is no form.
    pub accepted: Option<Timestamp>,
    /// Ways of showing the terms, with the one that you asked for chosen.
    pub ways: Vec<Choice>,
}

/// A section of the terms.
#[derive(Debug, Clone)]
pub struct Section {
    /// The link to the page where it is read.
    pub link: Crumb,
    /// Its state: `accepted`, `read`, `to read`.
    pub state: &'static str,
}

impl View {
    fn to_read(&self) -> usize {
        self.sections.iter().filter(|section| section.state == "to read").count()
    }

    fn asked(&self) -> bool {
        self.ways.iter().any(|way| way.chosen && way.value != "page")
    }

    /// Returns terms that are half read, with something changed, for the gallery and the tests.
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

    /// Returns terms that are all read, overdue, with devices restricted, for the gallery and the tests.
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

    /// Returns terms with nothing more to do, for the gallery and the tests.
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
