//! The list of events in people's working lives, for staff who may see people: upcoming and overdue events, and every leaver with
//! the proof.

pub(crate) mod handler;

pub use handler::shown_day;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Choice;
use web_shell::parts::listing::{Allowed, Listing};
use web_shell::{csv, filters, format};

/// The filters and sort orders that the address of the list may contain.
pub const ALLOWED: Allowed =
    Allowed { path: "/events", filters: &["q", "force", "kind", "state", "clause"], sorts: &["day"] };

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "events/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Filters and page.
    pub list: Listing,
    /// The kinds of event: word and title.
    pub kinds: Vec<(String, String)>,
    /// The events of this page.
    pub rows: Vec<Row>,
}

/// One event.
#[derive(Debug, Clone)]
pub struct Row {
    /// The address of its page.
    pub href: String,
    /// Its kind, in words.
    pub title: String,
    /// The person it is about, with a link to their page.
    pub person: Crumb,
    /// Collar or staff number.
    pub number: String,
    /// Their force.
    pub force: Force,
    /// Its day, in words and for a machine.
    pub day: (String, String),
    /// The clause under which it requires something.
    pub clause: String,
    /// The time by which its requirement is due; `None` if it requires nothing.
    pub due: Option<Timestamp>,
    /// The state of its requirement.
    pub state: State,
    /// Its case, for readers who may see it; only its reference for others.
    pub case: Option<Crumb>,
    /// When its case was closed.
    pub closed: Option<Timestamp>,
    /// The receipts that prove that things were handed over.
    pub receipts: Vec<String>,
}

/// The state of an event's requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The event requires nothing.
    Nothing,
    /// Not yet due.
    Waiting,
    /// Overdue.
    Late,
    /// Done by its day.
    InTime,
    /// Done after its day.
    DoneLate,
    /// The event was called off.
    CalledOff,
}

impl State {
    /// Returns the word on the state's tag.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Nothing => "Nothing asked",
            Self::Waiting => "Waiting",
            Self::Late => "Late",
            Self::InTime => "Done in time",
            Self::DoneLate => "Done late",
            Self::CalledOff => "Called off",
        }
    }

    /// Returns the colour of the state's tag.
    #[must_use]
    pub const fn colour(self) -> &'static str {
        match self {
            Self::Nothing | Self::CalledOff => "grey",
            Self::Waiting => "blue",
            Self::Late => "red",
            Self::InTime => "green",
            Self::DoneLate => "yellow",
        }
    }
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, self.list.filter("force"))
    }

    fn states(&self) -> Vec<Choice> {
        let states =
            [("upcoming", "To come"), ("past", "Past"), ("late", "Late"), ("called-off", "Called off")];
        Choice::list(states, self.list.filter("state"))
    }

    fn kind_choices(&self) -> Vec<Choice> {
        let kinds = self.kinds.iter().map(|(word, title)| (word.as_str(), title.as_str()));
        Choice::list(kinds, self.list.filter("kind"))
    }

    /// Returns made-up events, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |name: &str, title: &str, state, receipts: &[&str]| Row {
            href: "/events/1".into(),
            title: title.into(),
            person: Crumb::new("/people/1234", name),
            number: "1234".into(),
            force: domain::samples::HOME,
            day: ("30 November 2026".into(), "2026-11-30".into()),
            clause: "MDU-16.2".into(),
            due: Some(web_shell::clock::hours_ahead(130)),
            state,
            case: Some(Crumb::new("/cases/C-1", "C-1001")),
            closed: None,
            receipts: receipts.iter().map(|text| (*text).to_owned()).collect(),
        };
        Self {
            shell: Shell::sample_top(Area::People),
            list: Listing::read(ALLOWED, &[("state", "upcoming")]).with_rows(3, None),
            kinds: vec![("leaver".into(), "Leaves".into())],
            rows: vec![
                row("PC Ames <script>", "Leaves", State::Late, &[]),
                row("Dana Ellis", "Absence", State::Waiting, &[]),
                row("Sgt Byrd", "Secondment", State::InTime, &["done iPhone: hand-over:1"]),
            ],
        }
    }
}

/// Exports the rows as CSV, from which an auditor samples.
#[must_use]
pub fn export(shell: &Shell, rows: &[Row]) -> String {
    let mut table = csv::Table::new(&[
        "Number", "Name", "Force", "Event", "Day", "Clause", "Due", "State", "Case", "Closed", "Receipts",
    ]);
    for row in rows {
        let when = |at: Option<Timestamp>| at.map(format::when).unwrap_or_default();
        table.row(&[
            row.number.as_str(),
            &row.person.text,
            shell.title_of(&row.force),
            &row.title,
            &row.day.1,
            &row.clause,
            &when(row.due),
            row.state.title(),
            row.case.as_ref().map_or("", |case| case.text.as_str()),
            &when(row.closed),
            &row.receipts.join("; "),
        ]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_gets_each_leaver_with_the_case_and_the_receipt() {
        let text = export(&View::sample().shell, &View::sample().rows);
        assert!(text.contains("1234,Sgt Byrd,Northshire Police,Secondment,2026-11-30,MDU-16.2,"), "{text}");
        assert!(text.contains("Done in time,C-1001,,done iPhone: hand-over:1\r\n"), "{text}");
    }
}
