//! The order to take a device back.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "withdraw/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Where the form is sent.
    pub href: String,
    /// The device.
    pub device: Crumb,
    /// Who has it; empty if nobody.
    pub holder: String,
    /// Whether this person may lock it as well.
    pub may_lock: bool,
    /// What was wrong.
    pub errors: Errors,
    /// The reason that was typed.
    pub why: String,
    /// Whether to lock it was chosen.
    pub lock: bool,
}

impl View {
    /// The order, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Devices),
            href: "/devices/NC-10442/withdraw".into(),
            device: Crumb::new("/devices/NC-10442", "NC-10442"),
            holder: "PC Ames <script>".into(),
            may_lock: true,
            errors: [("why", "Enter a reason")].into_iter().collect(),
            why: String::new(),
            lock: true,
        }
    }
}
