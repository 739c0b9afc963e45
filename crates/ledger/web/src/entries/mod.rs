//! The ledger, for everybody who may read it: its entries, its latest checkpoint word for word, and how anyone can check both
//! without trusting Lanyard.

pub(crate) mod handler;

pub use handler::words;

use askama::Template;
use domain::Timestamp;

use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::{Choice, Errors};
use web_shell::parts::listing::{Allowed, Listing};
use web_shell::{csv, filters, format};

/// The filters and sort orders that the address of the page may contain.
pub const ALLOWED: Allowed =
    Allowed { path: "/ledger", filters: &["kind", "clause", "device", "from", "to"], sorts: &["newest"] };

/// The kinds of entry: the beginning of their actions, and the words for them.
pub const KINDS: [(&str, &str); 16] = [
    ("device.", "Devices and orders"),
    ("command.", "Commands"),
    ("check-in.", "Refused check-ins"),
    ("enrolment.", "Enrolment profiles"),
    ("certificate.", "Certificates"),
    ("person.", "People"),
    ("terms.", "Acceptances"),
    ("case.", "Cases"),
    ("loss.", "Losses"),
    ("custody.", "Custody"),
    ("findings.", "Findings that changed"),
    ("pack.", "Packs of findings"),
    ("policy.", "Policy"),
    ("document.", "Documents"),
    ("session.", "Sign-ins"),
    ("ledger.", "The ledger itself"),
];

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "entries/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Filters, sorting and page.
    pub list: Listing,
    /// The errors in the filters.
    pub errors: Errors,
    /// The entries of this page.
    pub rows: Vec<Row>,
    /// The latest signed checkpoint, word for word; empty if none was made yet.
    pub checkpoint: String,
    /// When it was made.
    pub checkpoint_at: Option<Timestamp>,
    /// How many entries it covers.
    pub covered: u64,
    /// How many entries there are.
    pub entries: u64,
    /// The public key that checkpoints are verified with.
    pub key: String,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Row {
    /// The path of its own page.
    pub href: String,
    /// Its place, from 0; `None` for an entry that the sequencer has not reached.
    pub index: Option<u64>,
    /// The time it was made.
    pub at: Timestamp,
    /// The actor, in words; `Lanyard` for the server itself.
    pub who: String,
    /// The action in words.
    pub what: String,
    /// The subject of the action; the address is empty where it has no page.
    pub on: Option<Crumb>,
    /// The force that it belongs to; empty for entries of the service itself and entries that concern every force.
    pub force: String,
    /// The clauses it was made under.
    pub clauses: Vec<Crumb>,
    /// The reason; empty where none was asked for.
    pub why: String,
    /// The digest in the tree.
    pub digest: String,
    /// Whether the private detail was erased by schedule; the digest still proves that it was there.
    pub erased: bool,
}

impl View {
    fn kind_choices(&self) -> Vec<Choice> {
        Choice::list(KINDS, self.list.filter("kind"))
    }

    /// Returns a made-up log, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |index, hours, who: &str, what: &str, why: &str, erased| Row {
            href: "/ledger/0190c7a0-0000-7000-8000-000000000001".into(),
            index,
            at: web_shell::clock::hours_ago(hours),
            who: who.into(),
            what: what.into(),
            on: Some(Crumb::new("/devices/NC-10442", "NC-10442")),
            force: "Northshire".into(),
            clauses: vec![web_shell::links::clause_crumb("MDU-4.1")],
            why: why.into(),
            digest: "7a0f2d8c4b1e96533f1d0a7e2c8b5f4490c6d1e2f3a4b5c6d7e8f90a1b2c3d4e".into(),
            erased,
        };
        Self {
            shell: Shell::sample_top(Area::Ledger),
            list: Listing::read(ALLOWED, &[("device", "NC-10442")]).with_rows(3, None),
            errors: Errors::default(),
            rows: vec![
                row(None, 0, "Insp Grey", "Asked for lost mode", "Left on a train <script>", false),
                row(Some(1041), 1, "Lanyard", "Opened case C-2026-0117", "", false),
                row(Some(12), 2402, "PC 1234 Ames", "Accepted the terms, version 2017-09", "", true),
            ],
            checkpoint: "lanyard.force.example/ledger\n1042\nq1w2e3r4t5y6u7i8o9p0asdfghjklzxcvbnmqwertyu=\n\n— lanyard.force.example Az3grl\n".into(),
            checkpoint_at: Some(web_shell::clock::hours_ago(0)),
            covered: 1042,
            entries: 1043,
            key: "lanyard.force.example+a1b2c3d4+AQIDBAUGBwg=".into(),
        }
    }

    /// Returns a ledger on its first day, for the gallery and the tests.
    #[must_use]
    pub fn sample_empty() -> Self {
        Self {
            list: Listing::read(ALLOWED, &[("device", "<script>")]).with_rows(0, None),
            rows: Vec::new(),
            checkpoint: String::new(),
            checkpoint_at: None,
            covered: 0,
            entries: 0,
            ..Self::sample()
        }
    }
}

/// Exports the rows as CSV, with the columns of the page.
#[must_use]
pub fn export(rows: &[Row]) -> String {
    let mut table =
        csv::Table::new(&["Entry", "When", "Who", "What", "On", "Force", "Clauses", "Why", "Digest"]);
    for row in rows {
        let clauses: Vec<&str> = row.clauses.iter().map(|clause| clause.text.as_str()).collect();
        table.row(&[
            row.index.map_or_else(|| "not yet sequenced".to_owned(), |index| index.to_string()).as_str(),
            &format::when(row.at),
            &row.who,
            &row.what,
            row.on.as_ref().map_or("", |on| &on.text),
            row.force.as_str(),
            &clauses.join(" "),
            &row.why,
            &row.digest,
        ]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_checkpoint_nothing_is_claimed() {
        let html = View::sample_empty().render().unwrap();
        assert!(html.contains("No checkpoint has been signed yet") && !html.contains("covers"), "{html}");
    }

    #[test]
    fn entries_not_yet_in_the_tree_are_told_apart() {
        assert!(View::sample().render().unwrap().contains("Not yet sequenced"));
        assert!(export(&View::sample().rows).contains("not yet sequenced,"));
    }
}
