//! One command, for staff who may see commands: its progress, the approval it still needs, and any result that is too sensitive
//! for a list.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "command/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The page's own address; its forms post to addresses below it.
    pub href: String,
    /// What it does, in words.
    pub title: String,
    /// The device that it is for.
    pub device: Crumb,
    /// Its current state.
    pub state: String,
    /// When it was asked for.
    pub asked: Timestamp,
    /// When its state last changed.
    pub changed: Timestamp,
    /// The person who asked for it.
    pub by: String,
    /// The reason; empty where none was given.
    pub why: String,
    /// Whether this person may approve it as the second person.
    pub may_approve: bool,
    /// Whether they approve it as somebody who may place legal holds, because the device is under one.
    pub under_hold: bool,
    /// The burst in which it is held; empty where it is not held.
    pub held_in: String,
    /// Whether this person may still withdraw it.
    pub may_take_back: bool,
    /// The result that may be asked for with a reason: `PIN` or `location`; empty if there is none.
    pub holds: &'static str,
    /// The result, a name and a value each; empty until a reason is given.
    pub revealed: Vec<(String, String)>,
    /// The errors in the form that was sent.
    pub errors: Errors,
    /// The reason that was typed.
    pub reason: String,
}

impl View {
    /// Returns a wipe that waits for a second person, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample(Area::Devices);
        shell.crumbs.push(Crumb::new("/devices/NC-10442", "F4GXQ2ABCD"));
        Self {
            shell,
            href: "/commands/1".into(),
            title: "Erase".into(),
            device: Crumb::new("/devices/NC-10442", "F4GXQ2ABCD"),
            state: "Waits for a second person".into(),
            asked: web_shell::clock::hours_ago(1),
            changed: web_shell::clock::hours_ago(1),
            by: "Insp Grey <script>".into(),
            why: "Stolen from a car".into(),
            may_approve: true,
            under_hold: false,
            held_in: String::new(),
            may_take_back: true,
            holds: "",
            revealed: Vec::new(),
            errors: [("reason", "Enter a reason: it goes into the ledger")].into_iter().collect(),
            reason: String::new(),
        }
    }

    /// Returns a lock that is held beyond a cap, for the gallery and the tests.
    #[must_use]
    pub fn sample_held() -> Self {
        Self {
            title: "Lock".into(),
            state: "Held beyond a limit; waits for a second person".into(),
            may_approve: false,
            held_in: "/held/1".into(),
            errors: Errors::default(),
            ..Self::sample()
        }
    }

    /// Returns the clearing of a passcode under a legal hold, for somebody who may place one, for the gallery and the tests.
    #[must_use]
    pub fn sample_under_hold() -> Self {
        Self { title: "Remove the passcode".into(), under_hold: true, ..Self::sample() }
    }

    /// Returns the lock of a Mac with its PIN shown, for the gallery and the tests.
    #[must_use]
    pub fn sample_revealed() -> Self {
        Self {
            title: "Lock".into(),
            state: "Acknowledged by the device".into(),
            may_approve: false,
            may_take_back: false,
            holds: "PIN",
            revealed: vec![("PIN".into(), "<script>493021".into())],
            errors: Errors::default(),
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_not_asked_for_again() {
        let html = View::sample_revealed().render().unwrap();
        assert!(html.contains("493021") && !html.contains("id=\"reason\""), "{html}");
        let hidden = View { revealed: Vec::new(), ..View::sample_revealed() }.render().unwrap();
        assert!(!hidden.contains("493021") && hidden.contains("id=\"reason\""), "{hidden}");
    }
}
