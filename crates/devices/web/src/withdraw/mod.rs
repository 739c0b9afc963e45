//! The form for the order to take a device back from its holder, for staff who may withdraw devices.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "withdraw/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The address that the form posts to.
    pub href: String,
    /// The device.
    pub device: Crumb,
    /// The holder; empty if there is none.
    pub holder: String,
    /// Whether this person may also lock it.
    pub may_lock: bool,
    /// The errors in the form.
    pub errors: Errors,
    /// The reason that was typed.
    pub why: String,
    /// Whether the box to lock it was ticked.
    pub lock: bool,
}

impl View {
    /// Returns the order, for the gallery and the tests.
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
