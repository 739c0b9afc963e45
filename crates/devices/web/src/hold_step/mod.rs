//! The decision whether the things of a case are held for an investigation.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "hold_step/page.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// Where the form is sent.
    pub href: String,
    /// The case's reference.
    pub reference_of_case: String,
    /// What is to be decided.
    pub title: String,
    /// By when.
    pub due: Option<Timestamp>,
    /// What was wrong.
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

    /// The decision, for the gallery and the tests.
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
