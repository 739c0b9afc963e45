//! The month's sign-ins and use of other systems off duty, by unit, for those who review them.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Choice;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "month/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The month, such as `2026-11`.
    pub month: String,
    /// The word of the force.
    pub force: String,
    /// The reason why the month cannot be shown; empty where it can.
    pub problem: String,
    /// Units with enough people, by name; the last row may combine all others.
    pub rows: Vec<Row>,
    /// Whether anybody is left out because their unit has too few people.
    pub hidden: bool,
    /// The smallest number of people that is shown.
    pub fewest: u64,
    /// The case in which the month is reviewed.
    pub case: Option<Crumb>,
}

/// A unit.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name.
    pub unit: String,
    /// The number of people.
    pub people: u64,
    /// The number of questions: each person's days, and on a day each system.
    pub asked: u64,
    /// The number answered with a policing purpose.
    pub policing: u64,
    /// The number answered with the person's own affairs.
    pub own: u64,
    /// The number without an answer.
    pub unanswered: u64,
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, &self.force)
    }

    /// Returns a made-up month, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            month: "2026-11".into(),
            force: "northshire".into(),
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
