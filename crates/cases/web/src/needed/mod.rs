//! The question whether an unused device is still needed, for the person who has it.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "needed/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The address that the form posts to.
    pub href: String,
    /// The device.
    pub device: String,
    /// The holder of the device.
    pub holder: String,
    /// The time by which to answer.
    pub due: Option<Timestamp>,
    /// The errors in the form.
    pub errors: Errors,
    /// The answer that was chosen.
    pub answer: String,
    /// The reason that was chosen.
    pub reason: String,
    /// The day that was typed.
    pub until: String,
    /// The note that was typed.
    pub note: String,
    /// The reasons to choose from: word and text.
    pub reasons: Vec<(&'static str, &'static str)>,
}

impl View {
    fn answers(&self) -> Vec<Choice> {
        let all = [("return", "No: it can be handed in"), ("keep", "Yes: it is kept, for the reason below")];
        Choice::list(all, &self.answer)
    }

    fn reason_choices(&self) -> Vec<Choice> {
        Choice::list(self.reasons.iter().copied(), &self.reason)
    }

    /// Returns the question, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Elsewhere),
            href: "/cases/C-1/needed".into(),
            device: "iPad DMPT1 (NC-10442) <script>".into(),
            holder: "PC Ames".into(),
            due: Some(web_shell::clock::hours_ahead(200)),
            errors: [("until", "Enter a day after today and within a year")].into_iter().collect(),
            answer: "keep".into(),
            reason: "leave".into(),
            until: "yesterday".into(),
            note: String::new(),
            reasons: vec![("leave", "I am, or the holder is, on leave or away"), ("other", "Another reason")],
        }
    }
}
