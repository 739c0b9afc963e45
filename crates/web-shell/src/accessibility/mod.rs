//! The accessibility statement, for anybody, which the 2018 Regulations require of a public body's intranet (SI 2018/952).
//!
//! The force must name its contact and its dates; where it has not, the page says so.

pub mod handler;

use askama::Template;

use crate::filters;
use crate::frame::{Area, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "accessibility/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The contact for accessibility; empty if the force has not named one.
    pub contact: String,
}

impl View {
    /// Returns the statement of a force that has named a contact, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_top(Area::Elsewhere),
            contact: "ICT Service Desk, 101, then ask for extension 4747".into(),
        }
    }
}
