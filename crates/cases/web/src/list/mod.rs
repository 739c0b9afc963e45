//! The queue of cases, for staff who may read cases.

pub(crate) mod handler;

use askama::Template;
use domain::{Force, Timestamp};

use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Choice;
use web_shell::parts::listing::{Allowed, Listing};
use web_shell::{csv, filters, format};

/// The filters and sort orders that the address of the list may contain; what is due next first.
pub const ALLOWED: Allowed =
    Allowed { path: "/cases", filters: &["q", "force", "kind", "state", "owner"], sorts: &["next"] };

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "list/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Filters, sorting and page.
    pub list: Listing,
    /// Losses that nobody has answered in time.
    pub losses_unanswered: u64,
    /// New losses that nobody has answered yet: people are being called.
    pub losses_calling: u64,
    /// Clocks of telling the regulator that ended undecided.
    pub clocks_over: u64,
    /// The types of case that exist: word and title.
    pub kinds: Vec<(String, String)>,
    /// The reference that was looked up, where its check character does not fit; otherwise empty.
    pub misheard: String,
    /// The cases of this page.
    pub rows: Vec<Row>,
    /// Whether this person may work on cases.
    pub may_work: bool,
    /// Whether this person may take requests about passwords.
    pub may_ask: bool,
}

/// One case.
#[derive(Debug, Clone)]
pub struct Row {
    /// The case's number, with a link to its page.
    pub case: Crumb,
    /// Its reference, to be read over the radio.
    pub reference: String,
    /// Its type, in words.
    pub kind: String,
    /// What it is about, in words.
    pub about: String,
    /// The force that it belongs to.
    pub force: Force,
    /// Its state, such as `Open` or `Closed`.
    pub state: String,
    /// Who has taken it; empty where nobody has, or it is closed.
    pub owner: String,
    /// What is to be done next; empty where nothing is, or it is sealed.
    pub next: String,
    /// When it was opened.
    pub opened: Timestamp,
    /// When its next step is due; `None` if no step is.
    pub due: Option<Timestamp>,
    /// When its clock of telling the regulator ends, while it runs.
    pub clock: Option<Timestamp>,
}

impl Row {
    /// Returns how much time its clock has left.
    fn clock_left(&self, now: &Timestamp) -> String {
        self.clock.map(|until| format::left(until, *now)).unwrap_or_default()
    }
}

impl View {
    fn forces(&self) -> Vec<Choice> {
        web_shell::parts::choices::forces(&self.shell, self.list.filter("force"))
    }

    fn states(&self) -> Vec<Choice> {
        Choice::list([("open", "Open"), ("late", "Late"), ("closed", "Closed")], self.list.filter("state"))
    }

    fn owners(&self) -> Vec<Choice> {
        let owners = [("mine", "Mine"), ("nobody", "Taken by nobody")];
        Choice::list(owners, self.list.filter("owner"))
    }

    fn kind_choices(&self) -> Vec<Choice> {
        let kinds = self.kinds.iter().map(|(word, title)| (word.as_str(), title.as_str()));
        Choice::list(kinds, self.list.filter("kind"))
    }

    /// Returns a made-up queue, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |reference: &str, kind: &str, about: &str, state: &str, due| Row {
            case: Crumb::new(format!("/cases/{reference}"), reference),
            reference: "333-4KMX".into(),
            kind: kind.into(),
            about: about.into(),
            force: domain::samples::HOME,
            state: state.into(),
            owner: "Dani Marsh <script>".into(),
            next: "Lock the device or put it into lost mode".into(),
            opened: web_shell::clock::hours_ago(30),
            due,
            clock: due.map(|_| web_shell::clock::hours_ahead(41)),
        };
        Self {
            shell: Shell::sample_top(Area::Cases),
            list: Listing::read(ALLOWED, &[("state", "open")]).with_rows(3, None),
            losses_unanswered: 2,
            losses_calling: 1,
            clocks_over: 1,
            misheard: "4KM-7TRX <script>".into(),
            kinds: vec![
                ("lost-device".into(), "Lost or stolen device".into()),
                ("breach".into(), "Clause not met".into()),
            ],
            rows: vec![
                row(
                    "C-2026-0117",
                    "Lost or stolen device",
                    "NC-10442 <script>",
                    "Open",
                    Some(web_shell::clock::hours_ago(2)),
                ),
                row(
                    "C-2026-0116",
                    "Clause not met",
                    "NC-10460, MDU-6.2a",
                    "Open",
                    Some(web_shell::clock::hours_ahead(7)),
                ),
                row("C-2026-0101", "Return", "SC-20031", "Closed", None),
            ],
            may_work: true,
            may_ask: true,
        }
    }
}

/// Exports the rows as CSV, with the columns of the page.
#[must_use]
pub fn export(shell: &Shell, rows: &[Row]) -> String {
    let mut table = csv::Table::new(&[
        "Case",
        "Reference",
        "Type",
        "About",
        "Force",
        "State",
        "Taken by",
        "Next",
        "Opened",
        "Due",
    ]);
    for row in rows {
        let due = row.due.map(format::when).unwrap_or_default();
        table.row(&[
            &row.case.text,
            &row.reference,
            &row.kind,
            &row.about,
            shell.title_of(&row.force),
            &row.state,
            &row.owner,
            &row.next,
            &format::when(row.opened),
            &due,
        ]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_case_says_so_in_words() {
        let html = View::sample().render().unwrap();
        assert_eq!(html.matches("Late</strong>").count(), 1, "{html}");
    }

    #[test]
    fn the_export_has_the_columns_of_the_page() {
        assert!(export(&View::sample().shell, &View::sample().rows).starts_with(
            "Case,Reference,Type,About,Force,State,Taken by,Next,Opened,Due\r\nC-2026-0117,333-4KMX,"
        ));
    }
}
