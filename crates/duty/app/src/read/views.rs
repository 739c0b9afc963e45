//! What pages show of rosters, made from their rows.

use domain::{Day, Force, PatternId, PeriodId, PeriodKind, Timestamp};
use store::duty as rows;

/// A pattern as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternView {
    /// Its id.
    pub id: PatternId,
    /// The force that it belongs to.
    pub force: Force,
    /// Its name, unique in the force.
    pub name: String,
    /// The word of its shape.
    pub shape: String,
    /// Its shifts, a line each.
    pub shifts: String,
    /// Its days.
    pub days: String,
    /// Counts every change: what tells a stale form.
    pub version: i64,
}

impl From<rows::PatternRow> for PatternView {
    fn from(row: rows::PatternRow) -> Self {
        Self {
            id: row.id,
            force: row.force,
            name: row.name,
            shape: row.shape,
            shifts: row.shifts,
            days: row.days,
            version: row.version,
        }
    }
}

/// A person’s time on a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentView {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Option<Day>,
}

impl From<rows::AssignmentRow> for AssignmentView {
    fn from(row: rows::AssignmentRow) -> Self {
        Self { from: row.from, until: row.until }
    }
}

/// A stretch of time that stands beside the pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodView {
    /// Its id.
    pub id: PeriodId,
    /// What it means.
    pub kind: PeriodKind,
    /// The word of the kind of absence; empty for the others.
    pub absence: String,
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl From<rows::PeriodRow> for PeriodView {
    fn from(row: rows::PeriodRow) -> Self {
        Self { id: row.id, kind: row.kind, absence: row.absence, start: row.start, end: row.end }
    }
}
