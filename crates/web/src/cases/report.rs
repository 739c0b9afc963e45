//! Reporting a lost or stolen device: by anyone, for anyone, from any phone, without signing in.
//!
//! Few questions, and "I do not know" answers any of them. What happens next is said before the form is sent and again,
//! with a reference that can be read over the radio, after it. What is typed here is taken as stated, never as proof.

use askama::Template;
use domain::Timestamp;

use crate::filters;
use crate::parts::form::{Choice, Errors};
use crate::shell::{Area, Shell};

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "cases/report.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// What was wrong with what was typed.
    pub errors: Errors,
    /// Whose device it is: name, collar or staff number.
    pub holder: String,
    /// Which device, as far as known.
    pub device: String,
    /// `lost`, `stolen` or `unknown`.
    pub how: String,
    /// Where and when it was last had.
    pub last_had: String,
    /// A number on which the reporter can be called.
    pub contact: String,
    /// Who is told, such as `the Force Duty Officer (Oscar 1)`; depends on the hour.
    pub told: String,
}

/// What is shown once the report is in.
#[derive(Debug, Clone, Template)]
#[template(path = "cases/reported.html")]
pub struct Reported {
    /// The frame.
    pub shell: Shell,
    /// The case's reference.
    pub reference: String,
    /// What has been done, and what has only been asked for, one line each.
    pub done: Vec<(Timestamp, String)>,
    /// What is asked of the holder next, one line each.
    pub next: Vec<String>,
    /// Who was told.
    pub told: String,
}

impl View {
    fn ways(&self) -> Vec<Choice> {
        Choice::list([("lost", "Lost"), ("stolen", "Stolen"), ("unknown", "I do not know")], &self.how)
    }

    /// The form with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let mut shell = Shell::sample_top(Area::Elsewhere);
        shell.who = None;
        shell.areas.clear();
        Self {
            shell,
            errors: [("holder", "Enter a name or a collar number, so that we can find the device")]
                .into_iter()
                .collect(),
            holder: String::new(),
            device: "black iPhone <script>".into(),
            how: "lost".into(),
            last_had: String::new(),
            contact: String::new(),
            told: "the Force Duty Officer (Oscar 1)".into(),
        }
    }
}

impl Reported {
    /// A report that led to lost mode being asked for, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let now = crate::samples::now();
        Self {
            shell: View::sample().shell,
            reference: "C-2026-0117".into(),
            done: vec![
                (now, "Your report was written down <script>".into()),
                (now, "Lost mode was asked for; the phone has not confirmed it yet".into()),
            ],
            next: vec!["Send the security incident form by 23 November 2026, 3:00am".into()],
            told: "the Force Duty Officer (Oscar 1)".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_one_must_sign_in_to_report() {
        let html = View::sample().render().unwrap();
        assert!(!html.contains("Sign out") && !html.contains("password"), "{html}");
    }
}
