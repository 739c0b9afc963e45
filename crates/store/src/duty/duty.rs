//! Duty: patterns, who is on which, and the periods that stand beside them.
//!
//! Rows are kept as people wrote them; what they mean is for the crate `duty` to say.

use domain::{AssignmentId, Day, Force, PatternId, PeriodId, PeriodKind, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// A pattern as it was written.
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
    pub struct AssignmentRow {
        /// Its id.
        pub id: AssignmentId,
        /// The person.
        pub person: PersonId = "person_id",
        /// The pattern.
        pub pattern: PatternId = "pattern_id",
        /// The day on which the cycle is at its first place.
        pub anchor: Day,
        /// The first day.
        pub from: Day = "from_day",
        /// The last day.
        pub until: Option<Day> = "until_day",
    }

    /// A stretch of time that stands beside the pattern.
    pub struct PeriodRow {
        /// Its id.
        pub id: PeriodId,
        /// The person whose it is.
        pub person: PersonId = "person_id",
        /// What it means.
        pub kind: PeriodKind,
        /// The word of the kind of absence; empty for the others.
        pub absence: String,
        /// Its first instant.
        pub start: Timestamp = "start_at",
        /// The first instant after it.
        pub end: Timestamp = "end_at",
        /// Where it came from: page, file, calendar.
        pub source: String,
    }
}

statements! {
    pub(crate) PATTERN_ADD = "INSERT INTO duty_pattern (id, force, name, shape, shifts, days, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    PATTERN_SET = "UPDATE duty_pattern SET name = $2, shape = $3, shifts = $4, days = $5, version = version + 1
        WHERE id = $1 AND version = $6";
    PATTERN_BY_ID: PatternRow = "SELECT {columns} FROM duty_pattern WHERE id = $1";
    PATTERN_BY_NAME: PatternRow = "SELECT {columns} FROM duty_pattern WHERE force = $1 AND lower(name) = lower($2)";
    PATTERNS: PatternRow = "SELECT {columns} FROM duty_pattern
        WHERE ($1 = '' OR force = $1) ORDER BY name, id LIMIT 500";
    ON_PATTERN: PersonId = "SELECT DISTINCT person_id FROM duty_assignment WHERE pattern_id = $1 ORDER BY person_id";
    // One row a person and first day: entered again, the later entry holds.
    ASSIGN = "INSERT INTO duty_assignment (id, person_id, pattern_id, anchor, from_day, until_day, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (person_id, from_day) DO UPDATE SET
        pattern_id = excluded.pattern_id, anchor = excluded.anchor, until_day = excluded.until_day
        WHERE duty_assignment.pattern_id <> excluded.pattern_id OR duty_assignment.anchor <> excluded.anchor
        OR COALESCE(duty_assignment.until_day, '') <> COALESCE(excluded.until_day, '')";
    ASSIGNMENTS_OF: (AssignmentRow, WrittenPattern) = "SELECT {a.columns}, p.name, p.shape, p.shifts, p.days
        FROM duty_assignment a JOIN duty_pattern p ON p.id = a.pattern_id WHERE a.person_id = $1
        ORDER BY a.from_day DESC LIMIT 50";
    PERIOD_ADD = "INSERT INTO duty_period (id, person_id, kind, absence, start_at, end_at, source, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (person_id, start_at, end_at, kind, absence) DO NOTHING";
    PERIOD_BY_ID: PeriodRow = "SELECT {columns} FROM duty_period WHERE id = $1";
    PERIOD_REMOVE = "DELETE FROM duty_period WHERE id = $1";
    PERIODS_OF: PeriodRow = "SELECT {columns} FROM duty_period
        WHERE person_id = $1 AND end_at > $2 AND start_at < $3 ORDER BY start_at, id LIMIT $4";
    ON_CALL_AT: PersonId = "SELECT d.person_id FROM duty_period d JOIN person p ON p.id = d.person_id
        WHERE d.kind = 'on-call' AND d.start_at <= $1 AND d.end_at > $1 AND p.ended_at IS NULL AND ($2 = '' OR p.force = $2)
        GROUP BY d.person_id ORDER BY d.person_id LIMIT 200";
    PERIODS_FORGET = "DELETE FROM duty_period WHERE id IN (SELECT id FROM duty_period WHERE end_at < $1 LIMIT $2)";
}

/// Enters a pattern; its name must be new in the force.
pub fn add_pattern(tx: &mut Tx<'_>, new: &PatternRow) -> Result<(), StoreError> {
    let params = values!(new: id, force, name, shape, shifts, days, created_at);
    tx.execute(&PATTERN_ADD, &params).map(drop)
}

/// Changes a pattern that is still at `changed.version`; returns whether it was.
pub fn set_pattern(tx: &mut Tx<'_>, changed: &PatternRow) -> Result<bool, StoreError> {
    let params = values!(changed: id, name, shape, shifts, days, version);
    Ok(tx.execute(&PATTERN_SET, &params)? > 0)
}

/// Returns the pattern of that id.
pub fn pattern_by_id(tx: &mut Tx<'_>, id: PatternId) -> Result<Option<PatternRow>, StoreError> {
    tx.row(&PATTERN_BY_ID, &[Value::id(id)])
}

/// Returns the pattern of that name, in any case of letters.
pub fn pattern_by_name(tx: &mut Tx<'_>, force: Force, name: &str) -> Result<Option<PatternRow>, StoreError> {
    Ok(tx.rows(&PATTERN_BY_NAME, &[Value::id(force), name.into()])?.into_iter().next())
}

/// Returns the patterns by name, five hundred at most.
pub fn patterns(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<PatternRow>, StoreError> {
    tx.rows(&PATTERNS, &[crate::force_word(force)])
}

/// Returns everybody who was ever put on a pattern.
pub fn on_pattern(tx: &mut Tx<'_>, id: PatternId) -> Result<Vec<PersonId>, StoreError> {
    tx.rows(&ON_PATTERN, &[Value::id(id)])
}

/// Puts a person on a pattern; returns whether that is news. An assignment of theirs that begins on the same day is replaced.
pub fn assign(tx: &mut Tx<'_>, new: &AssignmentRow, now: Timestamp) -> Result<bool, StoreError> {
    let params = values!(new: id, person, pattern, anchor, from, until, (now));
    Ok(tx.execute(&ASSIGN, &params)? > 0)
}

/// Returns a person's assignments with their patterns, the latest first, fifty at most. Of the pattern, `force`, `created_at` and
/// `version` are not read.
pub fn assignments(
    tx: &mut Tx<'_>,
    person: PersonId,
) -> Result<Vec<(AssignmentRow, WrittenPattern)>, StoreError> {
    tx.rows(&ASSIGNMENTS_OF, &[Value::id(person)])
}

row! {
    /// What was written of a pattern.
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
}

/// Enters a period; false if the very same one is there.
pub fn add_period(tx: &mut Tx<'_>, new: &PeriodRow, now: Timestamp) -> Result<bool, StoreError> {
    let params = values!(new: id, person, kind, absence, start, end, source, (now));
    Ok(tx.execute(&PERIOD_ADD, &params)? > 0)
}

/// Returns the period of that id.
pub fn period_by_id(tx: &mut Tx<'_>, id: PeriodId) -> Result<Option<PeriodRow>, StoreError> {
    tx.row(&PERIOD_BY_ID, &[Value::id(id)])
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
    let params = [Value::id(person), from.into(), to.into(), limit.into()];
    tx.rows(&PERIODS_OF, &params)
}

/// Returns the people entered as on call at a time, two hundred at most; does not look at absences.
pub fn on_call_at(tx: &mut Tx<'_>, at: Timestamp, force: Option<Force>) -> Result<Vec<PersonId>, StoreError> {
    tx.rows(&ON_CALL_AT, &[at.into(), crate::force_word(force)])
}

/// Forgets periods that ended before a time, `limit` at most, and the series that ended before it; returns how many periods.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    crate::duty_series::forget(tx, before)?;
    tx.execute(&PERIODS_FORGET, &[before.into(), limit.into()])
}
