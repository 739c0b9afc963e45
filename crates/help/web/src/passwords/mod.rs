//! The requests about passwords, for the desk and whoever decides: those that wait for a decision first.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "passwords/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The open requests.
    pub open: Vec<Row>,
    /// The latest that are over.
    pub ended: Vec<Row>,
    /// Whether this person may take a request.
    pub may_ask: bool,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Row {
    /// The link to its page: the device.
    pub link: Crumb,
    /// The holder.
    pub person: String,
    /// Why, in words.
    pub cause: &'static str,
    /// Its progress.
    pub state: &'static str,
    /// The colour of its tag.
    pub colour: &'static str,
    /// When it was opened, or was over.
    pub at: Timestamp,
}

impl View {
    /// Returns a made-up list, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |state, colour, hours| Row {
            link: Crumb::new("/help/passwords/1", "iPhone F4GXQ2ABCD (NC-01234) <script>"),
            person: "PC Ames <script> (1234)".into(),
            cause: "Forgotten",
            state,
            colour,
            at: web_shell::clock::hours_ago(hours),
        };
        Self {
            shell: Shell::sample(Area::Cases),
            open: vec![
                row("Waits for a second person", "red", 1),
                row("The desk makes sure of who is asking", "yellow", 2),
            ],
            ended: vec![row("The device reported a new password", "green", 30)],
            may_ask: true,
        }
    }

    /// Returns an empty list, for the gallery and the tests.
    #[must_use]
    pub fn sample_empty() -> Self {
        Self { open: Vec::new(), ended: Vec::new(), ..Self::sample() }
    }
}
