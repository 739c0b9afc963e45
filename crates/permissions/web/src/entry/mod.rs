//! One entry of a register with its timeline, for everybody who may read the registers: the request, the decision and its reason,
//! the effect on each device.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use crate::colour;
use crate::setting::Setting;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;
use web_shell::parts::timeline::Event;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "entry/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The entry's own address; its forms post to addresses below it.
    pub href: String,
    /// Its reference.
    pub reference: String,
    /// Its version, which forms send back.
    pub version: i64,
    /// Its register.
    pub register: Crumb,
    /// The clause that it is under.
    pub clause: Option<Crumb>,
    /// Its progress, in words.
    pub state: String,
    /// The force that it belongs to.
    pub force: Force,
    /// The person and the purpose.
    pub about: String,
    /// Names with values: the request, who made it and for whom, the decision.
    pub lines: Vec<(String, String)>,
    /// The effect, in a sentence.
    pub does: String,
    /// The devices that it has an effect on.
    pub devices: Vec<Device>,
    /// What has happened, newest first.
    pub timeline: Vec<Event>,
    /// The errors in the form that was sent.
    pub errors: Errors,
    /// The reason to end it that was typed.
    pub why: String,
    /// The result of a review that was typed.
    pub finding: String,
    /// The earlier end that was typed.
    pub sooner: String,
    /// Whether the reader may decide.
    pub may_decide: bool,
    /// Whether the reader may end it.
    pub may_end: bool,
    /// Whether it still waits for a decision, so that ending it withdraws it.
    pub open: bool,
    /// Whether the reader may record that it is still needed.
    pub may_review: bool,
}

/// A device that an entry has an effect on.
#[derive(Debug, Clone)]
pub struct Device {
    /// The device.
    pub device: Crumb,
    /// The settings that apply it.
    pub settings: Vec<Setting>,
    /// The parts of it that the device cannot enforce.
    pub residue: Vec<String>,
}

impl View {
    /// Returns the colour of its state's tag.
    pub(crate) fn colour(&self) -> &'static str {
        colour(&self.state)
    }

    /// Returns a made-up entry, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let hours_ago = web_shell::clock::hours_ago;
        let event = |hours: i64, who: &str, what: &str| Event {
            at: hours_ago(hours),
            who: who.into(),
            what: what.into(),
        };
        Self {
            shell: Shell::sample(Area::Registers),
            href: "/entries/1".into(),
            reference: "P-101".into(),
            version: 1,
            register: Crumb::new("/registers/private-hubs", "Private hubs"),
            clause: Some(web_shell::links::clause_crumb("MDU-8.2")),
            state: "In force".into(),
            force: domain::samples::HOME,
            about: "iPhone NC-10442 <script>".into(),
            lines: vec![
                ("Name of the network".into(), "AMES-HUB".into()),
                ("Why".into(), "on call from home".into()),
                ("Conditions".into(), String::new()),
            ],
            does: "While it is in force it is added to the device's settings, and taken out again by itself."
                .into(),
            devices: vec![Device {
                device: Crumb::new("/devices/NC-10442", "iPhone NC-10442"),
                settings: vec![Setting {
                    title: "Connecting".into(),
                    clauses: vec![web_shell::links::clause_crumb("MDU-8.2")],
                    sent: Some(hours_ago(2)),
                    acknowledged: Some(hours_ago(2)),
                    in_force: None,
                    trouble: String::new(),
                }],
                residue: vec![
                    "The holder types the password, and anybody who knows it can imitate the network.".into(),
                ],
            }],
            timeline: vec![
                event(2, "Pat Hale", "Granted it: the hub is the officer's own"),
                event(5, "PC Ames (1234)", "Asked for it: on call from home"),
            ],
            errors: Errors::default(),
            why: String::new(),
            finding: String::new(),
            sooner: String::new(),
            may_decide: false,
            may_end: true,
            open: false,
            may_review: true,
        }
    }

    /// Returns an entry that waits for a decision, for the gallery and the tests.
    #[must_use]
    pub fn sample_asked() -> Self {
        Self {
            state: "Asked for".into(),
            devices: Vec::new(),
            may_decide: true,
            open: true,
            may_review: false,
            errors: [("why", "Enter a reason")].into_iter().collect(),
            ..Self::sample()
        }
    }
}

/// Writes a time for a line of the summary.
#[must_use]
pub fn at(time: Option<Timestamp>) -> String {
    time.map(web_shell::format::when).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_platform_cannot_hold_is_said() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("imitate the network") && html.contains("Not reported in force"), "{html}");
    }

    #[test]
    fn only_who_may_is_offered_a_decision() {
        assert!(View::sample_asked().render().unwrap().contains("/entries/1/decide"));
        assert!(!View::sample().render().unwrap().contains("/entries/1/decide"));
    }
}
