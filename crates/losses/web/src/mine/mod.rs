//! The report of one's own device, for somebody who is signed in, one question a page: what the force knows already is not asked.

pub(crate) mod handler;

use askama::Template;
use losses_app::{Question, Ring};

use crate::asking::Asked;
use crate::questions::Typed;
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "mine/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The number to ring.
    pub ring: Ring,
    /// Whether no device is recorded in the person's name.
    pub holds_none: bool,
    /// The device that is reported; empty until it is chosen.
    pub device: String,
    /// The question.
    pub asked: Asked,
    /// Whether the report locks the device at once.
    pub locks: bool,
    /// Whether no order can reach the device, or any of those to choose from.
    pub cannot_lock: bool,
}

impl View {
    /// Returns the choice of a device, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self::sample_of(Question::Device, "")
    }

    /// Returns a question about the device that was chosen, for the gallery and the tests.
    #[must_use]
    pub fn sample_chosen() -> Self {
        Self::sample_of(Question::Place, "1")
    }

    fn sample_of(question: Question, device: &str) -> Self {
        let shell = Shell::sample(Area::Me);
        let devices = handler::choices(
            &[
                ("1".into(), "iPhone F4GXQ2ABCD (NC-01234) <script>".into()),
                ("2".into(), "iPad DMPQ2ABCD".into()),
            ],
            device,
        );
        let typed = Typed { device: device.into(), ..Typed::empty("0123456789abcdef".into()) };
        let walk = handler::walk(devices.len());
        Self {
            asked: walk.asked(walk.place_of(question.name()), &typed, &shell, &devices),
            shell,
            errors: Errors::default(),
            ring: Ring {
                number: "x4747 <script>".into(),
                who: "the Service Desk".into(),
                emergency: "999".into(),
            },
            holds_none: false,
            device: if device.is_empty() { String::new() } else { "iPhone F4GXQ2ABCD (NC-01234)".into() },
            locks: true,
            cannot_lock: false,
        }
    }

    /// Returns a question about a device that no order can reach, for the gallery and the tests.
    #[must_use]
    pub fn sample_unmanaged() -> Self {
        Self { cannot_lock: true, ..Self::sample_of(Question::Place, "1") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_device_that_no_order_reaches_nobody_is_said_to_lock_it() {
        let first = View { cannot_lock: true, ..View::sample() };
        for page in [first, View::sample_unmanaged()] {
            let html = page.render().unwrap();
            assert!(html.contains("nobody can lock it from here"), "{html}");
            assert!(html.contains("change every password") && html.contains("network operator"), "{html}");
            assert!(!html.contains("locks the device at once"), "{html}");
        }
    }
}
