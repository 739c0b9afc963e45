//! The figures of documents, as several pages show them: counts of outcomes, status, version.

use askama::filters::Safe;
use compliance_app::documents::DocumentRow;
use compliance_app::standing::{ClauseState, Standing};
use compliance_app::tally::Count;

use web_shell::parts::chart::{Bar, Counts};
use web_shell::parts::standing::Line;
use web_shell::{filters, format};

/// Converts the findings about one kind of subject into the figures of a chart.
pub(crate) const fn counts(count: Count) -> Counts {
    Counts {
        met: count.met,
        not_met: count.not_met,
        not_known: count.not_known,
        agreed: count.agreed,
        on_record: count.on_record,
        nothing_to_keep: count.nothing_to_keep,
        not_applicable: count.not_applicable,
    }
}

/// Converts clauses by how they stand into the figures of a chart. Those that no system can keep are left out.
#[must_use]
pub fn clause_counts(standing: &Standing) -> Counts {
    Counts {
        met: standing.holds,
        not_met: standing.fails,
        not_known: standing.unknown(),
        agreed: standing.agreed,
        on_record: standing.on_record,
        nothing_to_keep: standing.nothing_to_keep,
        not_applicable: standing.not_applicable,
    }
}

/// Says how clauses stand, a line each; leaves out what none does.
#[must_use]
pub fn lines(standing: &Standing) -> Vec<Line> {
    let mut unknown = Line::new(
        "not-known",
        standing.unknown(),
        "Not known",
        "Nothing shows that they are kept, nor that they are not.",
    );
    unknown.why = standing
        .not_known
        .iter()
        .map(|(why, count)| format!("{} because {}", format::number(*count), why.says()))
        .collect();
    let holds = match standing.not_everywhere {
        0 => "Every device and every case that can show it does.".to_owned(),
        some => format!(
            "Every device and every case that can show it does. {} of them devices of some platform can never show.",
            format::number(some)
        ),
    };
    let agreed = format!(
        "Nothing can show whether people keep to them. To {} of them everybody concerned has agreed.",
        format::number(standing.by_everybody)
    );
    let all = [
        Line::new("met", standing.holds, "Hold", holds),
        Line::new(
            "not-met",
            standing.fails,
            "Fail",
            "A device, a document or a case shows that they are not kept.",
        ),
        unknown,
        Line::new("agreed", standing.agreed, "Can only be agreed", agreed),
        Line::new(
            "on-record",
            standing.on_record,
            "On record",
            "What they want written down is written down. That it is so, nobody has shown.",
        ),
        Line::new(
            "nothing-to-keep",
            standing.nothing_to_keep,
            "Nothing to keep",
            "They define something or name an aim.",
        ),
        Line::new(
            "not-applicable",
            standing.not_applicable,
            "Do not apply",
            "They concern nobody and nothing that is there.",
        ),
        Line::new("not-applicable", standing.kept_by_nothing, "Kept by nobody", "No system can keep them."),
    ];
    all.into_iter().filter(|line| line.count > 0).collect()
}

/// Writes how a clause stands as a tag.
pub(crate) fn state_tag(state: ClauseState) -> Safe<String> {
    let (colour, sign, words) = match state {
        ClauseState::Holds { not_everywhere: false } => ("green", "✓", "Holds"),
        ClauseState::Holds { not_everywhere: true } => ("green", "✓", "Holds where it can be shown"),
        ClauseState::Fails => ("red", "✕", "Fails"),
        ClauseState::NotKnown(_) => ("yellow", "?", "Not known"),
        ClauseState::Agreed { by_everybody: true } => ("blue", "✓", "Agreed by everybody"),
        ClauseState::Agreed { by_everybody: false } => ("blue", "◐", "Only agreed, not by everybody"),
        ClauseState::OnRecord => ("blue", "≡", "On record"),
        ClauseState::NothingToKeep => ("grey", "–", "Nothing to keep"),
        ClauseState::NotApplicable => ("grey", "–", "Does not apply"),
        ClauseState::KeptByNothing => ("grey", "✕", "Kept by nobody"),
    };
    filters::tag(colour, sign, words)
}

/// Converts a document into a bar.
pub fn bar(row: &DocumentRow) -> Bar {
    Bar {
        name: row.document.title.clone(),
        href: format!("/documents/{}", row.document.id),
        counts: row.standing.as_ref().map(clause_counts).unwrap_or_default(),
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
