//! The permissions that a person may ask for, those they asked for, and the decisions, for people who may not see the registers.

pub(crate) mod handler;

use askama::Template;

use crate::entry::View as Entry;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "own/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The registers in which they may ask: the link, and what an entry is.
    pub registers: Vec<(Crumb, String)>,
    /// Their entries, newest first.
    pub entries: Vec<Entry>,
}

impl View {
    /// Returns a made-up holder's page, for the gallery and the tests.
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
