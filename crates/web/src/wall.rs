//! The page for a screen on a wall: how things stand, large enough to read across a room. No names: a wall has no walls.

use askama::Template;
use domain::Timestamp;

use crate::filters;
use crate::parts::chart::Counts;

/// How often the page asks for itself again, in seconds, by a `Refresh` header that the handler sends. The page offers
/// a way to stop it (WCAG 2.2.1): with `?refresh=off` the header is left out.
pub const REFRESH_SECONDS: u32 = 60;

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "wall.html")]
pub struct View {
    /// The marking.
    pub marking: String,
    /// The time of the page.
    pub now: Timestamp,
    /// Whether it refreshes itself.
    pub refreshing: bool,
    /// Devices under management.
    pub enrolled: u64,
    /// Those that reported within the time that the force allows.
    pub heard_of: u64,
    /// Devices that need somebody.
    pub attention: u64,
    /// Devices reported lost or stolen and not yet contained.
    pub lost_uncontained: u64,
    /// Open cases, and those past their time limit.
    pub cases: (u64, u64),
    /// Findings over everything.
    pub findings: Counts,
    /// What is due next: what, and when.
    pub due: Vec<(String, Timestamp)>,
}

impl View {
    fn past(&self, at: &Timestamp) -> bool {
        *at < self.now
    }

    /// A made-up night, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            marking: "OFFICIAL".into(),
            now: crate::samples::now(),
            refreshing: true,
            enrolled: 9214,
            heard_of: 9102,
            attention: 41,
            lost_uncontained: 1,
            cases: (17, 2),
            findings: Counts { met: 84_120, not_met: 311, not_known: 2044, not_applicable: 51_000 },
            due: vec![
                ("C-2026-0117 <script>: incident form".into(), crate::samples::hours_ago(1)),
                ("C-2026-0116: answer the holder".into(), crate::samples::hours_ahead(5)),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refreshing_can_be_stopped_and_started() {
        let mut view = View::sample();
        assert!(view.render().unwrap().contains("/wall?refresh=off"));
        view.refreshing = false;
        assert!(view.render().unwrap().contains("href=\"/wall\""));
    }
}
