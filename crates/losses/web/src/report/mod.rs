//! The report of a lost device, for anybody and without a sign-in, one question a page, and the page that follows it.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;
use losses_app::{Question, Ring};

use crate::asking::{Asked, Walk};
use crate::questions::Typed;
use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Errors;

/// One question of the form.
#[derive(Debug, Clone, Template)]
#[template(path = "report/page.html")]
pub struct View {
    /// The frame around the page; nobody is signed in.
    pub shell: Shell,
    /// The errors in the values typed.
    pub errors: Errors,
    /// The number to ring.
    pub ring: Ring,
    /// The question.
    pub asked: Asked,
    /// Set where the person is signed in: they have a shorter form of their own.
    pub signed_in: bool,
}

/// The page after a report.
#[derive(Debug, Clone, Template)]
#[template(path = "report/done.html")]
pub struct Done {
    /// The frame around the page.
    pub shell: Shell,
    /// The reference.
    pub reference: String,
    /// What the reporter comes back with.
    pub secret: String,
    /// When it was reported.
    pub at: Timestamp,
    /// What the report means for the reporter.
    pub meaning: &'static str,
    /// What was done at once; empty where nothing was.
    pub at_once: &'static str,
    /// Whether the holder reads it, who reported it signed in.
    pub own: bool,
    /// Whether no order can reach the device. Only its holder is told.
    pub cannot_lock: bool,
    /// Whether people are called about it now.
    pub calling: bool,
    /// The number to ring.
    pub ring: Ring,
}

/// Returns the frame of a page for somebody who is not signed in.
pub(crate) fn nobody() -> Shell {
    let mut shell = Shell::sample_top(Area::Elsewhere);
    shell.who = None;
    shell.areas.clear();
    shell.ends = None;
    shell
}

impl View {
    /// Returns the first question, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self::sample_of(Question::Whose, &Typed::empty("0123456789abcdef".into()))
    }

    /// Returns a question with choices, after the holder was named, for the gallery and the tests.
    #[must_use]
    pub fn sample_choice() -> Self {
        Self::sample_of(Question::State, &Typed::sample())
    }

    /// Returns a question shown again with a mistake, for the gallery and the tests.
    #[must_use]
    pub fn sample_again() -> Self {
        Self {
            errors: [("last-time", "Enter a time such as 02:30 or 14:05")].into_iter().collect(),
            signed_in: true,
            ..Self::sample_of(Question::LastHad, &Typed::sample())
        }
    }

    /// Returns the last question, for the gallery and the tests.
    #[must_use]
    pub fn sample_last() -> Self {
        Self::sample_of(Question::Contact, &Typed::sample())
    }

    fn sample_of(question: Question, typed: &Typed) -> Self {
        let (walk, shell) = (Walk::through(|_| true), nobody());
        Self {
            asked: walk.asked(walk.place_of(question.name()), typed, &shell, &[]),
            shell,
            errors: Errors::default(),
            ring: Ring {
                number: "101 <script>".into(),
                who: "the Force Duty Officer".into(),
                emergency: "999".into(),
            },
            signed_in: false,
        }
    }
}

impl Done {
    /// Returns the page, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: nobody(),
            reference: "4KM-7TRH".into(),
            secret: "AC34-7TRH-<script>".into(),
            at: web_shell::clock::now(),
            meaning: "People at the force are being called about it.",
            at_once: "",
            own: false,
            cannot_lock: false,
            calling: true,
            ring: Ring {
                number: "101".into(),
                who: "the Force Duty Officer".into(),
                emergency: "999".into(),
            },
        }
    }

    /// Returns the page for the holder of a device that no order can reach, for the gallery and the tests.
    #[must_use]
    pub fn sample_unmanaged() -> Self {
        Self { own: true, cannot_lock: true, ..Self::sample() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_after_a_report_says_only_what_is_true_of_it() {
        let stranger = Done::sample().render().unwrap();
        assert!(stranger.contains("its holder is asked for the security incident form"), "{stranger}");
        assert!(stranger.contains("The calls go on"), "{stranger}");
        let over = Done { calling: false, ..Done::sample() }.render().unwrap();
        assert!(!over.contains("The calls go on") && over.contains("Nobody else is called"), "{over}");
        assert!(!stranger.contains("looks at your report"), "nobody has answered yet: {stranger}");
        let holder = Done::sample_unmanaged().render().unwrap();
        assert!(holder.contains("You are asked for the security incident form"), "{holder}");
        assert!(!holder.contains("They decide whether the device is locked"), "{holder}");
        assert!(holder.contains("network operator"), "{holder}");
    }
}
