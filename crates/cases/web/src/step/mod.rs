//! One step of a case, for the person who does it: what is to be done, and the form that records it.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "step/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The address that the form posts to.
    pub href: String,
    /// The case's reference.
    pub reference: String,
    /// What is to be done.
    pub title: String,
    /// The person or role that does it, in words.
    pub who: String,
    /// When it is due; `None` for no limit.
    pub due: Option<Timestamp>,
    /// The form that the step takes.
    pub form: Form,
    /// The errors in the form.
    pub errors: Errors,
    /// The proof that was typed.
    pub proof: String,
}

/// The form of a step, by what proves that it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A note.
    Note,
    /// A form to say that the thing is missing; the hand-over itself is recorded elsewhere.
    Missing,
    /// No form: the step is proved elsewhere.
    Elsewhere,
}

impl View {
    /// Returns a step that a note proves, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Cases),
            href: "/cases/C-2026-0117/steps/2".into(),
            reference: "C-2026-0117".into(),
            title: "Receive the security incident form <script>".into(),
            who: "Information Security".into(),
            due: Some(web_shell::clock::hours_ahead(23)),
            form: Form::Note,
            errors: Errors::default(),
            proof: String::new(),
        }
    }

    /// Returns a thing that was to be handed in, for the gallery and the tests.
    #[must_use]
    pub fn sample_missing() -> Self {
        Self {
            title: "Hand it back at ICT Customer Contact: iPhone F4GXQ2ABCD (NC-10442)".into(),
            form: Form::Missing,
            errors: [("proof", "Say why it is missing, and who was asked")].into_iter().collect(),
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_hand_over_proves_takes_no_note() {
        let html = View::sample_missing().render().unwrap();
        assert!(html.contains("is missing") && !html.contains(">The step is done<"), "{html}");
        let elsewhere = View { form: Form::Elsewhere, ..View::sample() }.render().unwrap();
        assert!(!elsewhere.contains("<textarea"), "{elsewhere}");
    }
}
