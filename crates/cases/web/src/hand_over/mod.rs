//! The hand-over at the end of a shift: one's open cases with a note on each, to a named colleague or to the queue.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "hand_over/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in what was typed.
    pub errors: Errors,
    /// The open cases that this person has taken.
    pub rows: Vec<Row>,
    /// The number of the colleague that was typed.
    pub to: String,
}

/// One case.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id, as the fields of the form have it.
    pub id: String,
    /// The link to its page.
    pub case: Crumb,
    /// Its type and title.
    pub about: String,
    /// When it is due.
    pub due: Option<Timestamp>,
    /// Whether it is ticked.
    pub ticked: bool,
    /// The note that was typed.
    pub note: String,
}

impl View {
    /// Returns the form with two cases, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |id: &str, note: &str| Row {
            id: id.into(),
            case: Crumb::new(format!("/cases/{id}"), format!("C-{id}")),
            about: "Fault, iPhone F4GXQ2ABCD (NC-01234) <script>".into(),
            due: Some(web_shell::clock::hours_ahead(3)),
            ticked: true,
            note: note.into(),
        };
        Self {
            shell: Shell::sample(Area::Cases),
            errors: [("to", "Nobody else of your force has this collar or staff number")]
                .into_iter()
                .collect(),
            rows: vec![row("1041", "waits for the part <script>"), row("1042", "")],
            to: "S100".into(),
        }
    }
}
