//! The changes from one version of the policy to another, or to the policy folder before it comes into force, for everybody who
//! may read the policy: devices that would newly fail, people who must accept again, clauses, settings, and permissions.

pub(crate) mod handler;
pub mod waiting;

use askama::Template;
use compliance_app::policy::Change;
use domain::Platform;

use self::waiting::Waiting;
use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "changes/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The versions to choose the older side from.
    pub from: Vec<Choice>,
    /// The versions to choose the newer side from.
    pub to: Vec<Choice>,
    /// Whether there are two versions to compare.
    pub compared: bool,
    /// Whether the newer side is the policy folder, which is not in force.
    pub draft: bool,
    /// Whether the newer side is the version that waits for two people.
    pub draft_waits: bool,
    /// The weaker version that waits for two people.
    pub waiting: Option<Waiting>,
    /// The errors in what was typed about it.
    pub errors: Errors,
    /// The reason that was typed.
    pub reason: String,
    /// The reason for withdrawing that was typed.
    pub why: String,
    /// The reason why the policy folder cannot be compared; empty where it can.
    pub broken: String,
    /// The devices that would newly fail; `None` for readers who may not see devices.
    pub fall_out: Option<FallOut>,
    /// Every change with its direction, what weakens the policy first: direction, sort of thing, what changes.
    pub directions: Vec<(String, &'static str, String)>,
    /// The other differences, each under its heading.
    pub others: Vec<Group>,
    /// The clauses that differ.
    pub clauses: Vec<Clause>,
    /// The settings that differ, per platform.
    pub settings: Vec<Setting>,
    /// The people who must accept again, by document.
    pub accept_again: Vec<AcceptAgain>,
}

/// Devices that would newly fail.
#[derive(Debug, Clone)]
pub struct FallOut {
    /// The number of devices judged by both versions.
    pub judged: u64,
    /// Whether these are all of them.
    pub all: bool,
    /// The clauses.
    pub rows: Vec<FallsOut>,
}

/// A clause that devices would newly fail.
#[derive(Debug, Clone)]
pub struct FallsOut {
    /// The clause.
    pub clause: Crumb,
    /// Its title.
    pub title: String,
    /// Number of devices that would not meet it.
    pub not_met: u64,
    /// Number of devices for which it would no longer be known.
    pub not_known: u64,
    /// Whether its settings change too, so that devices may meet it again by themselves.
    pub settings: bool,
    /// Some of the devices that would not meet it.
    pub devices: Vec<Crumb>,
}

impl FallsOut {
    /// Returns how many devices are not named.
    fn more(&self) -> u64 {
        self.not_met.saturating_sub(u64::try_from(self.devices.len()).unwrap_or_default())
    }
}

/// Further differences under one heading.
#[derive(Debug, Clone)]
pub struct Group {
    /// The heading.
    pub title: &'static str,
    /// What the first column holds.
    pub of: &'static str,
    /// What differs: its name, before, after.
    pub rows: Vec<(String, String, String)>,
}

/// A document that people must accept again.
#[derive(Debug, Clone)]
pub struct AcceptAgain {
    /// The document, with a link to the list of people and their acceptances.
    pub document: Crumb,
    /// The clauses that are the reason, in a line.
    pub clauses: String,
    /// The people: each force with the number of people who have accepted the document.
    pub people: Vec<(String, u64)>,
}

/// How a clause differs.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The clause.
    pub clause: Crumb,
    /// Added, removed, or the part of it that changed.
    pub what: String,
    /// The kind of change.
    pub change: Change,
    /// Its text before, where it differs.
    pub before: String,
    /// Its text after.
    pub after: String,
}

/// A setting that differs.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The platform it is for.
    pub platform: Platform,
    /// Its meaning, in words.
    pub means: String,
    /// The vendor-neutral key.
    pub key: String,
    /// The value now; empty if not set.
    pub before: String,
    /// The value then; empty if no longer set.
    pub after: String,
    /// The number of devices that it would be sent to.
    pub devices: u64,
}

impl View {
    /// Returns how many people must accept again. Of several documents the one with most people counts, since people who accepted
    /// one have mostly accepted the others.
    fn people(&self) -> u64 {
        let sums = self.accept_again.iter().map(|row| row.people.iter().map(|(_, count)| count).sum());
        sums.max().unwrap_or_default()
    }

    /// Returns a version that asks for twelve characters, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let clause = || web_shell::links::clause_crumb("MDU-6.2a");
        Self {
            shell: Shell::sample(Area::Documents),
            from: Choice::list([("a", "3f6c1b0d, since 12 September 2026 <script>")], "a"),
            to: Choice::list([("b", "91b2c3d4, since 21 November 2026, in force")], "b"),
            compared: true,
            draft: true,
            draft_waits: false,
            waiting: Some(Waiting::sample()),
            errors: Errors::default(),
            reason: String::new(),
            why: String::new(),
            broken: String::new(),
            fall_out: Some(FallOut {
                judged: 80,
                all: true,
                rows: vec![FallsOut {
                    clause: clause(),
                    title: "Four kinds of character, nine or more".into(),
                    not_met: 18,
                    not_known: 2,
                    settings: true,
                    devices: vec![Crumb::new("/devices/NC-10460", "C02NC10460")],
                }],
            }),
            directions: vec![(
                "Stronger".into(),
                "Settings on devices",
                "passcode.min_length: 9 -> 12".into(),
            )],
            others: sample_others(),
            clauses: vec![Clause {
                clause: clause(),
                what: "Text and value".into(),
                change: Change::Changed,
                before: "At least nine characters.".into(),
                after: "At least twelve characters.".into(),
            }],
            settings: vec![Setting {
                platform: Platform::Ios,
                means: "The least number of characters".into(),
                key: "passcode.min_length".into(),
                before: "9".into(),
                after: "12".into(),
                devices: 18,
            }],
            accept_again: vec![AcceptAgain {
                document: Crumb::new("/documents/mobile-device-use", "Mobile Device Use Policy"),
                clauses: "MDU-6.2a".into(),
                people: vec![("Northshire Police".into(), 140), ("Southshire Police".into(), 72)],
            }],
        }
    }
}

fn sample_others() -> Vec<Group> {
    vec![
        Group {
            title: "Parameters",
            of: "Parameter",
            rows: vec![("unused after".into(), "14d".into(), "7d".into())],
        },
        Group {
            title: "Who may do what",
            of: "Role and action",
            rows: vec![("Auditor: see devices".into(), "all".into(), "nothing".into())],
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_without_fall_out_says_so_and_a_reader_without_devices_is_told() {
        let none = FallOut { judged: 80, all: true, rows: Vec::new() };
        let html = View { fall_out: Some(none), ..View::sample() }.render().unwrap();
        assert!(html.contains("No device of the 80"), "{html}");
        let html = View { fall_out: None, ..View::sample() }.render().unwrap();
        assert!(html.contains("may not see devices"), "{html}");
    }

    #[test]
    fn a_clause_that_is_kept_otherwise_is_neither_new_nor_gone() {
        let mut view = View::sample();
        for clause in &mut view.clauses {
            (clause.before, clause.after) = (String::new(), String::new());
        }
        let html = view.render().unwrap();
        assert!(html.contains("The words stay") && !html.contains(">New<"), "{html}");
    }

    #[test]
    fn a_broken_folder_is_told_with_its_problems() {
        let broken = "checks/lock.toml:3: no fact <script>".to_owned();
        let html = View { broken, ..View::sample() }.render().unwrap();
        assert!(html.contains("checks/lock.toml:3: no fact &#60;script&#62;"), "{html}");
    }

    #[test]
    fn a_weaker_policy_that_waits_says_what_it_weakens_and_who_decides() {
        let html = View::sample().render().unwrap();
        for words in
            ["waiting for a second person", "was 9 and would be 6", "Confirm it", "Southshire Police"]
        {
            assert!(html.contains(words), "{words}: {html}");
        }
        let nobody = Waiting { asked: None, may_ask: true, may_confirm: false, ..Waiting::sample() };
        let html = View { waiting: Some(nobody), ..View::sample() }.render().unwrap();
        assert!(html.contains("Ask for it") && !html.contains("Confirm it"), "{html}");
        assert!(View::sample().render().unwrap().contains("Confirm it for Southshire Police"));
        let html = View { draft: false, draft_waits: true, ..View::sample() }.render().unwrap();
        assert!(html.contains("The newer side is the policy that waits"), "{html}");
        assert!(!html.contains("Starting the service again"), "{html}");
        let html = View { waiting: None, ..View::sample() }.render().unwrap();
        assert!(!html.contains("second person"), "{html}");
    }

    #[test]
    fn the_figures_come_before_the_lists() {
        let html = View::sample().render().unwrap();
        let figures = html.find("must accept again").unwrap();
        assert!(figures < html.find(">Settings</h2>").unwrap(), "{html}");
    }
}
