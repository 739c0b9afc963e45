//! The register of exemptions, for those who may read it: shown only after a reason is given, and never on a page with anything
//! else.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Clone, Template)]
#[template(path = "exemptions/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in the form.
    pub errors: Errors,
    /// The reason that was given.
    pub reason: String,
    /// The exemptions, once a reason was given.
    pub rows: Option<Vec<Row>>,
    /// Whether the reader may add and end them.
    pub may_manage: bool,
    /// The values typed for a new one.
    pub typed: Typed,
}

/// One exemption.
#[derive(Clone)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The clause that the person is exempt from.
    pub clause: Crumb,
    /// The person who is exempt.
    pub who: String,
    /// The person who decided.
    pub decided_by: String,
    /// The reason.
    pub why: String,
    /// The time it ends.
    pub until: Timestamp,
}

/// A new exemption as it was typed.
#[derive(Clone, Default)]
pub struct Typed {
    /// Clauses that allow exceptions.
    pub clauses: Vec<Choice>,
    /// The forces.
    pub forces: Vec<Choice>,
    /// Collar or staff number.
    pub number: String,
    /// Unit.
    pub unit: String,
    /// The person who decided.
    pub decided_by: String,
    /// The reason.
    pub why: String,
    /// The last day.
    pub until: String,
}

impl View {
    /// Returns a register with one line, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::People),
            errors: Errors::default(),
            reason: "Yearly review <script>".into(),
            rows: Some(vec![Row {
                id: "0190".into(),
                clause: web_shell::links::clause_crumb("MDU-7.1"),
                who: "everybody of Unit 7".into(),
                decided_by: "Head of Unit 7".into(),
                why: "A greeting in their own voice would name them".into(),
                until: web_shell::clock::hours_ahead(4000),
            }]),
            may_manage: true,
            typed: Typed {
                clauses: Choice::list([("MDU-7.1", "MDU-7.1 Record a voicemail greeting")], ""),
                forces: web_shell::parts::choices::forces(&Shell::sample(Area::People), "northshire"),
                ..Typed::default()
            },
        }
    }

    /// Returns the page before a reason was given, for the gallery and the tests.
    #[must_use]
    pub fn sample_closed() -> Self {
        Self {
            rows: None,
            errors: [("reason", "Enter a reason <script>")].into_iter().collect(),
            may_manage: false,
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown_before_a_reason() {
        assert!(!View::sample_closed().render().unwrap().contains("Unit 7"));
        assert!(View::sample().render().unwrap().contains("everybody of Unit 7"));
    }
}
