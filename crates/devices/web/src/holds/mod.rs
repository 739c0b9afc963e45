//! The legal holds on a device: for who may place them, with reference and reason.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "holds/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Where its forms are sent.
    pub href: String,
    /// The device.
    pub device: Crumb,
    /// The holds, those that were ended too, newest first.
    pub holds: Vec<Hold>,
    /// What was wrong.
    pub errors: Errors,
    /// The reference that was typed.
    pub reference: String,
    /// The reason that was typed.
    pub why: String,
}

/// One hold.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Which.
    pub id: String,
    /// The reference of the investigation.
    pub reference: String,
    /// Why.
    pub why: String,
    /// Since when, and who placed it.
    pub placed: (Timestamp, String),
    /// When and why it was ended.
    pub ended: Option<(Timestamp, String)>,
}

impl View {
    /// One that stands and one that was ended, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let hold = |id: &str, ended| Hold {
            id: id.into(),
            reference: "PSD/2026/118 <script>".into(),
            why: "Messages on it may be needed".into(),
            placed: (web_shell::clock::hours_ago(50), "DI Quayle".into()),
            ended,
        };
        Self {
            shell: Shell::sample(Area::Devices),
            href: "/devices/NC-10442/holds".into(),
            device: Crumb::new("/devices/NC-10442", "NC-10442"),
            holds: vec![
                hold("1", None),
                hold("2", Some((web_shell::clock::hours_ago(2), "No further action".into()))),
            ],
            errors: [("reference", "Enter a reference")].into_iter().collect(),
            reference: String::new(),
            why: "Messages on it may be needed".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hold_that_stands_can_be_ended() {
        let html = View::sample().render().unwrap();
        assert_eq!(html.matches("End this hold").count(), 1, "{html}");
    }
}
