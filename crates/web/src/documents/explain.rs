//! How one clause was judged for one device at one time: the facts used, what was expected of them, what was found.
//!
//! `lanyard explain` prints the same. Both replay the judgement from what was stored; neither looks its result up.

use askama::Template;
use domain::{Grade, Outcome, Timestamp};

use crate::filters;
use crate::shell::{Area, Crumb, Shell};

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "documents/explain.html")]
pub struct View {
    /// The frame.
    pub shell: Shell,
    /// The page's own address, without the time asked for.
    pub href: String,
    /// The device.
    pub device: Crumb,
    /// The clause.
    pub clause: Crumb,
    /// Its title.
    pub title: String,
    /// The time asked for.
    pub at: Timestamp,
    /// The time as it was typed, when the page is shown again; empty for now.
    pub typed: String,
    /// What the check asks, in words.
    pub asks: String,
    /// The outcome at that time.
    pub outcome: Outcome,
    /// The version of the rules that was in force then, by its digest.
    pub rules: String,
    /// What was expected and what was found, one line for each question of the check.
    pub steps: Vec<Step>,
    /// The facts used.
    pub facts: Vec<Fact>,
    /// What happened before and after, newest first.
    pub timeline: Vec<Event>,
}

/// One question of the check.
#[derive(Debug, Clone)]
pub struct Step {
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// What follows.
    pub outcome: Outcome,
}

/// One fact.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its name in the register of facts.
    pub name: String,
    /// Its value in words.
    pub value: String,
    /// How it came to us.
    pub grade: Grade,
    /// When it was reported.
    pub at: Timestamp,
    /// Digest of the message that carried it.
    pub source: String,
}

/// One line of the timeline.
#[derive(Debug, Clone)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
    /// The ledger entry.
    pub entry: Crumb,
}

impl View {
    /// A clause that is not met, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let hours_ago = crate::samples::hours_ago;
        let mut shell = Shell::sample(Area::Documents);
        shell.crumbs.push(Crumb::new("/documents/mobile-device-use/clauses/MDU-6.2a", "MDU-6.2a"));
        Self {
            shell,
            href: "/explain/NC-10460/MDU-6.2a".into(),
            device: Crumb::new("/devices/NC-10460", "NC-10460"),
            clause: Crumb::new("/documents/mobile-device-use/clauses/MDU-6.2a", "MDU-6.2a"),
            title: "Four kinds of character, nine or more".into(),
            at: crate::samples::now(),
            typed: String::new(),
            asks: "The passcode meets the rule that was set".into(),
            outcome: Outcome::NotMet { because: "8 characters reported, 9 asked <script>".into() },
            rules: "sha256:3f6c1b0d9a".into(),
            steps: vec![
                Step {
                    expected: "passcode.present is yes".into(),
                    found: "yes".into(),
                    outcome: Outcome::Met,
                },
                Step {
                    expected: "effective.passcode.min_length is at least 9".into(),
                    found: "8".into(),
                    outcome: Outcome::NotMet { because: String::new() },
                },
            ],
            facts: vec![Fact {
                name: "effective.passcode.min_length".into(),
                value: "8".into(),
                grade: Grade::Reported,
                at: hours_ago(2),
                source: "9d5be1f0c47a0c53f0ef3d2b7b1c7e58c1d3a7a9b55e0f0a6f5d1c2b3a495867".into(),
            }],
            timeline: vec![Event {
                at: hours_ago(40),
                what: "Became not met".into(),
                entry: Crumb::new("/ledger?entry=982", "Entry 982"),
            }],
        }
    }

    /// A clause of which nothing was ever reported, at a time that could not be read.
    #[must_use]
    pub fn sample_not_known() -> Self {
        Self {
            typed: "last Tuesday".into(),
            outcome: Outcome::NotKnown(domain::WhyNotKnown::NeverReported {
                what: "passcode.present <script>".into(),
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
}
