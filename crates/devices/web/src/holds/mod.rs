//! The legal holds on a device, with their references and reasons, for people who may place them.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "holds/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The address that its forms post to.
    pub href: String,
    /// The device.
    pub device: Crumb,
    /// The holds, including those that were ended, newest first.
    pub holds: Vec<Hold>,
    /// The errors in the form.
    pub errors: Errors,
    /// The reference that was typed.
    pub reference: String,
    /// The reason that was typed.
    pub why: String,
}

/// One hold.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Its id.
    pub id: String,
    /// The reference of the investigation.
    pub reference: String,
    /// The reason for it.
    pub why: String,
    /// When it was placed, and by whom.
    pub placed: (Timestamp, String),
    /// When and why it was ended.
    pub ended: Option<(Timestamp, String)>,
}

impl View {
    /// Returns a hold in force and one that was ended, for the gallery and the tests.
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
