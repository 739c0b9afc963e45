//! What a scanner found, where it is not exactly one thing.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "scan/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was scanned.
    pub code: String,
    /// What it may be.
    pub found: Vec<Crumb>,
}

impl View {
    /// Two things with one label, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Devices),
            code: "NC-1<script>".into(),
            found: vec![
                Crumb::new("/devices/1", "F4GXQ2ABCD, iPhone, Norfolk Constabulary"),
                Crumb::new("/devices/2", "DMPT1TABLET, iPad, Suffolk Constabulary"),
            ],
        }
    }
}
