//! The step of a case that decides whether its things are held for an investigation, for people who may place legal holds.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "hold_step/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The address that the form posts to.
    pub href: String,
    /// The case's reference.
    pub reference_of_case: String,
    /// The decision to take.
    pub title: String,
    /// The time it is due.
    pub due: Option<Timestamp>,
    /// The errors in the form.
    pub errors: Errors,
    /// The decision that was chosen: `hold` or `none`.
    pub decision: String,
    /// The reference of the investigation that was typed.
    pub reference: String,
    /// The reason that was typed.
    pub why: String,
}

impl View {
    fn decisions(&self) -> Vec<Choice> {
        let all = [
            ("hold", "Hold every device of this case: no erasing and no new holder until the hold ends"),
            ("none", "No hold is needed"),
        ];
        Choice::list(all, &self.decision)
    }

    /// Returns the decision, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Cases),
            href: "/cases/C-1/steps/3/hold".into(),
            reference_of_case: "C-1001".into(),
            title: "Decide whether the devices are held for an investigation <script>".into(),
            due: Some(web_shell::clock::hours_ahead(20)),
            errors: [("reference", "Enter a reference")].into_iter().collect(),
            decision: "hold".into(),
            reference: String::new(),
            why: "Under investigation".into(),
        }
    }
}
