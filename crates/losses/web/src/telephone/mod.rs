//! The report by telephone, for the desk and the duty officer: find the device, then fill in what the caller says.

pub(crate) mod handler;

use askama::Template;

use crate::questions::Typed;
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "telephone/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// What was searched for.
    pub search: String,
    /// The devices that fit.
    pub fits: Vec<Fit>,
    /// The device that was chosen; its id is empty where none was.
    pub chosen: Fit,
    /// What was typed.
    pub typed: Typed,
    /// Whether the reader may lock devices.
    pub may_lock: bool,
    /// Whether it is ticked that the reader deals with it themselves.
    pub deals: bool,
}

/// A device.
#[derive(Debug, Clone, Default)]
pub struct Fit {
    /// Its id.
    pub id: String,
    /// The address that chooses it.
    pub href: String,
    /// What it is.
    pub title: String,
    /// Its holder.
    pub holder: String,
    /// Whether its loss is an open case.
    pub reported: bool,
    /// Whether it is under management, so that an order can reach it.
    pub managed: bool,
}

impl View {
    /// Returns a search with one device chosen, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let fit = Fit {
            id: "1".into(),
            href: "/losses/new?q=ames&device=1".into(),
            title: "iPhone F4GXQ2ABCD (NC-01234)".into(),
            holder: "PC Ames <script> (1234)".into(),
            reported: false,
            managed: true,
        };
        Self {
            shell: Shell::sample(Area::Cases),
            errors: [("last-time", "Enter a time such as 02:30 or 14:05")].into_iter().collect(),
            search: "ames <script>".into(),
            fits: vec![fit.clone(), Fit { reported: true, ..fit.clone() }],
            chosen: fit,
            typed: Typed::sample(),
            may_lock: true,
            deals: true,
        }
    }

    /// Returns the form for a device that no order can reach, for the gallery and the tests.
    #[must_use]
    pub fn sample_unmanaged() -> Self {
        let sample = Self::sample();
        Self { chosen: Fit { managed: false, ..sample.chosen.clone() }, fits: Vec::new(), ..sample }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_no_order_reaches_is_never_offered_to_be_locked() {
        assert!(View::sample().render().unwrap().contains("Lock it at once"));
        let html = View::sample_unmanaged().render().unwrap();
        assert!(!html.contains("Lock it at once"), "{html}");
        assert!(html.contains("change every password") && html.contains("network operator"), "{html}");
    }
}
