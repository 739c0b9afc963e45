//! Incidents, for staff who may read cases: those first whose clock ended without a decision.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "list/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The incidents.
    pub rows: Vec<Row>,
    /// Whether the reader may open one by hand.
    pub may_open: bool,
}

/// One incident.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its page, by the reference of its case.
    pub link: Crumb,
    /// What it is about.
    pub title: String,
    /// Its force.
    pub force: Force,
    /// How its clock stands.
    pub clock: ClockTag,
    /// The state of its form.
    pub form: String,
    /// When the reporter's half is due, while it is not sent.
    pub due: Option<Timestamp>,
}

/// How a clock stands, in words and colour, with its end while it runs.
#[derive(Debug, Clone)]
pub struct ClockTag {
    /// The words.
    pub text: String,
    /// The colour.
    pub colour: &'static str,
    /// When it ends, while it runs.
    pub until: Option<Timestamp>,
}

impl View {
    /// Returns made-up incidents, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |number: &str, text: &str, colour, until, form: &str, due| Row {
            link: Crumb::new("/incidents/1", number),
            title: "iPhone F4GXQ2ABCD <script>: reported lost".into(),
            force: domain::samples::HOME,
            clock: ClockTag { text: text.into(), colour, until },
            form: form.into(),
            due,
        };
        let (ago, ahead) = (web_shell::clock::hours_ago, web_shell::clock::hours_ahead);
        Self {
            shell: Shell::sample(Area::Cases),
            rows: vec![
                row("C-1043", "Ended without a decision", "red", Some(ago(2)), "Assessed", None),
                row("C-1051", "41 hours left", "yellow", Some(ahead(41)), "Not sent yet", Some(ago(1))),
                row("C-1002", "Regulator told", "grey", None, "Assessed", None),
            ],
            may_open: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_ended_says_so_and_a_late_form_too() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("Ended without a decision") && html.contains("Late</strong>"), "{html}");
        let none = View { rows: Vec::new(), may_open: false, ..View::sample() }.render().unwrap();
        assert!(none.contains("There is no security incident") && !none.contains("/incidents/new"), "{none}");
    }
}
