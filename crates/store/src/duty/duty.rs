//! Duty: patterns, who is on which, and the periods that stand beside them.
//!
//! Rows are kept as people wrote them; what they mean is for the crate `duty` to say.

use domain::{AssignmentId, Day, Force, PatternId, PeriodId, PeriodKind, PersonId, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// A pattern as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternRow {
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
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts every change: what tells a stale form.
    pub version: i64,
}

/// A person on a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentRow {
    /// Its id.
    pub id: AssignmentId,
    /// The person.
    pub person: PersonId,
    /// The pattern.
    pub pattern: PatternId,
    /// The day on which the cycle is at its first place.
    pub anchor: Day,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Option<Day>,
}

/// A stretch of time that stands beside the pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodRow {
    /// Its id.
    pub id: PeriodId,
    /// The person whose it is.
    pub person: PersonId,
    /// What it means.
    pub kind: PeriodKind,
    /// The word of the kind of absence; empty for the others.
    pub absence: String,
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// Where it came from: page, file, calendar.
    pub source: String,
}

statements! {
    pub(crate) PATTERN_ADD = "INSERT INTO duty_pattern (id, force, name, shape, shifts, days, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    PATTERN_SET = "UPDATE duty_pattern SET name = $2, shape = $3, shifts = $4, days = $5, version = version + 1
        WHERE id = $1 AND version = $6";
    PATTERN_BY_ID = "SELECT id, force, name, shape, shifts, days, created_at, version FROM duty_pattern WHERE id = $1";
    PATTERN_BY_NAME = "SELECT id, force, name, shape, shifts, days, created_at, version FROM duty_pattern
        WHERE force = $1 AND lower(name) = lower($2)";
    PATTERNS = "SELECT id, force, name, shape, shifts, days, created_at, version FROM duty_pattern
        WHERE ($1 = '' OR force = $1) ORDER BY name, id LIMIT 500";
    ON_PATTERN = "SELECT DISTINCT person_id FROM duty_assignment WHERE pattern_id = $1 ORDER BY person_id";
    // One row a person and first day: entered again, the later entry holds.
    ASSIGN = "INSERT INTO duty_assignment (id, person_id, pattern_id, anchor, from_day, until_day, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (person_id, from_day) DO UPDATE SET
        pattern_id = excluded.pattern_id, anchor = excluded.anchor, until_day = excluded.until_day
        WHERE duty_assignment.pattern_id <> excluded.pattern_id OR duty_assignment.anchor <> excluded.anchor
        OR COALESCE(duty_assignment.until_day, '') <> COALESCE(excluded.until_day, '')";
    ASSIGNMENTS_OF = "SELECT a.id, a.person_id, a.pattern_id, a.anchor, a.from_day, a.until_day, p.name, p.shape, p.shifts, p.days
        FROM duty_assignment a JOIN duty_pattern p ON p.id = a.pattern_id WHERE a.person_id = $1
        ORDER BY a.from_day DESC LIMIT 50";
    PERIOD_ADD = "INSERT INTO duty_period (id, person_id, kind, absence, start_at, end_at, source, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (person_id, start_at, end_at, kind, absence) DO NOTHING";
    PERIOD_BY_ID = "SELECT id, person_id, kind, absence, start_at, end_at, source FROM duty_period WHERE id = $1";
    PERIOD_REMOVE = "DELETE FROM duty_period WHERE id = $1";
    PERIODS_OF = "SELECT id, person_id, kind, absence, start_at, end_at, source FROM duty_period
        WHERE person_id = $1 AND end_at > $2 AND start_at < $3 ORDER BY start_at, id LIMIT $4";
    ON_CALL_AT = "SELECT d.person_id FROM duty_period d JOIN person p ON p.id = d.person_id
        WHERE d.kind = 'on-call' AND d.start_at <= $1 AND d.end_at > $1 AND p.ended_at IS NULL AND ($2 = '' OR p.force = $2)
        GROUP BY d.person_id ORDER BY d.person_id LIMIT 200";
    PERIODS_FORGET = "DELETE FROM duty_period WHERE id IN (SELECT id FROM duty_period WHERE end_at < $1 LIMIT $2)";
}

fn pattern(row: &Row) -> Result<PatternRow, StoreError> {
    Ok(PatternRow {
        id: row.parse(0)?,
        force: row.parse(1)?,
        name: row.text(2)?,
        shape: row.text(3)?,
        shifts: row.text(4)?,
        days: row.text(5)?,
        created_at: row.time(6)?,
        version: row.int(7)?,
    })
}

pub(crate) fn period(row: &Row) -> Result<PeriodRow, StoreError> {
    Ok(PeriodRow {
        id: row.parse(0)?,
        person: row.parse(1)?,
        kind: row.parse(2)?,
        absence: row.text(3)?,
        start: row.time(4)?,
        end: row.time(5)?,
        source: row.text(6)?,
    })
}

/// Enters a pattern; its name must be new in the force.
pub fn add_pattern(tx: &mut Tx<'_>, new: &PatternRow) -> Result<(), StoreError> {
    let params = [
        Value::id(new.id),
        Value::id(new.force),
        new.name.as_str().into(),
        new.shape.as_str().into(),
        new.shifts.as_str().into(),
        new.days.as_str().into(),
        new.created_at.into(),
    ];
    tx.execute(&PATTERN_ADD, &params)?;
    Ok(())
}

/// Changes a pattern that is still at `changed.version`; returns whether it was.
pub fn set_pattern(tx: &mut Tx<'_>, changed: &PatternRow) -> Result<bool, StoreError> {
    let params = [
        Value::id(changed.id),
        changed.name.as_str().into(),
        changed.shape.as_str().into(),
        changed.shifts.as_str().into(),
        changed.days.as_str().into(),
        changed.version.into(),
    ];
    Ok(tx.execute(&PATTERN_SET, &params)? > 0)
}

/// Returns the pattern of that id.
pub fn pattern_by_id(tx: &mut Tx<'_>, id: PatternId) -> Result<Option<PatternRow>, StoreError> {
    tx.one(&PATTERN_BY_ID, &[Value::id(id)])?.as_ref().map(pattern).transpose()
}

/// Returns the pattern of that name, in any case of letters.
pub fn pattern_by_name(tx: &mut Tx<'_>, force: Force, name: &str) -> Result<Option<PatternRow>, StoreError> {
    let rows = tx.query(&PATTERN_BY_NAME, &[Value::id(force), name.into()])?;
    rows.first().map(pattern).transpose()
}

/// Returns the patterns by name, five hundred at most.
pub fn patterns(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<PatternRow>, StoreError> {
    tx.query(&PATTERNS, &[crate::force_word(force)])?.iter().map(pattern).collect()
}

/// Returns everybody who was ever put on a pattern.
pub fn on_pattern(tx: &mut Tx<'_>, id: PatternId) -> Result<Vec<PersonId>, StoreError> {
    tx.query(&ON_PATTERN, &[Value::id(id)])?.iter().map(|row| row.parse(0)).collect()
}

/// Puts a person on a pattern; returns whether that is news. An assignment of theirs that begins on the same day is replaced.
pub fn assign(tx: &mut Tx<'_>, new: &AssignmentRow, now: Timestamp) -> Result<bool, StoreError> {
    let params = [
        Value::id(new.id),
        Value::id(new.person),
        Value::id(new.pattern),
        Value::id(new.anchor),
        Value::id(new.from),
        Value::opt_id(new.until),
        now.into(),
    ];
    Ok(tx.execute(&ASSIGN, &params)? > 0)
}

/// Returns a person's assignments with their patterns, the latest first, fifty at most. Of the pattern, `force`, `created_at` and
/// `version` are not read.
pub fn assignments(
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Vec<(AssignmentRow, WrittenPattern)>, StoreError> {
    tx.query(&ASSIGNMENTS_OF, &[Value::id(person)])?
        .iter()
        .map(|row| {
            let assignment = AssignmentRow {
                id: row.parse(0)?,
                person: row.parse(1)?,
                pattern: row.parse(2)?,
                anchor: row.parse(3)?,
                from: row.parse(4)?,
                until: row.opt_parse(5)?,
            };
            let written = WrittenPattern {
                name: row.text(6)?,
                shape: row.text(7)?,
                shifts: row.text(8)?,
                days: row.text(9)?,
            };
            Ok((assignment, written))
        })
        .collect()
}

/// What was written of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenPattern {
    /// Its name.
    pub name: String,
    /// The word of its shape.
    pub shape: String,
    /// Its shifts, a line each.
    pub shifts: String,
    /// Its days.
    pub days: String,
}

/// Enters a period; false if the very same one is there.
pub fn add_period(tx: &mut Tx<'_>, new: &PeriodRow, now: Timestamp) -> Result<bool, StoreError> {
    let params = [
        Value::id(new.id),
        Value::id(new.person),
        new.kind.as_str().into(),
        new.absence.as_str().into(),
        new.start.into(),
        new.end.into(),
        new.source.as_str().into(),
        now.into(),
    ];
    Ok(tx.execute(&PERIOD_ADD, &params)? > 0)
}

/// Returns the period of that id.
pub fn period_by_id(tx: &mut Tx<'_>, id: PeriodId) -> Result<Option<PeriodRow>, StoreError> {
    tx.one(&PERIOD_BY_ID, &[Value::id(id)])?.as_ref().map(period).transpose()
}

/// Takes a period out; returns whether it was there.
pub fn remove_period(tx: &mut Tx<'_>, id: PeriodId) -> Result<bool, StoreError> {
    Ok(tx.execute(&PERIOD_REMOVE, &[Value::id(id)])? > 0)
}

/// Returns a person's periods that overlap two times, by their start, `limit` at most.
pub fn periods(
    tx: &mut Tx<'_>,
    person: PersonId,
    from: Timestamp,
    to: Timestamp,
    limit: u32,
) -> Result<Vec<PeriodRow>, StoreError> {
    let params = [Value::id(person), from.into(), to.into(), i64::from(limit).into()];
    tx.query(&PERIODS_OF, &params)?.iter().map(period).collect()
}

/// Returns the people entered as on call at a time, two hundred at most; does not look at absences.
pub fn on_call_at(tx: &mut Tx<'_>, at: Timestamp, force: Option<Force>) -> Result<Vec<PersonId>, StoreError> {
    tx.query(&ON_CALL_AT, &[at.into(), crate::force_word(force)])?.iter().map(|row| row.parse(0)).collect()
}

/// Forgets periods that ended before a time, `limit` at most, and the series that ended before it; returns how many periods.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    crate::duty_series::forget(tx, before)?;
    tx.execute(&PERIODS_FORGET, &[before.into(), i64::from(limit).into()])
}
