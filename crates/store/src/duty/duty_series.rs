//! What a person's calendar entered: its series, by the digest of their UIDs, and which period is which occurrence.

use domain::{PeriodId, PersonId, Timestamp};

use crate::duty::PeriodRow;
use crate::{StoreError, Tx, Value, row, statements, values};

/// A series that a calendar entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesRow {
    /// The person whose it is.
    pub person: PersonId,
    /// SHA-256 of its UID, hex.
    pub series: String,
    /// Its version.
    pub sequence: i64,
    /// When that version was made.
    pub stamped_at: Option<Timestamp>,
    /// When its last period ends: it is forgotten some time after.
    pub ends_at: Timestamp,
}

row! {
    /// An occurrence of a series, as it was entered.
    pub struct SeriesPeriod {
        /// The period.
        pub row: PeriodRow = "id, person_id, kind, absence, start_at, end_at, source",
        /// The series that it is of; empty for one that no calendar entered.
        pub series: String,
        /// When the series itself would have it begin.
        pub slot: Option<Timestamp> = "slot_at",
    }
}

statements! {
    SERIES_OF: (i64, Option<Timestamp>, Timestamp) = "SELECT sequence, stamped_at, ends_at FROM duty_series
        WHERE person_id = $1 AND series = $2";
    SERIES_PUT = "INSERT INTO duty_series (person_id, series, sequence, stamped_at, ends_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (person_id, series) DO UPDATE SET sequence = excluded.sequence, stamped_at = excluded.stamped_at,
        ends_at = excluded.ends_at";
    SERIES_PERIODS: SeriesPeriod = "SELECT {columns} FROM duty_period
        WHERE person_id = $1 AND series = $2 ORDER BY start_at, id LIMIT 8000";
    SERIES_BETWEEN: SeriesPeriod = "SELECT {columns} FROM duty_period
        WHERE person_id = $1 AND series <> '' AND start_at >= $2 AND start_at < $3 ORDER BY start_at, id LIMIT 8000";
    PERIOD_LIKE: SeriesPeriod = "SELECT {columns} FROM duty_period
        WHERE person_id = $1 AND start_at = $2 AND end_at = $3 AND kind = $4 AND absence = $5";
    PERIOD_LINK = "UPDATE duty_period SET series = $2, slot_at = $3 WHERE id = $1";
    SERIES_FORGET = "DELETE FROM duty_series WHERE ends_at < $1";
}

/// Returns the series of a person with that digest, if a calendar entered it.
pub fn of(tx: &mut Tx<'_>, person: PersonId, series: &str) -> Result<Option<SeriesRow>, StoreError> {
    let found = tx.row(&SERIES_OF, &[Value::id(person), series.into()])?;
    Ok(found.map(|(sequence, stamped_at, ends_at)| {
        let series = series.to_owned();
        SeriesRow { person, series, sequence, stamped_at, ends_at }
    }))
}

/// Notes which version of a series was entered.
pub fn put(tx: &mut Tx<'_>, new: &SeriesRow) -> Result<(), StoreError> {
    let params = values!(new: person, series, sequence, stamped_at, ends_at);
    tx.execute(&SERIES_PUT, &params).map(drop)
}

/// Returns the periods of a series that stand, by their start, eight thousand at most.
pub fn periods(tx: &mut Tx<'_>, person: PersonId, series: &str) -> Result<Vec<SeriesPeriod>, StoreError> {
    tx.rows(&SERIES_PERIODS, &[Value::id(person), series.into()])
}

/// Returns the periods of any series of a person that begin between two times, by their start, eight thousand at most.
pub fn between(
    tx: &mut Tx<'_>,
    person: PersonId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<SeriesPeriod>, StoreError> {
    tx.rows(&SERIES_BETWEEN, &[Value::id(person), from.into(), to.into()])
}

/// Returns the very same period, if it stands.
pub fn like(tx: &mut Tx<'_>, wanted: &PeriodRow) -> Result<Option<SeriesPeriod>, StoreError> {
    let params = values!(wanted: person, start, end, kind, absence);
    tx.row(&PERIOD_LIKE, &params)
}

/// Says which occurrence of which series a period is.
pub fn link(tx: &mut Tx<'_>, id: PeriodId, series: &str, slot: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&PERIOD_LINK, &[Value::id(id), series.into(), slot.into()])? > 0)
}

/// Forgets series whose last period ended before a time; returns how many.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&SERIES_FORGET, &[before.into()])
}
