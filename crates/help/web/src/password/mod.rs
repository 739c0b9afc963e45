//! One request about a password, for the desk and whoever decides: who is asking, what proves it, what the device said, and the next
//! right thing to do.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;
use help_app::resets::ToRing;

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "password/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The errors in what was typed.
    pub errors: Errors,
    /// The address of the page; its forms post below it.
    pub href: String,
    /// The device.
    pub device: Crumb,
    /// The holder's name and number.
    pub person: String,
    /// Why, and how it came.
    pub what: String,
    /// When it was opened.
    pub opened: Timestamp,
    /// The progress, as a word of the state.
    pub stage: &'static str,
    /// The progress in words.
    pub state: &'static str,
    /// The colour of its tag.
    pub colour: &'static str,
    /// The case.
    pub case: Crumb,
    /// The number to call back on; empty where the register has none.
    pub phone: String,
    /// The line manager; empty where none is recorded.
    pub manager: String,
    /// When the line manager was asked.
    pub manager_asked: Option<Timestamp>,
    /// Whether one proof must be in person or vouched.
    pub privileged: bool,
    /// The attempts to make sure of who is asking.
    pub proofs: Vec<Proof>,
    /// What is missing; empty where the proofs are enough.
    pub missing: &'static str,
    /// The number to read out.
    pub number: Option<Number>,
    /// Who asked for the decision, and when.
    pub asked: String,
    /// Who decided, and when.
    pub decided: String,
    /// The role that decides now.
    pub decider: &'static str,
    /// The people who decide now and can be reached.
    pub reachable: Vec<String>,
    /// Where none of them can: everybody who may decide, by role.
    pub to_ring: Vec<ToRing>,
    /// Why nothing can be done from afar; empty where the device can be cleared.
    pub by_hand: String,
    /// What came of the order; empty where none was given.
    pub order: String,
    /// When Lanyard looks again.
    pub next: Option<Timestamp>,
    /// Whether this person may take it further.
    pub may_work: bool,
    /// Whether this person may decide.
    pub may_decide: bool,
    /// The proofs that the desk records.
    pub kinds: Vec<Choice>,
    /// What was typed.
    pub typed: Typed,
}

/// What was typed into one of the forms.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The note to a proof.
    pub note: String,
    /// The reason for a decision.
    pub reason: String,
    /// Why the desk ends it.
    pub why: String,
    /// How the holder set a new password.
    pub how: String,
}

/// One attempt to make sure of who is asking.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The way, in words.
    pub title: &'static str,
    /// Whether it proved who is asking.
    pub given: bool,
    /// Who gave or recorded it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// The number that is read to the caller.
#[derive(Debug, Clone, Copy)]
pub struct Number {
    /// The number.
    pub number: u8,
    /// Until when it counts.
    pub until: Timestamp,
    /// How often another was entered.
    pub tries: i64,
}

/// Returns the proofs that the desk records by itself.
pub(crate) fn kinds(chosen: &str) -> Vec<Choice> {
    Choice::list(
        [
            ("call-back", "I called them back on the recorded number"),
            ("in-person", "They are here, and I saw their warrant card"),
        ],
        chosen,
    )
}

impl View {
    /// Returns whether it is over.
    fn over(&self) -> bool {
        matches!(self.stage, "restored" | "stated" | "refused" | "expired" | "failed" | "withdrawn")
    }

    /// Returns a request whose caller is being made sure of, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let hours_ago = web_shell::clock::hours_ago;
        Self {
            shell: Shell::sample(Area::Cases),
            errors: [("note", "Shorten it to 200 characters")].into_iter().collect(),
            href: "/help/passwords/1".into(),
            device: Crumb::new("/devices/1", "iPhone F4GXQ2ABCD (NC-01234)"),
            person: "PC Ames <script> (1234)".into(),
            what: "Forgotten, by telephone".into(),
            opened: hours_ago(1),
            stage: "proving",
            state: "The desk makes sure of who is asking",
            colour: "yellow",
            case: Crumb::new("/cases/1", "C-1041"),
            phone: "01603 000000 <script>".into(),
            manager: "Sgt Byrd (88)".into(),
            manager_asked: Some(hours_ago(1)),
            privileged: true,
            proofs: vec![
                Proof {
                    title: "Called back on the recorded number",
                    given: true,
                    by: "Dani Marsh <script>".into(),
                    at: hours_ago(1),
                },
                Proof {
                    title: "Number entered in the person's own session",
                    given: false,
                    by: "PC Ames".into(),
                    at: hours_ago(1),
                },
            ],
            missing: "one more proof of who is asking is needed, of another kind",
            number: Some(Number { number: 42, until: web_shell::clock::hours_ahead(1), tries: 1 }),
            asked: String::new(),
            decided: String::new(),
            decider: "Service desk lead",
            reachable: Vec::new(),
            to_ring: Vec::new(),
            by_hand: String::new(),
            order: String::new(),
            next: Some(web_shell::clock::hours_ahead(3)),
            may_work: true,
            may_decide: false,
            kinds: kinds("call-back"),
            typed: Typed { note: "a note".into(), ..Typed::default() },
        }
    }

    /// Returns a request that waits for a decision, for the gallery and the tests.
    #[must_use]
    pub fn sample_deciding() -> Self {
        Self {
            errors: Errors::default(),
            stage: "deciding",
            state: "Waits for a second person",
            colour: "red",
            number: None,
            asked: "Dani Marsh <script>, 22 November 2026, 2:00am".into(),
            reachable: vec!["Robin Hale (S100), x4711".into()],
            may_decide: true,
            ..Self::sample()
        }
    }

    /// Returns the same at an hour when nobody who decides is at work, for the gallery and the tests.
    #[must_use]
    pub fn sample_nobody() -> Self {
        Self {
            reachable: Vec::new(),
            to_ring: vec![
                ToRing { role: "Force Duty Officer", people: Vec::new() },
                ToRing {
                    role: "Information security",
                    people: vec![
                        "Robin Hale <script> (S100), 01603 000001".into(),
                        "Sam Lake (S101), number not in the register".into(),
                    ],
                },
            ],
            decider: "Force Duty Officer",
            ..Self::sample_deciding()
        }
    }

    /// Returns a request whose device is cleared, for the gallery and the tests.
    #[must_use]
    pub fn sample_cleared() -> Self {
        Self {
            stage: "cleared",
            state: "Cleared, no new password yet",
            colour: "red",
            decided: "Robin Hale <script>, 22 November 2026, 2:10am".into(),
            order: "The device acknowledged it 22 November 2026, 2:12am".into(),
            may_decide: false,
            ..Self::sample_deciding()
        }
    }

    /// Returns a request about a device that nothing can clear from afar, for the gallery and the tests.
    #[must_use]
    pub fn sample_by_hand() -> Self {
        Self {
            stage: "by-hand",
            state: "Agreed, at the desk",
            colour: "yellow",
            order: String::new(),
            by_hand: "the password of a Mac cannot be cleared or changed from afar".into(),
            ..Self::sample_cleared()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_has_a_field_for_a_password() {
        for view in [View::sample(), View::sample_deciding(), View::sample_cleared(), View::sample_by_hand()]
        {
            let html = view.render().unwrap();
            assert!(!html.contains("type=\"password\"") && !html.contains("name=\"password\""), "{html}");
        }
    }

    #[test]
    fn who_is_to_be_rung_has_a_name_and_a_number() {
        let html = View::sample_nobody().render().unwrap();
        for words in [
            "Force Duty Officer: nobody has this role",
            "Information security: Robin Hale &#60;script&#62; (S100), 01603 000001; Sam Lake (S101), number not in the register",
            "Information Security at any hour",
        ] {
            assert!(html.contains(words), "{words}: {html}");
        }
        assert!(!View::sample_deciding().render().unwrap().contains("Ring one"));
    }

    #[test]
    fn cleared_never_reads_as_done() {
        let html = View::sample_cleared().render().unwrap();
        assert!(html.contains("anybody who has it can open it"), "{html}");
    }
}
