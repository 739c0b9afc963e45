//! The list of events: what is to come, what is late, and for an auditor every leaver with the proof.

pub(crate) mod handler;

pub use handler::shown_day;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Choice;
use web_shell::parts::listing::{Allowed, Listing};
use web_shell::{csv, filters, format};

/// What the address of the list may say.
pub const ALLOWED: Allowed =
    Allowed { path: "/events", filters: &["q", "force", "kind", "state", "clause"], sorts: &["day"] };

/// What the page shows.
#[derive(Debug, Clone, Template)]
#[template(path = "events/page.html")]
pub struct View {
    /// The frame.
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
    /// Its page.
    pub href: String,
    /// What kind it is, in words.
    pub title: String,
    /// Whose, with their page.
    pub person: Crumb,
    /// Collar or staff number.
    pub number: String,
    /// Their force.
    pub force: Force,
    /// Its day, in words and for a machine.
    pub day: (String, String),
    /// The clause under which it asks for something.
    pub clause: String,
    /// By when what it asks for is due; `None` if it asks for nothing.
    pub due: Option<Timestamp>,
    /// Where what it asks for stands.
    pub state: State,
    /// Its case, for who may see it; only its reference for others.
    pub case: Option<Crumb>,
    /// When its case was closed.
    pub closed: Option<Timestamp>,
    /// What shows that things were handed over.
    pub receipts: Vec<String>,
}

/// Where what an event asks for stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It asks for nothing.
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
    /// The word on its tag.
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

    /// The colour of its tag.
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
        web_shell::parts::choices::forces(self.list.filter("force"))
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

    /// Made-up events, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |name: &str, title: &str, state, receipts: &[&str]| Row {
            href: "/events/1".into(),
            title: title.into(),
            person: Crumb::new("/people/1234", name),
            number: "1234".into(),
            force: Force::Norfolk,
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

/// The rows as CSV: what an auditor samples.
#[must_use]
pub fn export(rows: &[Row]) -> String {
    let mut table = csv::Table::new(&[
        "Number", "Name", "Force", "Event", "Day", "Clause", "Due", "State", "Case", "Closed", "Receipts",
    ]);
    for row in rows {
        let when = |at: Option<Timestamp>| at.map(format::when).unwrap_or_default();
        table.row(&[
            row.number.as_str(),
            &row.person.text,
            row.force.title(),
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
        let text = export(&View::sample().rows);
        assert!(
            text.contains("1234,Sgt Byrd,Norfolk Constabulary,Secondment,2026-11-30,MDU-16.2,"),
            "{text}"
        );
        assert!(text.contains("Done in time,C-1001,,done iPhone: hand-over:1\r\n"), "{text}");
    }
}
