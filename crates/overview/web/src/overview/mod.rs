//! The first page, for everybody who may read the policy: how well the rules are met, the devices that need attention, the
//! documents whose review is overdue.
//!
//! Everything on it is a count or a short list with a link; the lists themselves are on their own pages.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::filters;
use web_shell::frame::{Area, Shell};
use web_shell::parts::chart::Bar;
use web_shell::parts::registers::{Mention, Risk};
use web_shell::parts::standing::Line;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "overview/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The faults of the service itself, each with what to do.
    pub troubles: Vec<String>,
    /// Clauses per document, by how they stand.
    pub documents: Vec<Bar>,
    /// Clauses of all documents by how they stand, a line each.
    pub standing: Vec<Line>,
    /// Devices under management.
    pub devices_enrolled: u64,
    /// Devices in the register.
    pub devices_registered: u64,
    /// Devices with a clause that is not met.
    pub devices_attention: u64,
    /// Enrolled devices that have been silent for longer than a report remains valid.
    pub devices_silent: u64,
    /// Enrolled devices that sign their messages with SHA-1.
    pub devices_sha1: u64,
    /// The worst of the devices that need attention, worst first.
    pub attention: Vec<AttentionRow>,
    /// Cases that are open.
    pub cases_open: u64,
    /// Cases past their time limit.
    pub cases_late: u64,
    /// Documents past their review date, or without one.
    pub reviews: Vec<ReviewRow>,
    /// Cases of leavers and movers in which something is overdue.
    pub returns_late: u64,
    /// People who hold a device without having accepted the current terms.
    pub people_without_acceptance: u64,
    /// Entries of registers that lapse soon, the earliest end first.
    pub lapsing: Vec<Mention>,
    /// Losses that nobody has answered in time.
    pub losses_unanswered: u64,
    /// New losses that nobody has answered yet: people are being called.
    pub losses_calling: u64,
    /// Clocks of telling the regulator that ended undecided, and those that run.
    pub clocks: (u64, u64),
    /// Alarms that nobody has dealt with, the newest few.
    pub alarms: Vec<notices_web::alarms::Row>,
    /// The number of alarms that nobody has dealt with.
    pub alarms_open: u64,
    /// What is said of a weaker policy that waits; empty where none does, and for readers who do not decide on it.
    pub policy_waits: String,
    /// The warnings to forces with too few administrators, a sentence each.
    pub few_administrators: Vec<String>,
    /// Held and waiting orders; `None` where the reader may not see them.
    pub held: Option<Held>,
    /// The last ledger entries, newest first.
    pub recent: Vec<RecentRow>,
    /// The reason why the ledger is not signed; empty while it is signed, and for readers who may not see the ledger.
    pub ledger_stopped: String,
    /// The state of the copies of checkpoints, a sentence each; empty for readers who may not see the ledger.
    pub ledger_copies: Vec<CopyRow>,
}

/// The state of one copy of the checkpoints.
#[derive(Debug, Clone)]
pub struct CopyRow {
    /// The state in a sentence.
    pub says: String,
    /// Whether somebody has to deal with it.
    pub bad: bool,
}

/// Orders that are held beyond a cap, or wait for a second person.
#[derive(Debug, Clone)]
pub struct Held {
    /// Bursts that are held.
    pub bursts: u64,
    /// Orders that wait for a second person to agree.
    pub asked: u64,
    /// Forces whose destructive orders are frozen.
    pub frozen: Vec<String>,
}

/// A device that needs attention.
#[derive(Debug, Clone)]
pub struct AttentionRow {
    /// The address of its page.
    pub href: String,
    /// The asset number and model.
    pub device: String,
    /// The holder; empty if there is none.
    pub holder: String,
    /// The reasons why it is listed, in words, worst first.
    pub why: String,
    /// The time from which it holds, where a finding says.
    pub since: Option<Timestamp>,
    /// The person who carries the risk.
    pub risk: Option<Risk>,
}

/// A document whose review is overdue or undated.
#[derive(Debug, Clone)]
pub struct ReviewRow {
    /// The address of its page.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Its status, such as `In force, review overdue by 2,262 days`.
    pub status: String,
    /// The owner.
    pub owner: String,
}

/// A ledger entry in one line.
#[derive(Debug, Clone)]
pub struct RecentRow {
    /// The time of the entry.
    pub at: Timestamp,
    /// The entry in words.
    pub what: String,
    /// The address of its subject, or of the ledger.
    pub href: String,
}

const SAMPLE_TROUBLE: &str = "the clock is 400 days ahead of the time that has passed: nothing is deleted and no job is run; set \
                              the clock of this machine right";

impl CopyRow {
    fn samples() -> Vec<Self> {
        let fine = "/srv/ledger-copies: 1,042 entries, copied 22 November 2026, 3:00am";
        let fails = "https://witness.example/in: nothing copied yet; fails since 22 November 2026, 1:00am: it answered 503 <script>";
        vec![Self { says: fine.into(), bad: false }, Self { says: fails.into(), bad: true }]
    }
}

impl RecentRow {
    fn sample(at: Timestamp, what: &str, href: &str) -> Self {
        Self { at, what: what.into(), href: href.into() }
    }
}

impl View {
    /// Returns how many clauses stand so.
    fn stand(&self, kind: &str) -> u64 {
        self.standing.iter().filter(|line| line.kind == kind).map(|line| line.count).sum()
    }

    /// Returns a made-up overview, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let hours = web_shell::clock::hours_ago;
        Self {
            shell: Shell::sample_top(Area::Overview),
            troubles: vec![SAMPLE_TROUBLE.into()],
            documents: Bar::samples(),
            standing: Line::samples(),
            devices_enrolled: 28,
            devices_registered: 34,
            devices_attention: 5,
            devices_silent: 2,
            devices_sha1: 4,
            attention: vec![
                AttentionRow {
                    href: "/devices/1".into(),
                    device: "NC-10442, iPhone 15".into(),
                    holder: "PC 1234 Ames <script>".into(),
                    why: "Reported lost; lost mode not yet confirmed".into(),
                    since: Some(hours(1)),
                    risk: None,
                },
                AttentionRow {
                    href: "/devices/2".into(),
                    device: "SC-20017, MacBook Air".into(),
                    holder: String::new(),
                    why: "No report for 9 days; 6 clauses not known".into(),
                    since: None,
                    risk: Some(Risk::sample()),
                },
            ],
            cases_open: 7,
            cases_late: 2,
            reviews: vec![ReviewRow {
                href: "/documents/mobile-device-use".into(),
                title: "Mobile Device Use Policy".into(),
                status: "In force, review overdue by 2,262 days".into(),
                owner: "Director of ICT".into(),
            }],
            returns_late: 1,
            people_without_acceptance: 3,
            lapsing: vec![Mention::sample()],
            losses_unanswered: 1,
            losses_calling: 2,
            clocks: (1, 2),
            alarms: vec![notices_web::alarms::Row::sample()],
            alarms_open: 3,
            policy_waits: "A weaker policy waits for a second person: Sam Ash <script> asked for it.".into(),
            few_administrators: vec!["Northshire has one administrator who has signed in <script>.".into()],
            held: Some(Held { bursts: 1, asked: 2, frozen: vec!["Northshire Police".into()] }),
            recent: vec![
                RecentRow::sample(hours(0), "Lost mode asked for NC-10442", "/ledger?device=F4GXQ2ABCD"),
                RecentRow::sample(hours(2), "Check-in from SC-20031", "/ledger"),
            ],
            ledger_stopped:
                "The last checkpoint that this node remembers covers 1042 entries; the ledger has 1000."
                    .into(),
            ledger_copies: CopyRow::samples(),
        }
    }

    /// Returns the overview on the first day: nothing registered, nothing judged, for the gallery and the tests.
    #[must_use]
    pub fn sample_empty() -> Self {
        Self {
            troubles: Vec::new(),
            documents: Vec::new(),
            standing: Vec::new(),
            devices_enrolled: 0,
            devices_registered: 0,
            devices_attention: 0,
            devices_silent: 0,
            devices_sha1: 0,
            attention: Vec::new(),
            cases_open: 0,
            cases_late: 0,
            reviews: Vec::new(),
            returns_late: 0,
            people_without_acceptance: 0,
            lapsing: Vec::new(),
            losses_unanswered: 0,
            losses_calling: 0,
            clocks: (0, 0),
            alarms: Vec::new(),
            alarms_open: 0,
            policy_waits: String::new(),
            few_administrators: Vec::new(),
            held: None,
            recent: Vec::new(),
            ledger_stopped: String::new(),
            ledger_copies: vec![CopyRow {
                says: "Checkpoints have not left this machine: its owner could write a new history. Name a place for copies in the \
                       settings file, under [ledger]."
                    .into(),
                bad: true,
            }],
            ..Self::sample()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_overview_never_reads_as_good() {
        let html = View::sample_empty().render().unwrap();
        assert!(html.contains("Nothing has been judged yet") && !html.contains("lan-card--good"), "{html}");
    }

    #[test]
    fn where_the_rules_stand_is_said_in_words_and_never_as_so_many_met_of_so_many() {
        let html = View::sample().render().unwrap();
        for words in ["Hold", "Fail", "Not known", "Can only be agreed", "On record", "Nothing to keep"] {
            assert!(html.contains(words), "{words}");
        }
        assert!(html.contains("9 because some device has not reported"), "the reasons are there");
        assert!(!html.contains(" met of "), "{html}");
    }
}
