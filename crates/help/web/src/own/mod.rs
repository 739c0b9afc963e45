//! One's own requests about a password, for somebody who is signed in: ask for one, enter the number that the desk reads out, say
//! that it was changed, or that it was somebody else who asked.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;
use losses_app::Ring;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "own/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in what was typed.
    pub errors: Errors,
    /// The number to ring.
    pub ring: Ring,
    /// The requests about them, the newest first.
    pub requests: Vec<Request>,
    /// The devices that they hold.
    pub devices: Vec<Choice>,
    /// What it is about.
    pub causes: Vec<Choice>,
    /// Whether they can change a known password now.
    pub can: Vec<Choice>,
    /// The random text of the form.
    pub form: String,
}

/// A request about them.
#[derive(Debug, Clone)]
pub struct Request {
    /// The address that its forms post to.
    pub href: String,
    /// The device.
    pub title: String,
    /// Why.
    pub cause: &'static str,
    /// The progress, as a word of the state.
    pub stage: &'static str,
    /// The progress in words.
    pub state: &'static str,
    /// The colour of its tag.
    pub colour: &'static str,
    /// When it was opened.
    pub opened: Timestamp,
    /// Whether they asked themselves.
    pub asked_yourself: bool,
    /// Whether a number is to be entered.
    pub wants_number: bool,
    /// Whether it is open.
    pub open: bool,
}

/// Returns the answers to whether a known password can be changed now.
pub(crate) fn can(chosen: &str) -> Vec<Choice> {
    Choice::list(
        [
            ("yes", "Yes, I change it on the device now"),
            ("no", "No: I cannot open it, or do not have it here"),
        ],
        chosen,
    )
}

impl View {
    /// Returns the page of somebody with an open request, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let request = |stage, state, wants_number, asked_yourself| Request {
            href: "/me/password/1".into(),
            title: "iPhone F4GXQ2ABCD (NC-01234) <script>".into(),
            cause: "Forgotten",
            stage,
            state,
            colour: "yellow",
            opened: web_shell::clock::hours_ago(1),
            asked_yourself,
            wants_number,
            open: stage != "restored",
        };
        Self {
            shell: Shell::sample(Area::Me),
            errors: Errors::default(),
            ring: Ring {
                number: "101, then ask for extension 4747 <script>".into(),
                who: "the Service Desk".into(),
                emergency: "999".into(),
            },
            requests: vec![
                request("proving", "The desk makes sure of who is asking", true, false),
                request("restored", "Reported by the device: a new password", false, true),
            ],
            devices: Choice::list([("1", "iPhone F4GXQ2ABCD (NC-01234)"), ("2", "iPad DMPQ2ABCD")], "1"),
            causes: crate::ask::causes(""),
            can: can(""),
            form: "0123456789abcdef".into(),
        }
    }
}
