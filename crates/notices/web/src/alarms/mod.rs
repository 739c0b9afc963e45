//! The list of alarms, for staff who may see alarms: actions that could harm a whole force, until somebody else has dealt with
//! them.

pub(crate) mod handler;

pub use handler::row;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::listing::{Allowed, Listing};

/// The filters and sort orders that the address of the list may contain.
pub const ALLOWED: Allowed = Allowed { path: "/alarms", filters: &["state"], sorts: &["time"] };

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "alarms/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Filters and page.
    pub list: Listing,
    /// The alarms of this page, newest first.
    pub rows: Vec<Row>,
    /// Whether the reader may deal with an alarm.
    pub may_see_to: bool,
}

/// One alarm.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its kind in words.
    pub kind: String,
    /// The force concerned.
    pub force: String,
    /// A summary in one line.
    pub subject: String,
    /// What happened, and what to do.
    pub body: String,
    /// The link to the page where that is done.
    pub link: String,
    /// The person who caused it.
    pub by: String,
    /// The time it happened.
    pub at: Timestamp,
    /// How often it happened within a few minutes.
    pub times: i64,
    /// The number of people who were notified.
    pub told: i64,
    /// When somebody dealt with it, and who.
    pub seen_to: Option<(Timestamp, String)>,
}

impl Row {
    /// Returns the alarm about a role that was granted, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            id: "1".into(),
            kind: "Role given".into(),
            force: "Northshire".into(),
            subject: "Jo Marsh <script> (S2210) was given the role Administrator".into(),
            body: "It counts at once. If nobody expected this, end the role now.".into(),
            link: "/people/1/roles".into(),
            by: "Robin Hale".into(),
            at: web_shell::clock::hours_ago(1),
            times: 3,
            told: 0,
            seen_to: None,
        }
    }
}

impl View {
    /// Returns whether the list shows only alarms that nobody has dealt with.
    fn open_only(&self) -> bool {
        self.list.filter("state") != "all"
    }

    /// Returns an open alarm and one that was dealt with, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let seen = Row {
            id: "2".into(),
            told: 4,
            times: 1,
            seen_to: Some((web_shell::clock::hours_ago(2), "Sam Reed <script>".into())),
            at: web_shell::clock::hours_ago(5),
            ..Row::sample()
        };
        Self {
            shell: Shell::sample(Area::People),
            list: Listing::read(ALLOWED, &[] as &[(&str, &str)]).with_rows(2, None),
            rows: vec![Row::sample(), seen],
            may_see_to: true,
        }
    }

    /// Returns an empty list, for the gallery and the tests.
    #[must_use]
    pub fn sample_empty() -> Self {
        let mut shell = Shell::sample(Area::People);
        shell.forces = "<script>".into();
        let list = Listing::read(ALLOWED, &[] as &[(&str, &str)]).with_rows(0, None);
        Self { shell, list, rows: Vec::new(), may_see_to: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_that_told_nobody_says_so() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("Nobody could be told") && html.contains("and 2 more"), "{html}");
        assert_eq!(html.matches("Mark as dealt with").count(), 1, "{html}");
    }
}
