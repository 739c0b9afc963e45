//! The duty officer's page: open losses, those that nobody has answered first, and who is called now.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "list/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The open losses.
    pub rows: Vec<Row>,
    /// The chains, one for each force.
    pub chains: Vec<Chain>,
    /// Whether the reader may take a report by telephone.
    pub may_report: bool,
    /// Whether the reader may see the figures of losses.
    pub may_figures: bool,
}

/// One open loss.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its page.
    pub href: String,
    /// Its reference.
    pub reference: String,
    /// What is lost.
    pub title: String,
    /// When it was reported.
    pub reported: Timestamp,
    /// Whether nobody answered in time.
    pub unanswered: bool,
    /// When the next people are called.
    pub next: Option<Timestamp>,
    /// When people are called again if the device is not locked by then.
    pub again: Option<Timestamp>,
    /// Who takes it, and since when.
    pub taken: Option<(String, Timestamp)>,
    /// Since when it is locked.
    pub locked: Option<Timestamp>,
    /// How far its containment is.
    pub containment: &'static str,
    /// Whether a reporter said that it is found.
    pub found: bool,
    /// Whether somebody at the desk confirmed that it is found.
    pub confirmed: bool,
}

/// Who is called for one force.
#[derive(Debug, Clone)]
pub struct Chain {
    /// The force.
    pub force: String,
    /// Its steps: role, wait, people.
    pub steps: Vec<ChainStep>,
    /// Whether nobody at all can be called.
    pub empty: bool,
}

/// One step of a chain.
#[derive(Debug, Clone)]
pub struct ChainStep {
    /// The role.
    pub role: &'static str,
    /// How long it waits.
    pub wait: String,
    /// The people.
    pub people: Vec<PersonLine>,
}

/// Somebody who is called now.
#[derive(Debug, Clone)]
pub struct PersonLine {
    /// Their name with their telephone number.
    pub text: String,
    /// The ways in which they are reached, in order; empty where nothing reaches them.
    pub ways: String,
    /// Whether they stopped texts to a number of theirs.
    pub stopped: bool,
}

/// Returns somebody of the sample: the first can be reached, others stopped texts and have no other way.
fn sample_person(name: &str, place: usize) -> PersonLine {
    let ways = if place == 0 { "text, then mail" } else { "" };
    PersonLine { text: name.to_owned(), ways: ways.to_owned(), stopped: place > 0 }
}

impl View {
    /// Returns a busy night, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = Row {
            href: "/losses/1".into(),
            reference: "4KM-7TRH".into(),
            title: "iPhone F4GXQ2ABCD (NC-01234) <script>".into(),
            reported: web_shell::clock::hours_ago(1),
            unanswered: true,
            next: Some(web_shell::clock::hours_ahead(0)),
            again: None,
            taken: None,
            locked: None,
            containment: "Not locked: nobody has ordered it",
            found: false,
            confirmed: false,
        };
        let taken = Row {
            reference: "7TR-H4KX".into(),
            unanswered: false,
            next: None,
            again: None,
            taken: Some(("Sam Reed".into(), web_shell::clock::now())),
            locked: Some(web_shell::clock::now()),
            containment: "Locked: the device acknowledged it",
            found: true,
            ..row.clone()
        };
        let step = |role, people: &[&str]| ChainStep {
            role,
            wait: "5 minutes".into(),
            people: people.iter().zip(0..).map(|(name, place)| sample_person(name, place)).collect(),
        };
        Self {
            shell: Shell::sample(Area::Cases),
            rows: vec![row, taken],
            chains: vec![
                Chain {
                    force: "Northshire <script>".into(),
                    steps: vec![
                        step(
                            "On-call engineer",
                            &["Sam Reed (9001), on call, 01632 960001", "Jo Smith <script> (9002), on duty"],
                        ),
                        step("Force Duty Officer", &[]),
                    ],
                    empty: false,
                },
                Chain {
                    force: "Southshire".into(),
                    steps: vec![step("Force Duty Officer", &[])],
                    empty: true,
                },
            ],
            may_report: true,
            may_figures: true,
        }
    }

    /// Returns a quiet night, for the gallery and the tests.
    #[must_use]
    pub fn sample_empty() -> Self {
        Self { rows: Vec::new(), may_report: false, may_figures: false, ..Self::sample() }
    }
}
