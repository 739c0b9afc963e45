//! Alarms: what somebody did that could harm a whole force, until somebody else has seen to it.

pub(crate) mod handler;

pub use handler::row;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::listing::{Allowed, Listing};

/// What the address of the list may say.
pub const ALLOWED: Allowed = Allowed { path: "/alarms", filters: &["state"], sorts: &["time"] };

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "alarms/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Filters and page.
    pub list: Listing,
    /// The alarms of this page, newest first.
    pub rows: Vec<Row>,
    /// Whether the reader may see to one.
    pub may_see_to: bool,
}

/// One alarm.
#[derive(Debug, Clone)]
pub struct Row {
    /// Which.
    pub id: String,
    /// What it is about.
    pub kind: String,
    /// Whose.
    pub force: String,
    /// One line.
    pub subject: String,
    /// What happened, and what to do.
    pub body: String,
    /// Where that is done.
    pub link: String,
    /// Who caused it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// How often within a few minutes.
    pub times: i64,
    /// How many people were told.
    pub told: i64,
    /// When somebody saw to it, and who.
    pub seen_to: Option<(Timestamp, String)>,
}

impl Row {
    /// A role that was given, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            id: "1".into(),
            kind: "Role given".into(),
            force: "Norfolk".into(),
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
    /// Whether only those are listed that nobody has seen to.
    fn open_only(&self) -> bool {
        self.list.filter("state") != "all"
    }

    /// One that is open and one that was seen to, for the gallery and the tests.
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

    /// None, for the gallery and the tests.
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
