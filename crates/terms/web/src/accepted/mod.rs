//! The terms exactly as somebody accepted them, whatever the policy says today: for the person themselves, and for staff who must
//! show later what was agreed.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use crate::clauses::Clause;
use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "accepted/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The name and number of the person who accepted them.
    pub who: String,
    /// The document's title.
    pub title: String,
    /// The time of the acceptance.
    pub at: Timestamp,
    /// The way in which the terms were shown.
    pub shown: String,
    /// Digest of exactly this version.
    pub digest: String,
    /// The wording by section, divided into terms to agree to (`true`) and clauses to be aware of; empty where it was accepted
    /// before wordings were stored.
    pub sections: Vec<(String, Vec<Clause>)>,
}

impl View {
    /// Returns an acceptance, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::People),
            who: "PC Ames <script> (1234)".into(),
            title: "Mobile Device Use Policy".into(),
            at: web_shell::clock::hours_ago(2402),
            shown: "in large print, entered on their behalf".into(),
            digest: "3f6c1b0d9a77ab".into(),
            sections: vec![("4 Incident Response".into(), vec![Clause::sample("MDU-4.1", "Say at once.")])],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_when_how_and_which() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("in large print, entered on their behalf") && html.contains("3f6c1b0d9a77ab"));
    }
}
