//! What the desk does about a fault, damage or signs of tampering: what its holder is told, have it brought in, restrict it, refer
//! it.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "fault/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in what was typed.
    pub errors: Errors,
    /// The address of the page.
    pub href: String,
    /// The title of the case.
    pub title: String,
    /// The case.
    pub case: Crumb,
    /// The page of the device.
    pub device: Crumb,
    /// What to tell the holder at once.
    pub at_once: &'static str,
    /// Whether it is about tampering.
    pub tampering: bool,
    /// Since when the device is restricted, and by whom; empty where it is not.
    pub restricted: String,
    /// Whether it is to be brought in.
    pub coming_in: bool,
    /// Whether it is with professional standards.
    pub referred: bool,
    /// Whether the case is closed.
    pub closed: bool,
    /// Whether this person may work on the case.
    pub may_work: bool,
    /// Whether this person may restrict the device.
    pub may_restrict: bool,
    /// The reason that was typed.
    pub reason: String,
}

impl View {
    /// Returns a case of tampering, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Cases),
            errors: [("reason", "Enter a reason")].into_iter().collect(),
            href: "/help/faults/1".into(),
            title: "iPhone F4GXQ2ABCD (NC-01234) <script>: signs of tampering reported".into(),
            case: Crumb::new("/cases/1", "C-1041"),
            device: Crumb::new("/devices/1", "the page of the device"),
            at_once: help_app::faults::at_once(domain::FaultKind::Tampering),
            tampering: true,
            restricted: "22 November 2026, 2:00am, Dani Marsh <script>".into(),
            coming_in: false,
            referred: false,
            closed: false,
            may_work: true,
            may_restrict: true,
            reason: String::new(),
        }
    }
}
