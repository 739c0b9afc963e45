//! The report of one's own device, for somebody who is signed in: what the force knows already is not asked.

pub(crate) mod handler;

use askama::Template;
use losses_app::Ring;

use crate::questions::Typed;
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

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
    /// The devices that the person holds.
    pub devices: Vec<Choice>,
    /// What was typed.
    pub typed: Typed,
    /// Whether the report locks the device at once.
    pub locks: bool,
}

impl View {
    /// Returns the form, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Me),
            errors: Errors::default(),
            ring: Ring {
                number: "x4747 <script>".into(),
                who: "the Service Desk".into(),
                emergency: "999".into(),
            },
            devices: Choice::list(
                [("1", "iPhone F4GXQ2ABCD (NC-01234) <script>"), ("2", "iPad DMPQ2ABCD")],
                "1",
            ),
            typed: Typed::empty("0123456789abcdef".into()),
            locks: true,
        }
    }
}
