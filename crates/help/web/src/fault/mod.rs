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
    /// The address of the form that drafts its hand-over for a repair; empty where this person may not draft one.
    pub hand_over: String,
    /// What to tell the holder at once.
    pub at_once: &'static str,
    /// Whether it is about tampering.
    pub tampering: bool,
    /// The restriction that was ordered and that nobody ended.
    pub restriction: Option<Restriction>,
    /// Whether nobody restricts it any more, and it still has the settings.
    pub lifting: bool,
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

/// A restriction, as it is shown.
#[derive(Debug, Clone)]
pub struct Restriction {
    /// The colour of its tag.
    pub colour: &'static str,
    /// The word of its tag.
    pub word: &'static str,
    /// Who ordered it and when, and what the device said.
    pub says: String,
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
            hand_over: "/custody/new?kind=repair&device=1".into(),
            restriction: Some(Restriction {
                colour: "red",
                word: "Restricted",
                says: "Ordered 22 November 2026, 2:00am by Dani Marsh <script>. The device has had the settings since 22 \
                       November 2026, 2:04am."
                    .into(),
            }),
            lifting: false,
            coming_in: false,
            referred: false,
            closed: false,
            may_work: true,
            may_restrict: true,
            reason: String::new(),
        }
    }

    /// Returns the same before the device has the settings, with the device on its way to the desk, for the gallery and the tests.
    #[must_use]
    pub fn sample_ordered() -> Self {
        Self {
            errors: Errors::default(),
            restriction: Some(Restriction {
                colour: "yellow",
                word: "Ordered",
                says: "Ordered 22 November 2026, 2:00am by Dani Marsh <script>. The device does not have the settings yet.".into(),
            }),
            coming_in: true,
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restriction_that_is_ordered_never_reads_as_one_that_the_device_has() {
        let html = View::sample_ordered().render().unwrap();
        assert!(html.contains(">Ordered</strong>") && !html.contains(">Restricted<"), "{html}");
        assert!(View::sample().render().unwrap().contains(">Restricted</strong>"));
        let ended = View { restriction: None, lifting: true, ..View::sample() }.render().unwrap();
        assert!(
            ended.contains("The device still has the settings") && !ended.contains(">Restricted<"),
            "{ended}"
        );
    }

    #[test]
    fn the_hand_over_is_drafted_for_this_device_and_only_by_who_keeps_the_register() {
        let html = View::sample_ordered().render().unwrap();
        assert!(html.contains("href=\"/custody/new?kind=repair&#38;device=1\""), "{html}");
        let html = View { hand_over: String::new(), ..View::sample_ordered() }.render().unwrap();
        assert!(!html.contains("/custody/new") && html.contains("It is to be brought in"), "{html}");
    }
}
