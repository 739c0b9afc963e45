//! One clause, for everybody who may read the documents: what it asks, how each platform enforces it and what is left to people,
//! its outcomes, and the editor's notes on it.
//!
//! From here every finding is one click away, and its compliance evidence two.

pub(crate) mod handler;

use askama::Template;
use askama::filters::Safe;
use domain::{Coverage, Need, Outcome, Platform, Timestamp};

use crate::Flag;
use crate::figures::state_tag;
use compliance_app::standing::ClauseState;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::chart::{Bar, Counts};
use web_shell::parts::registers::Risk;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "clause/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Its id, such as `MDU-6.2a`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The requirement in our own words; `None` if the text is withheld.
    pub text: Option<String>,
    /// The number that the paper prints; empty for an unnumbered clause.
    pub number: String,
    /// Must, should, may, must not.
    pub modality: String,
    /// The people who must act, in words.
    pub actors: Vec<String>,
    /// The address that lists the cases of its procedures and their evidence; empty where it has no procedure.
    pub events_href: String,
    /// What it asks for, part by part.
    pub asks: Vec<String>,
    /// How it is kept, one line each, such as `Procedure: lost device, within 1 hour`.
    pub kept_by: Vec<String>,
    /// How it is kept on each platform.
    pub platforms: Vec<(Platform, Coverage)>,
    /// The values that are set.
    pub settings: Vec<Setting>,
    /// What the check asks, in words; empty if there is none.
    pub check: String,
    /// Whether this person may see its outcomes.
    pub sees_findings: bool,
    /// Whether any check judges it.
    pub judged: bool,
    /// How it stands as a whole; `None` for readers who may not see findings.
    pub state: Option<ClauseState>,
    /// How many of how many, by platform and of people, a sentence each.
    pub says: Vec<String>,
    /// Platforms on which no device can ever be shown to keep it, and why.
    pub never: Vec<(Platform, String)>,
    /// Its outcomes, a bar for each platform, one for people and one for what is done and written down.
    pub bars: Vec<Bar>,
    /// Devices and people that do not meet it, or of which it is not known, worst first.
    pub findings: Vec<Finding>,
    /// The number of findings that are not listed.
    pub more: u64,
    /// The address that lists all of them.
    pub more_href: String,
    /// The people who carry the risk that it is not met.
    pub risks: Vec<Risk>,
    /// The registers of permissions and exceptions that belong to it.
    pub registers: Vec<Crumb>,
    /// The editor's notes on it.
    pub flags: Vec<Flag>,
    /// The address of the ledger's entries under this clause.
    pub history_href: String,
}

/// A value that is set.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The vendor-neutral key.
    pub key: String,
    /// What it means.
    pub means: String,
    /// The value in words.
    pub value: String,
    /// The origin of the value, such as `The clause`.
    pub source: String,
    /// If the documents leave the value open: why the force chose it, and who made the choice.
    pub choice: Option<(String, String)>,
}

/// One finding that is not met or not known.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The device or person.
    pub subject: Crumb,
    /// The outcome with its reason.
    pub outcome: Outcome,
    /// The time from which it holds.
    pub since: Timestamp,
    /// The address of the page that replays the judgement.
    pub explain: String,
}

impl View {
    /// Returns how it stands as a tag.
    fn tag(&self) -> Option<Safe<String>> {
        self.state.map(state_tag)
    }

    /// Returns a clause enforced by a setting, for the gallery and the tests.
    #[must_use]
    // long because every part of the page has made-up data
    #[expect(clippy::too_many_lines, reason = "every part of the page has made-up data")]
    pub fn sample() -> Self {
        let hours_ago = web_shell::clock::hours_ago;
        let mut shell = Shell::sample(Area::Documents);
        shell.crumbs.push(Crumb::new("/documents/mobile-device-use", "Mobile Device Use Policy"));
        let finding = |asset: &str, outcome, hours| Finding {
            subject: Crumb::new(format!("/devices/{asset}"), asset),
            outcome,
            since: hours_ago(hours),
            explain: format!("/devices/{asset}/clauses/MDU-6.2a"),
        };
        Self {
            shell,
            id: "MDU-6.2a".into(),
            title: "Four kinds of character, nine or more <script>".into(),
            text: Some("A password has at least nine characters, with upper and lower case letters, digits and others.".into()),
            number: "6.2a".into(),
            modality: "must".into(),
            actors: vec!["Holder".into(), "System".into()],
            events_href: "/events?clause=MDU-6.2a".into(),
            asks: vec!["A password has at least nine characters".into(), "It has capital and small letters".into()],
            kept_by: vec!["Setting and check: passcode composition".into(), "Acceptance: terms, before use".into()],
            platforms: vec![
                (Platform::Ios, Coverage::partly("Upper and lower case cannot both be asked for; holders accept it.")),
                (
                    Platform::Macos,
                    Coverage::enforced().needing([Need::Supervision, Need::System("14.0".into())]),
                ),
                (Platform::Windows, Coverage::not_enforceable("A local account takes any three of the four kinds.")),
            ],
            settings: vec![
                Setting {
                    key: "passcode.min_length".into(),
                    means: "The least number of characters".into(),
                    value: "9 characters".into(),
                    source: "The clause".into(),
                    choice: None,
                },
                Setting {
                    key: "lock.after_minutes".into(),
                    means: "Idle time before the screen locks".into(),
                    value: "5 minutes".into(),
                    source: "The clause".into(),
                    choice: Some(("the clause gives no figure; five minutes suits work in the street".into(), "Director of ICT".into())),
                },
            ],
            check: "The passcode meets the rule that was set".into(),
            sees_findings: true,
            judged: true,
            state: Some(ClauseState::Fails),
            says: vec!["iPhone: 22 of 26 met, 1 not met, 3 not known".into(), "Agreed by 26 of 28 people".into()],
            never: vec![(Platform::Macos, "A Mac reports nothing about its passwords. <script>".into())],
            bars: vec![
                Bar {
                    name: "iPhone".into(),
                    href: "/devices?clause=MDU-6.2a".into(),
                    counts: Counts { met: 22, not_met: 1, not_known: 3, not_applicable: 2, ..Counts::default() },
                },
                Bar {
                    name: "People".into(),
                    href: "/people".into(),
                    counts: Counts { agreed: 26, not_known: 2, ..Counts::default() },
                },
            ],
            findings: vec![
                finding("NC-10460", Outcome::NotMet { because: "8 characters reported, 9 asked".into() }, 40),
                finding("SC-20040", Outcome::NotKnown(domain::WhyNotKnown::NoWayToTell), 700),
            ],
            more: 2,
            more_href: "/devices?clause=MDU-6.2a".into(),
            risks: vec![Risk::sample()],
            registers: vec![Crumb::new("/registers/password-exceptions", "Exceptions from the password rule")],
            flags: crate::show::View::sample().flags,
            history_href: "/ledger?clause=MDU-6.2a".into(),
        }
    }

    /// Returns a clause whose text is withheld and that nothing can enforce, for the gallery and the tests.
    #[must_use]
    pub fn sample_withheld() -> Self {
        Self {
            id: "MDU-7.1".into(),
            text: None,
            number: String::new(),
            kept_by: vec!["Nothing: no system can hear a voicemail greeting".into()],
            platforms: Vec::new(),
            settings: Vec::new(),
            check: String::new(),
            judged: false,
            state: Some(ClauseState::KeptByNothing),
            says: Vec::new(),
            never: Vec::new(),
            bars: Vec::new(),
            findings: Vec::new(),
            more: 0,
            risks: Vec::new(),
            flags: Vec::new(),
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_the_force_chose_is_shown_as_its_choice() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("The force’s choice") && html.contains("Director of ICT"), "{html}");
    }

    #[test]
    fn what_is_left_to_people_stands_beside_each_verdict() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("Upper and lower case cannot both be asked for"), "{html}");
    }

    #[test]
    fn a_withheld_text_says_that_it_is_withheld() {
        let html = View::sample_withheld().render().unwrap();
        assert!(html.contains("withheld") && html.contains("never judged"), "{html}");
    }
}
