//! The results of a scan that does not match exactly one thing, for staff who may see devices.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "scan/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The code that was scanned.
    pub code: String,
    /// The things that it may be.
    pub found: Vec<Crumb>,
}

impl View {
    /// Returns two things with one label, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Devices),
            code: "NC-1<script>".into(),
            found: vec![
                Crumb::new("/devices/1", "F4GXQ2ABCD, iPhone, Northshire Police"),
                Crumb::new("/devices/2", "DMPT1TABLET, iPad, Southshire Police"),
            ],
        }
    }
}
