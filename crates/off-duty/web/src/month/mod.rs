//! Sign-ins and use of other systems off duty, of a month, by unit.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Choice;

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "month/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// The month, such as `2026-11`.
    pub month: String,
    /// The word of the force.
    pub force: String,
    /// Why the month cannot be shown; empty where it can.
    pub problem: String,
    /// Units with enough people, by name; the last row may be all others.
    pub rows: Vec<Row>,
    /// Whether anybody is left out because they are too few.
    pub hidden: bool,
    /// Fewer people than this are left out.
    pub fewest: u64,
    /// The case in which the month is reviewed.
    pub case: Option<Crumb>,
}

/// A unit.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name.
    pub unit: String,
    /// How many people.
    pub people: u64,
    /// What they were asked about: each person's days, and on a day each system.
    pub asked: u64,
    /// Of those, with a policing purpose.
    pub policing: u64,
    /// Of those, for their own affairs.
    pub own: u64,
    /// Of those, without an answer.
    pub unanswered: u64,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.force)
    }

    /// A made-up month, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            month: "2026-11".into(),
            force: "norfolk".into(),
            problem: String::new(),
            rows: vec![Row {
                unit: "Roads <script>".into(),
                people: 9,
                asked: 20,
                policing: 12,
                own: 3,
                unanswered: 5,
            }],
            hidden: true,
            fewest: 5,
            case: Some(Crumb::new("/cases/1", "C-1043")),
        }
    }
}
