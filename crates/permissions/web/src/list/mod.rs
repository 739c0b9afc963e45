//! The entries of all registers, or of one, for everybody who may read the registers: filters, pages, and the same list as CSV.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use crate::colour;
use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Choice;
use web_shell::parts::listing::{Allowed, Listing};
use web_shell::{csv, filters, format};

/// The filters and sort orders that the address of the list may contain.
pub const ALLOWED: Allowed =
    Allowed { path: "/registers/entries", filters: &["q", "register", "state", "force"], sorts: &["asked"] };

const STATES: [(&str, &str); 8] = [
    ("open", "Waiting for a decision"),
    ("late", "Not decided in time"),
    ("in-force", "In force"),
    ("lapsing", "Lapsing soon"),
    ("refused", "Refused"),
    ("withdrawn", "Taken back or ended early"),
    ("lapsed", "Lapsed"),
    ("granted", "Granted"),
];

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "list/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Filters, sorting and page.
    pub list: Listing,
    /// The registers: id and title.
    pub registers: Vec<(String, String)>,
    /// The entries of this page.
    pub rows: Vec<Row>,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its reference, with a link to its page.
    pub entry: Crumb,
    /// Its register's title.
    pub register: String,
    /// The clause that it is under.
    pub clause: Option<Crumb>,
    /// The person and the purpose.
    pub about: String,
    /// The reason that was given for the request.
    pub because: String,
    /// The force that it belongs to.
    pub force: Force,
    /// Its progress, in words.
    pub state: String,
    /// The time of the request.
    pub asked: Timestamp,
    /// The person who asked.
    pub by: String,
    /// The person who decided.
    pub decided: String,
    /// The end of the time it is granted for.
    pub until: Option<Timestamp>,
}

impl Row {
    /// Returns the colour of its state's tag.
    pub(crate) fn colour(&self) -> &'static str {
        colour(&self.state)
    }

    /// Returns a made-up entry, for the gallery and the tests.
    pub(crate) fn sample() -> Self {
        Self {
            entry: Crumb::new("/entries/1", "P-101"),
            register: "Private hubs".into(),
            clause: Some(web_shell::links::clause_crumb("MDU-8.2")),
            about: "iPhone NC-10442 <script>".into(),
            because: "on call from home".into(),
            force: domain::samples::HOME,
            state: "In force".into(),
            asked: web_shell::clock::hours_ago(48),
            by: "PC Ames (1234)".into(),
            decided: "Pat Hale".into(),
            until: Some(web_shell::clock::hours_ahead(600)),
        }
    }
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, self.list.filter("force"))
    }

    fn register_choices(&self) -> Vec<Choice> {
        let all = self.registers.iter().map(|(id, title)| (id.as_str(), title.as_str()));
        Choice::list(all, self.list.filter("register"))
    }

    fn states(&self) -> Vec<Choice> {
        Choice::list(STATES, self.list.filter("state"))
    }

    /// Returns made-up entries, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let asked = Row { state: "Asked for".into(), decided: String::new(), until: None, ..Row::sample() };
        Self {
            shell: Shell::sample(Area::Registers),
            list: Listing::read(ALLOWED, &[("state", "in-force")]).with_rows(2, None),
            registers: vec![("private-hubs".into(), "Private hubs".into())],
            rows: vec![Row::sample(), asked],
        }
    }
}

/// Exports the rows as CSV, with the columns of the page.
#[must_use]
pub fn export(shell: &Shell, rows: &[Row]) -> String {
    let mut table = csv::Table::new(&[
        "Entry",
        "Register",
        "Clause",
        "For",
        "Why",
        "Force",
        "State",
        "Asked",
        "By",
        "Decided by",
        "Until",
    ]);
    for row in rows {
        let (asked, until) = (format::when(row.asked), row.until.map(format::when).unwrap_or_default());
        table.row(&[
            row.entry.text.as_str(),
            &row.register,
            row.clause.as_ref().map_or("", |clause| clause.text.as_str()),
            &row.about,
            &row.because,
            shell.title_of(&row.force),
            &row.state,
            &asked,
            &row.by,
            &row.decided,
            &until,
        ]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_export_has_the_columns_of_the_page() {
        let text = export(&View::sample().shell, &View::sample().rows);
        assert!(
            text.starts_with("Entry,Register,Clause,For,Why,Force,State,Asked,By,Decided by,Until\r\nP-101,")
        );
    }
}
