//! The list of the forces' duty patterns, for staff who may see them.

pub(crate) mod handler;

use askama::Template;
use domain::Force;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The patterns.
    pub rows: Vec<Row>,
    /// Whether the reader may add one.
    pub may_add: bool,
}

/// One pattern.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name, with a link to its page where the reader may change it.
    pub name: Crumb,
    /// The force that it belongs to.
    pub force: Force,
    /// Its kind, in words.
    pub shape: String,
    /// Its days.
    pub days: String,
    /// Its shifts, a line each.
    pub shifts: Vec<String>,
}

impl View {
    /// Returns made-up patterns, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            rows: vec![Row {
                name: Crumb::new("/duty/patterns/1", "Response <script>"),
                force: domain::samples::HOME,
                shape: "Cycle of 10 days".into(),
                days: "E E L L N N - - - -".into(),
                shifts: vec!["E 07:00-16:00".into(), "N 22:00-07:00".into()],
            }],
            may_add: true,
        }
    }
}
