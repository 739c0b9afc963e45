//! The figures of documents, as several pages show them: counts of outcomes, status, version.

use compliance_app::documents::DocumentRow;
use compliance_app::tally::Tally;

use web_shell::format;
use web_shell::parts::chart::{Bar, Counts};

/// Converts a tally into the figures of a chart.
pub fn counts(tally: Tally) -> Counts {
    Counts {
        met: tally.met,
        not_met: tally.not_met,
        not_known: tally.not_known,
        not_applicable: tally.not_applicable,
    }
}

/// Converts a document into a bar.
pub fn bar(row: &DocumentRow) -> Bar {
    Bar {
        name: row.document.title.clone(),
        href: format!("/documents/{}", row.document.id),
        counts: counts(row.standing.unwrap_or_default()),
    }
}

/// Describes the status of a document, such as `In force, review overdue by 2,262 days`.
pub fn status(row: &DocumentRow) -> String {
    match (row.overdue_days, row.document.review_by) {
        (Some(1), _) => "In force, review overdue by 1 day".to_owned(),
        (Some(days), _) => {
            format!("In force, review overdue by {} days", format::number(days.unsigned_abs()))
        }
        (None, Some(day)) => format!("In force, review due on {}", format::day(day)),
        (None, None) => "In force, no review date".to_owned(),
    }
}

/// Names the version of a document.
pub(crate) fn version(row: &DocumentRow) -> String {
    let ours = if row.document.version_is_ours { " (our name for it; the force gave none)" } else { "" };
    format!("{}{ours}", row.document.version)
}
