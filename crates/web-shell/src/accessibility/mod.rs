//! The accessibility statement that the 2018 Regulations ask of a public body's intranet (SI 2018/952).
//!
//! Who to contact and which dates hold are the force's to fill in; the page says so where they are not.

pub mod handler;

use askama::Template;

use crate::filters;
use crate::frame::{Area, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "accessibility/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Who answers for accessibility; empty if the force has not named anybody.
    pub contact: String,
}

impl View {
    /// The statement of a force that has named somebody.
    #[must_use]
    pub fn sample() -> Self {
        Self { shell: Shell::sample_top(Area::Elsewhere), contact: "ICT Service Desk, x4747".into() }
    }
}
