//! The page for a screen on the wall: the main figures, large enough to read across a room.
//!
//! It shows no names, since anybody may see the screen.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::parts::chart::Counts;

/// How often the page reloads itself, in seconds, by a `Refresh` header that the handler sends. The page offers a way to stop it
/// (WCAG 2.2.1): with `?refresh=off` the header is left out.
pub const REFRESH_SECONDS: u32 = 60;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "wall/page.html")]
pub struct View {
    /// The marking.
    pub marking: String,
    /// The time of the page.
    pub now: Timestamp,
    /// Whether it reloads itself.
    pub refreshing: bool,
    /// Devices under management.
    pub enrolled: u64,
    /// Devices that reported within the time that the force allows.
    pub heard_of: u64,
    /// Devices that need attention.
    pub attention: u64,
    /// Losses that nobody has answered in time, and those for which people are being called.
    pub losses: (u64, u64),
    /// Clocks of telling the regulator that ended undecided, and those that run.
    pub clocks: (u64, u64),
    /// When the next clock ends.
    pub next_clock: Option<Timestamp>,
    /// Open cases, and those past their time limit.
    pub cases: (u64, u64),
    /// Clauses of all documents, by how they stand.
    pub clauses: Counts,
}

impl View {
    /// Returns how much time the next clock has left.
    fn next_clock_left(&self) -> String {
        self.next_clock.map(|until| web_shell::format::left(until, self.now)).unwrap_or_default()
    }

    /// Returns a made-up night, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            marking: "OFFICIAL <script>".into(),
            now: web_shell::clock::now(),
            refreshing: true,
            enrolled: 9214,
            heard_of: 9102,
            attention: 41,
            losses: (1, 2),
            clocks: (0, 2),
            next_clock: Some(web_shell::clock::hours_ahead(41)),
            cases: (17, 2),
            clauses: Counts { met: 14, not_met: 3, not_known: 25, agreed: 65, ..Counts::default() },
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
