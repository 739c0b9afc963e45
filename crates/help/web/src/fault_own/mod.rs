//! The report of a fault, damage or signs of tampering by a holder who is signed in, and what to do at once.

pub(crate) mod handler;

use askama::Template;
use losses_app::Ring;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "fault_own/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in what was typed.
    pub errors: Errors,
    /// The number to ring.
    pub ring: Ring,
    /// The devices that they hold.
    pub devices: Vec<Choice>,
    /// What is wrong.
    pub kinds: Vec<Choice>,
    /// What was typed.
    pub says: String,
    /// The random text of the form.
    pub form: String,
}

/// The page after a report.
#[derive(Debug, Clone, Template)]
#[template(path = "fault_own/done.html")]
pub struct Done {
    /// The frame around the page.
    pub shell: Shell,
    /// The reference.
    pub reference: String,
    /// What to do at once.
    pub at_once: &'static str,
    /// The number to ring.
    pub ring: Ring,
}

/// Returns what can be wrong.
pub(crate) fn kinds(chosen: &str) -> Vec<Choice> {
    Choice::list(
        [
            ("fault", "It does not work as it should"),
            ("damage", "It is damaged"),
            ("tampered", "It looks as though somebody has interfered with it"),
        ],
        chosen,
    )
}

fn ring() -> Ring {
    Ring {
        number: "101, then ask for extension 4747 <script>".into(),
        who: "the Service Desk".into(),
        emergency: "999".into(),
    }
}

impl View {
    /// Returns the form with an error, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Me),
            errors: [("says", "Say what happened: what is seen, since when, where it was")]
                .into_iter()
                .collect(),
            ring: ring(),
            devices: Choice::list([("1", "iPhone F4GXQ2ABCD (NC-01234) <script>")], "1"),
            kinds: kinds("damage"),
            says: String::new(),
            form: "0123456789abcdef".into(),
        }
    }
}

impl Done {
    /// Returns the page after a report, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Me),
            reference: "C-1041".into(),
            at_once: help_app::faults::at_once(domain::FaultKind::Tampering),
            ring: ring(),
        }
    }
}
