//! The list of people and documents with the state of each acceptance, for staff who may see people.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Choice;
use web_shell::parts::listing::{Allowed, Listing};
use web_shell::{csv, filters, format};

/// The filters and sort orders that the address of the list may contain.
pub const ALLOWED: Allowed =
    Allowed { path: "/terms/people", filters: &["document", "force", "state"], sorts: &["name"] };

/// The states that the list can be filtered by.
pub const STATES: [(&str, &str); 5] = [
    ("accepted", "Accepted"),
    ("asked", "Asked, not accepted"),
    ("overdue", "Overdue"),
    ("lapsed", "Devices restricted"),
    ("adjusted", "Asked for another way"),
];

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "people/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Filters and page.
    pub list: Listing,
    /// The documents that exist: id and title.
    pub titles: Vec<(String, String)>,
    /// The lines of this page.
    pub rows: Vec<Row>,
}

/// One person and document.
#[derive(Debug, Clone)]
pub struct Row {
    /// The person.
    pub person: Crumb,
    /// Their number.
    pub number: String,
    /// Their force.
    pub force: Force,
    /// The document.
    pub document: String,
    /// Whether everything that is asked is accepted.
    pub accepted: bool,
    /// Whether the missing clauses are only ones to be aware of.
    pub awareness: bool,
    /// When they last accepted anything of it.
    pub at: Option<Timestamp>,
    /// The time from which they are asked.
    pub asked: Option<Timestamp>,
    /// The time it ends.
    pub due: Option<Timestamp>,
    /// The time from which their devices are restricted.
    pub lapsed: Option<Timestamp>,
    /// The way of reading that they asked for.
    pub way: String,
}

impl Row {
    /// Describes the state of the acceptance.
    fn state(&self, now: &Timestamp) -> &'static str {
        match self {
            Self { accepted: true, .. } => "Accepted",
            Self { lapsed: Some(_), .. } => "Devices restricted",
            Self { due: Some(due), .. } if due <= now => "Overdue",
            Self { awareness: true, .. } => "To be read",
            _ => "Asked",
        }
    }
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, self.list.filter("force"))
    }

    fn documents(&self) -> Vec<Choice> {
        let titles = self.titles.iter().map(|(id, title)| (id.as_str(), title.as_str()));
        Choice::list(titles, self.list.filter("document"))
    }

    fn states(&self) -> Vec<Choice> {
        Choice::list(STATES, self.list.filter("state"))
    }

    /// Returns made-up people, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let (hours_ago, hours_ahead) = (web_shell::clock::hours_ago, web_shell::clock::hours_ahead);
        let asked = Row {
            person: Crumb::new("/people/88", "Sgt Byrd <script>"),
            number: "88".into(),
            force: domain::samples::HOME,
            document: "Mobile Device Use Policy".into(),
            accepted: false,
            awareness: false,
            at: Some(hours_ago(2402)),
            asked: Some(hours_ago(90)),
            due: Some(hours_ahead(240)),
            lapsed: None,
            way: "in large print".into(),
        };
        let lapsed = Row { due: Some(hours_ago(10)), lapsed: Some(hours_ago(9)), ..asked.clone() };
        let accepted = Row { accepted: true, asked: None, due: None, way: String::new(), ..asked.clone() };
        Self {
            shell: Shell::sample(Area::People),
            list: Listing::read(ALLOWED, &[("state", "asked")]).with_rows(3, None),
            titles: vec![("mobile-device-use".into(), "Mobile Device Use Policy".into())],
            rows: vec![asked, lapsed, accepted],
        }
    }
}

/// Exports the lines as CSV, with the columns of the page.
#[must_use]
pub fn export(shell: &Shell, rows: &[Row], now: Timestamp) -> String {
    let mut table = csv::Table::new(&[
        "Number",
        "Name",
        "Force",
        "Document",
        "State",
        "Last accepted",
        "Asked",
        "Due",
        "Another way",
    ]);
    let time = |at: Option<Timestamp>| at.map(format::when).unwrap_or_default();
    for row in rows {
        table.row(&[
            &row.number,
            &row.person.text,
            shell.title_of(&row.force),
            &row.document,
            row.state(&now),
            &time(row.at),
            &time(row.asked),
            &time(row.due),
            &row.way,
        ]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_export_says_how_each_stands() {
        let view = View::sample();
        let text = export(&view.shell, &view.rows, view.shell.now);
        assert!(
            text.contains(",Asked,") && text.contains(",Devices restricted,") && text.contains(",Accepted,")
        );
    }
}
