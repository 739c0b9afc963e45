//! The notices sent to people who were not on duty, month by month, for those who review contact off duty.

pub(crate) mod handler;

use askama::Template;
use domain::Timestamp;

use web_shell::frame::{Area, Shell};
use web_shell::{csv, filters, format};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "exceptions/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
    /// The month, such as `2026-11`.
    pub month: String,
    /// The reason why the month cannot be shown; empty where it can.
    pub problem: String,
    /// The exceptions in the order of time.
    pub rows: Vec<Row>,
    /// The rule for notices to people whose duty is not known.
    pub rule: String,
    /// The number of notices sent to such people in the month.
    pub unknown: u64,
}

/// One exception.
#[derive(Debug, Clone)]
pub struct Row {
    /// When the notice was sent.
    pub at: Timestamp,
    /// The person's unit; the case holds their name.
    pub unit: String,
    /// The person's state of duty.
    pub duty: &'static str,
    /// The reason in words.
    pub reason: &'static str,
    /// The case's reference; empty where there is none.
    pub case: String,
    /// The person who decided; empty where the rule itself did.
    pub decided_by: String,
    /// The reason why it could not wait.
    pub why: String,
}

/// Exports the list as a file.
#[must_use]
pub fn export(rows: &[Row]) -> String {
    let mut table = csv::Table::new(&["Told", "Unit", "Duty", "Reason", "Case", "Decided by", "Why"]);
    for row in rows {
        let at = format::when(row.at);
        table.row(&[at.as_str(), &row.unit, row.duty, row.reason, &row.case, &row.decided_by, &row.why]);
    }
    table.finish()
}

impl View {
    /// Returns a made-up month, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(Area::Duty),
            rule: "Where nobody has entered a roster, mail goes out on working days, 8:00 to 18:00.".into(),
            unknown: 3,
            month: "2026-11".into(),
            problem: String::new(),
            rows: vec![Row {
                at: web_shell::clock::hours_ago(20),
                unit: "Thetford <script>".into(),
                duty: "Off duty",
                reason: "Live matter",
                case: "C-1043".into(),
                decided_by: "Insp Dray (12)".into(),
                why: "Only they know where the keys are".into(),
            }],
        }
    }
}
