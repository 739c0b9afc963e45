//! The judgement of one clause for one device, person or document at one time, for everybody who may see the finding: the facts
//! used, what was expected of them, what was found.
//!
//! `lanyard explain` prints the same. Both replay the judgement from the stored facts; neither looks up its result.

pub(crate) mod handler;

use askama::Template;
use domain::{Grade, Outcome, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "explain/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The page's own address, without the time asked for.
    pub href: String,
    /// `Device`, `Person` or `Document`.
    pub kind: &'static str,
    /// The device, person or document that was judged.
    pub subject: Crumb,
    /// The clause.
    pub clause: Crumb,
    /// Its title.
    pub title: String,
    /// The time asked for.
    pub at: Timestamp,
    /// The time as it was typed, when the page is shown again; empty for now.
    pub typed: String,
    /// The error when the time that was typed cannot be read: what to type instead.
    pub errors: Errors,
    /// The result of the replay, in a sentence.
    pub replayed: String,
    /// That nothing was heard at that time, and what had been found before; empty where the service was running.
    pub silence: String,
    /// What the ledger says, where it says the same.
    pub in_ledger: String,
    /// What does not agree with the ledger, in sentences; empty where all does.
    pub differs: Vec<String>,
    /// When the same judgement was last reached.
    pub confirmed: Timestamp,
    /// The outcome at that time.
    pub outcome: Outcome,
    /// The digest of the version of the rules that was in force then.
    pub rules: String,
    /// The digest of the text of the clause at that time.
    pub wording: String,
    /// What was expected and what was found, one line for each question of the check.
    pub steps: Vec<Step>,
    /// The facts used, as far as the reader may see them.
    pub facts: Vec<Fact>,
    /// The number of facts used that the reader may not see.
    pub left_out: usize,
    /// What happened before and after, newest first.
    pub timeline: Vec<Event>,
}

/// One question of the check.
#[derive(Debug, Clone)]
pub struct Step {
    /// What was expected.
    pub expected: String,
    /// The outcome of the question.
    pub outcome: Outcome,
}

/// One fact.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its name in the register of facts.
    pub name: String,
    /// Its value in words.
    pub value: String,
    /// The grade of the fact: how it was reported.
    pub grade: Grade,
    /// When it was reported.
    pub at: Timestamp,
    /// Digest of the message that carried it.
    pub source: String,
}

/// One line of the timeline.
#[derive(Debug, Clone)]
pub struct Event {
    /// The time it happened.
    pub at: Timestamp,
    /// The outcome after the change.
    pub outcome: Outcome,
    /// The address of this page at that time.
    pub href: String,
}

impl View {
    /// Returns a clause that is not met, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let hours_ago = web_shell::clock::hours_ago;
        let mut shell = Shell::sample(Area::Documents);
        shell.crumbs.push(web_shell::links::clause_crumb("MDU-6.2a"));
        Self {
            shell,
            href: "/devices/NC-10460/clauses/MDU-6.2a".into(),
            kind: "Device",
            subject: Crumb::new("/devices/NC-10460", "NC-10460"),
            clause: web_shell::links::clause_crumb("MDU-6.2a"),
            title: "Four kinds of character, nine or more".into(),
            at: web_shell::clock::now(),
            typed: String::new(),
            errors: Errors::default(),
            replayed: "Judged again from what was stored: the same outcome.".into(),
            in_ledger: "The ledger says the same: entry 0190a7b2, judged at 3:04am.".into(),
            differs: Vec::new(),
            silence: String::new(),
            confirmed: hours_ago(1),
            outcome: Outcome::NotMet {
                because: "Documents of managed apps may open in others: yes, must be no <script>".into(),
            },
            rules: "3f6c1b0d9a".into(),
            wording: "91b2c3d4e5".into(),
            steps: vec![
                Step { expected: "A passcode is set".into(), outcome: Outcome::Met },
                Step {
                    expected: "The passcode meets the rule that was set".into(),
                    outcome: Outcome::NotMet { because: "8 characters reported, 9 asked".into() },
                },
            ],
            left_out: 0,
            facts: vec![Fact {
                name: "The least number of characters".into(),
                value: "8 characters".into(),
                grade: Grade::Reported,
                at: hours_ago(2),
                source: "9d5be1f0c47a0c53f0ef3d2b7b1c7e58c1d3a7a9b55e0f0a6f5d1c2b3a495867".into(),
            }],
            timeline: vec![Event {
                at: hours_ago(40),
                outcome: Outcome::NotMet { because: "8 characters reported, 9 asked".into() },
                href: "/devices/NC-10460/clauses/MDU-6.2a?at=2026-11-20".into(),
            }],
        }
    }

    /// Returns a clause of which nothing was ever reported, at a time that could not be read, for the gallery and the tests.
    #[must_use]
    pub fn sample_not_known() -> Self {
        Self {
            typed: "last Tuesday".into(),
            errors: [("at", "Enter a time such as 2026-11-22T03:00:00Z, or a day such as 2026-11-22")]
                .into_iter()
                .collect(),
            outcome: Outcome::NotKnown(domain::WhyNotKnown::NeverReported {
                what: "A passcode is set <script>".into(),
            }),
            steps: Vec::new(),
            facts: Vec::new(),
            timeline: Vec::new(),
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_fact_is_said_to_be_no_fact() {
        assert!(View::sample_not_known().render().unwrap().contains("No fact was used"));
    }

    #[test]
    fn facts_that_may_not_be_read_are_counted_and_not_said_to_be_none() {
        let html = View { facts: Vec::new(), left_out: 2, ..View::sample() }.render().unwrap();
        assert!(
            html.contains("2 facts that your role may not read were used")
                && !html.contains("No fact was used")
        );
    }
}
