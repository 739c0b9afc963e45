//! One case, for staff who may read cases: the next step and its time limit, what has been done, a line to paste into the
//! command-and-control log.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::filters;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Errors;
use web_shell::parts::timeline::Event;

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "show/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The case's own address; its forms post to addresses below it.
    pub href: String,
    /// Its number.
    pub reference: String,
    /// Its reference, to be read over the radio: it has a check character.
    pub said: String,
    /// Its type, in words.
    pub kind: String,
    /// Its state, such as `Open` or `Closed`.
    pub state: String,
    /// The force that it belongs to.
    pub force: Force,
    /// What it is about, in words.
    pub title: String,
    /// The clause that it is about.
    pub clause: Option<Crumb>,
    /// When it was opened.
    pub opened: Timestamp,
    /// The device that it is about.
    pub device: Option<Crumb>,
    /// The person it is about.
    pub holder: Option<Crumb>,
    /// The form that belongs to it.
    pub form: Option<Crumb>,
    /// The loss that it is about.
    pub loss: Option<Crumb>,
    /// The time limit, if one is running: its purpose, start and end.
    pub clock: Option<Clock>,
    /// One line for the command-and-control log.
    pub log_line: String,
    /// The steps that its clause asks for, in order.
    pub steps: Vec<Step>,
    /// Whether it is closed: what was not done by then is not done any more.
    pub closed: bool,
    /// The person who has taken the case, in words.
    pub owner: String,
    /// The page on which more is done about a case of its type.
    pub more: Option<Crumb>,
    /// Whether this person may take it.
    pub may_take: bool,
    /// The address of the form that calls somebody out for it; empty for people who may not.
    pub call: String,
    /// Whether only receipts close it.
    pub by_receipt: bool,
    /// What has happened, newest first.
    pub timeline: Vec<Event>,
    /// The files that are attached to it.
    pub files: Vec<File>,
    /// Whether each file is read for a reason.
    pub with_reason: bool,
    /// Whether the content is left out, because reading it needs a reason.
    pub sealed: bool,
    /// Whether this person may give a reason and read it.
    pub may_open: bool,
    /// The reason that was typed.
    pub reason: String,
    /// The errors in the note that was typed.
    pub errors: Errors,
    /// The note that was typed.
    pub note: String,
    /// The reason to close it that was typed.
    pub why: String,
    /// Whether it is open and this person may work on it.
    pub workable: bool,
}

/// A time limit that is running.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Its purpose, such as `Report to the ICO, if one is owed`.
    pub what: String,
    /// When it began, and why then.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
}

/// One step of the procedure.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is to be done.
    pub title: String,
    /// The person or role that does it, in words.
    pub who: String,
    /// The clause that asks for it, if one does.
    pub clause: Option<Crumb>,
    /// When it is due; `None` for no limit.
    pub due: Option<Timestamp>,
    /// How the step ended; `None` while it is open.
    pub done: Option<StepDone>,
    /// The address of its form; empty for people who may not do it, and once it is done.
    pub href: String,
    /// What proves that it was done, in words.
    pub proof: String,
}

/// One attached file.
#[derive(Debug, Clone)]
pub struct File {
    /// The address of the bytes received.
    pub href: String,
    /// The name that its sender gave it; empty once it is erased.
    pub name: String,
    /// What it is, and how large.
    pub about: String,
    /// SHA-256 of the bytes received.
    pub digest: String,
    /// Who added it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether a copy without metadata can be shown.
    pub is_shown: bool,
    /// Whether its content was erased.
    pub erased: bool,
}

/// How a step ended.
#[derive(Debug, Clone)]
pub struct StepDone {
    /// Its outcome, such as `Done`, `Missing`, `Not needed`.
    pub word: String,
    /// The time it was recorded.
    pub at: Timestamp,
    /// The person who recorded it.
    pub by: String,
    /// The proof: words, or a link to the record.
    pub proof: Crumb,
}

impl Clock {
    fn left(&self, now: &Timestamp) -> String {
        web_shell::format::left(self.until, *now)
    }
}

impl Step {
    /// Returns whether the step was done after its time limit.
    fn was_late(&self) -> bool {
        self.done.as_ref().zip(self.due).is_some_and(|(done, due)| done.at > due)
    }

    fn late(&self, now: &Timestamp) -> bool {
        self.done.is_none() && self.due.is_some_and(|due| due < *now)
    }
}

impl View {
    /// Returns a case whose content is sealed, for the gallery and the tests.
    #[must_use]
    pub fn sample_sealed() -> Self {
        Self { sealed: true, may_open: true, timeline: Vec::new(), ..Self::sample() }
    }

    /// Returns a lost phone's case, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let hours_ago = web_shell::clock::hours_ago;
        let event =
            |hours, who: &str, what: &str| Event { at: hours_ago(hours), who: who.into(), what: what.into() };
        Self {
            shell: Shell::sample(Area::Cases),
            href: "/cases/C-2026-0117".into(),
            reference: "C-2026-0117".into(),
            said: "333-4KMX".into(),
            kind: "Lost or stolen device".into(),
            state: "Open".into(),
            force: domain::samples::HOME,
            title: "iPhone NC-10442 left on a train".into(),
            clause: Some(web_shell::links::clause_crumb("MDU-4.1")),
            opened: hours_ago(1),
            device: Some(Crumb::new("/devices/NC-10442", "NC-10442, iPhone 15")),
            holder: Some(Crumb::new("/people/1234", "PC 1234 Ames <script>")),
            form: Some(Crumb::new("/incidents/1", "The security incident form")),
            loss: Some(Crumb::new("/losses/1", "Loss 4KM-7TRH")),
            clock: Some(Clock {
                what: "Report to the ICO, if one is owed".into(),
                from: hours_ago(1),
                until: web_shell::clock::hours_ahead(71),
            }),
            log_line:
                "C-2026-0117 lost iPhone NC-10442 (PC 1234 Ames). Reported 02:00, lost mode confirmed 02:01."
                    .into(),
            steps: steps(),
            closed: false,
            owner: "Service Desk".into(),
            more: Some(Crumb::new("/losses", "Losses")),
            may_take: true,
            call: "/cases/1/call".into(),
            by_receipt: false,
            timeline: vec![
                event(1, "Lanyard", "NC-10442 reported that lost mode is on"),
                event(1, "Insp Grey", "Ordered lost mode: left on a train"),
                event(1, "PC 1234 Ames", "Reported it from a colleague's phone"),
            ],
            errors: Errors::default(),
            note: String::new(),
            files: vec![File {
                href: "/cases/1/files/1".into(),
                name: "the whiteboard <script>.jpg".into(),
                about: "JPEG picture, 412 kB".into(),
                digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
                by: "Morgan Ash <script>".into(),
                at: hours_ago(1),
                is_shown: true,
                erased: false,
            }],
            with_reason: false,
            sealed: false,
            may_open: false,
            reason: String::new(),
            why: String::new(),
            workable: true,
        }
    }
}

fn steps() -> Vec<Step> {
    let step = |title: &str, clause: &str, due, done: Option<StepDone>| Step {
        title: title.into(),
        who: "Service Desk".into(),
        clause: Some(web_shell::links::clause_crumb(clause)),
        due,
        href: if done.is_some() { String::new() } else { "/cases/C-2026-0117/steps/1".into() },
        done,
        proof: "A note".into(),
    };
    let hours_ago = web_shell::clock::hours_ago;
    let contained = StepDone {
        word: "Done".into(),
        at: hours_ago(1),
        by: "Insp Grey".into(),
        proof: Crumb::new("", "Lost mode is on <script>"),
    };
    vec![
        step("Lock the device", "MDU-4.1", None, Some(contained)),
        step("Receive the security incident form", "MDU-4.3", Some(web_shell::clock::hours_ahead(23)), None),
        step("Record whether likely places were searched", "MDU-4.2", Some(hours_ago(1)), None),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_names_the_clause_that_asks_for_it() {
        let html = View::sample().render().unwrap();
        for clause in ["MDU-4.1", "MDU-4.2", "MDU-4.3"] {
            assert!(html.contains(&format!(">{clause}</a>")), "{clause}");
        }
    }

    #[test]
    fn a_clock_is_read_in_hours() {
        let now = web_shell::clock::now();
        for (hours, text) in [(71, "71 hours"), (1, "1 hour"), (200, "8 days"), (0, "less than a minute")] {
            let clock = Clock { what: String::new(), from: now, until: web_shell::clock::hours_ahead(hours) };
            assert_eq!(clock.left(&now), text);
        }
    }

    #[test]
    fn a_closed_case_takes_no_notes() {
        let closed = View { workable: false, ..View::sample() };
        assert!(!closed.render().unwrap().contains("id=\"note\""));
    }

    #[test]
    fn a_step_of_a_closed_case_is_not_to_do() {
        assert!(View::sample().render().unwrap().contains("To do"));
        let closed = View { workable: false, closed: true, ..View::sample() }.render().unwrap();
        assert!(!closed.contains("To do") && !closed.contains("Late</strong>"), "{closed}");
        assert_eq!(closed.matches("Not done, closed").count(), 2, "{closed}");
    }
}
