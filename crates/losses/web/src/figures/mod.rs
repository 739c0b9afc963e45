//! The figures of losses, month by month, for those who answer for them: how long each step took, of how many cases, and the ledger
//! entries on which that rests. It names nobody.

pub(crate) mod handler;
mod words;

use askama::Template;
use losses_app::LossFacts;

use web_shell::frame::{Area, Shell};
use web_shell::parts::form::Choice;
use web_shell::{csv, filters};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "figures/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The forces to choose from, where the reader serves several; otherwise empty.
    pub forces: Vec<Choice>,
    /// The months, this one first.
    pub months: Vec<Month>,
    /// Whether the reader may open the ledger.
    pub may_ledger: bool,
}

/// One month.
#[derive(Debug, Clone)]
pub struct Month {
    /// Its word, such as `2026-11`.
    pub word: String,
    /// Its name, such as `November 2026`.
    pub title: String,
    /// The number of losses reported in it.
    pub losses: u64,
    /// The figures: what it is, and the figure in words.
    pub lines: Vec<Line>,
    /// The address of its losses as CSV.
    pub csv_href: String,
    /// Which ledger entries the figures rest on, in words; empty where there are none.
    pub proof: String,
    /// The address of the ledger's entries about losses from its first day on.
    pub ledger_href: String,
}

/// One figure.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it is.
    pub what: &'static str,
    /// The figure in words.
    pub says: String,
}

/// The columns of the export.
const COLUMNS: [&str; 16] = [
    "Reference",
    "Reported",
    "Device known",
    "Contained",
    "Minutes to contain",
    "Acknowledged by a person",
    "Minutes to acknowledge",
    "Unanswered in time",
    "Wipe",
    "Approvals decided",
    "Approvals waiting",
    "Longest wait for approval in minutes",
    "Calls",
    "Calls that reached nobody",
    "Found",
    "Case closed",
];

/// The last line of an export that is not complete.
const CUT: &str =
    "More losses were reported than are read here: these are the first ones. Choose one force to read fewer.";

/// Exports the losses of a month as a file, whose last line says so where there are more. It names nobody.
#[must_use]
pub fn export(losses: &[LossFacts], is_cut: bool) -> String {
    let mut table = csv::Table::new(&COLUMNS);
    for loss in losses {
        table.row(&words::cells(loss));
    }
    if is_cut {
        let last: [&str; COLUMNS.len()] = std::array::from_fn(|at| if at == 0 { CUT } else { "" });
        table.row(&last);
    }
    table.finish()
}

impl View {
    /// Returns two months, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Cases),
            forces: Choice::list([("", "All together"), ("northshire", "Northshire <script>")], ""),
            months: vec![
                Month {
                    word: "2026-11".into(),
                    title: "November 2026".into(),
                    losses: 12,
                    lines: vec![
                        Line {
                            what: "From the report until the device acknowledged that it is locked",
                            says: "Median 14 minutes, 90th percentile 2 hours 5 minutes, slowest 5 hours (4KM-7TRH <script>); \
                                   of 11 cases. Never: 1. Not yet: 0."
                                .into(),
                        },
                        Line { what: "Recovered", says: "9 of 12 (75 %)".into() },
                    ],
                    csv_href: "/losses/figures.csv?month=2026-11".into(),
                    proof: "Entries 1,041 to 1,902 of the ledger, 96 of them about these losses.".into(),
                    ledger_href: "/ledger?kind=loss.&from=2026-11-01".into(),
                },
                Month {
                    word: "2026-10".into(),
                    title: "October 2026".into(),
                    losses: 0,
                    lines: Vec::new(),
                    csv_href: "/losses/figures.csv?month=2026-10".into(),
                    proof: String::new(),
                    ledger_href: "/ledger?kind=loss.&from=2026-10-01".into(),
                },
            ],
            may_ledger: true,
        }
    }
}
