//! What somebody may ask for, what they asked for, and what came of it: for people who see no register.

pub(crate) mod handler;

use askama::Template;

use crate::entry::View as Entry;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "own/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// The registers in which they may ask: where to, and what an entry is.
    pub registers: Vec<(Crumb, String)>,
    /// Their entries, newest first.
    pub entries: Vec<Entry>,
}

impl View {
    /// A made-up holder's page, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_top(Area::Elsewhere),
            registers: vec![(
                Crumb::new("/registers/private-hubs/ask", "Private hubs"),
                "Leave to use one private Wi-Fi hub, on one device and for a time.".into(),
            )],
            entries: vec![Entry::sample()],
        }
    }
}
