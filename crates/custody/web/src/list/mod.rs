//! Custody at a glance, for staff who may see custody: what waits for a signature, loans that are overdue, what was signed
//! recently.

pub(crate) mod handler;

pub use handler::row;

use askama::Template;
use domain::{HandoverKind, Timestamp};

use web_shell::frame::{Area, Crumb, Shell};
use web_shell::parts::form::Choice;
use web_shell::parts::listing::{Allowed, Listing};
use web_shell::{csv, filters, format};

/// The filters and sort orders that the address of the list may contain.
pub const ALLOWED: Allowed = Allowed { path: "/custody", filters: &["state", "kind"], sorts: &["drafted"] };

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "list/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// Filters and page.
    pub list: Listing,
    /// Hand-overs, newest first.
    pub rows: Vec<Row>,
    /// Overdue loans.
    pub late: Vec<Late>,
    /// Whether the reader works at a service desk.
    pub desk: bool,
}

/// A hand-over.
#[derive(Debug, Clone)]
pub struct Row {
    /// The hand-over's name, with a link to its page.
    pub handover: Crumb,
    /// The kind of hand-over.
    pub kind: &'static str,
    /// Serial numbers.
    pub things: Vec<String>,
    /// The giver.
    pub giver: String,
    /// The receiver.
    pub receiver: String,
    /// Its state in words, and the colour of the state.
    pub state: (&'static str, &'static str),
    /// The people who have yet to sign; empty where nobody has.
    pub waits_for: String,
    /// When it was drafted.
    pub at: Timestamp,
}

/// An overdue loan.
#[derive(Debug, Clone)]
pub struct Late {
    /// The device.
    pub device: Crumb,
    /// The holder.
    pub holder: String,
    /// When it was due.
    pub due: Timestamp,
}

impl View {
    fn states(&self) -> Vec<Choice> {
        let states = [
            ("draft", "Waits for signatures"),
            ("complete", "Both signed"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
            ("expired", "Not signed in time"),
        ];
        Choice::list(states, self.list.filter("state"))
    }

    fn kinds(&self) -> Vec<Choice> {
        Choice::list(
            HandoverKind::ALL.iter().map(|kind| (kind.as_str(), kind.title())),
            self.list.filter("kind"),
        )
    }

    /// Returns a made-up week, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        let row = |number: u32, kind, state: (&'static str, &'static str), waits: &str| Row {
            handover: Crumb::new(format!("/custody/{number}"), format!("H-{number}")),
            kind,
            things: vec!["F4GXQ2ABCD".into()],
            giver: "ICT stores, Norwich".into(),
            receiver: "PC Ames <script> (1234)".into(),
            state,
            waits_for: waits.into(),
            at: web_shell::clock::hours_ago(5),
        };
        Self {
            shell: Shell::sample(Area::Devices),
            list: Listing::read(ALLOWED, &[("state", "draft")]).with_rows(2, None),
            rows: vec![
                row(1002, "Issue", ("Waits for signatures", "yellow"), "PC Ames (1234)"),
                row(1001, "Return", ("Both signed", "lan-plain"), ""),
            ],
            late: vec![Late {
                device: Crumb::new("/devices/NC-10460", "DMPT1TABLET"),
                holder: "DC Cole (4410)".into(),
                due: web_shell::clock::hours_ago(50),
            }],
            desk: true,
        }
    }

    /// Returns an empty list, for the gallery and the tests.
    #[must_use]
    pub fn sample_empty() -> Self {
        Self {
            list: Listing::read(ALLOWED, &[("kind", "<script>")]).with_rows(0, None),
            rows: Vec::new(),
            late: Vec::new(),
            ..Self::sample()
        }
    }
}

/// Exports the rows as CSV, with the columns of the page.
#[must_use]
pub fn export(rows: &[Row]) -> String {
    let mut table =
        csv::Table::new(&["Hand-over", "Kind", "Things", "From", "To", "State", "Waits for", "Drafted"]);
    for row in rows {
        table.row(&[
            row.handover.text.as_str(),
            row.kind,
            &row.things.join(" "),
            &row.giver,
            &row.receiver,
            row.state.0,
            &row.waits_for,
            &format::when(row.at),
        ]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_who_has_yet_to_sign_and_what_is_late() {
        let html = View::sample().render().unwrap();
        assert!(html.contains("PC Ames (1234)") && html.contains("DMPT1TABLET"), "{html}");
        let csv = export(&View::sample().rows);
        assert!(csv.starts_with("Hand-over,Kind,") && csv.contains("H-1002,Issue,F4GXQ2ABCD"), "{csv}");
    }
}
