//! Requests for cover: somebody on call asks a colleague of the same rota to take a span of their shift.

use domain::{CoverId, CoverState, OverrideId, PersonId, RotaId, Timestamp};

use crate::{StoreError, Tx, Value, row, single_count, statements, values};

row! {
    /// A request for cover.
    pub struct CoverRow {
        /// Its id.
        pub id: CoverId,
        /// The rota.
        pub rota: RotaId = "rota_id",
        /// Who asks.
        pub person: PersonId = "person_id",
        /// The colleague who is asked.
        pub with: PersonId = "with_id",
        /// The first instant of the span.
        pub start: Timestamp = "start_at",
        /// The first instant after it.
        pub end: Timestamp = "end_at",
        /// Why it is asked.
        pub reason: String,
        /// How far it is.
        pub state: CoverState,
        /// When it was asked.
        pub asked_at: Timestamp,
        /// When it came to its end; `None` while it waits for the colleague.
        pub ended_at: Option<Timestamp>,
        /// The override that the agreement made.
        pub change: Option<OverrideId> = "override_id",
        /// When the people in it were told of its present state.
        pub told_at: Option<Timestamp>,
    }
}

/// How a request for cover ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverEnd {
    /// The state that it comes to.
    pub state: CoverState,
    /// When.
    pub at: Timestamp,
    /// The override that an agreement made.
    pub change: Option<OverrideId>,
}

statements! {
    pub(crate) COVER_ADD = "INSERT INTO rota_cover (id, rota_id, person_id, with_id, start_at, end_at, reason, state, asked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'asked', $8)";
    COVER_END = "UPDATE rota_cover SET state = $2, ended_at = $3, override_id = $4, told_at = NULL
        WHERE id = $1 AND state = 'asked'";
    COVER_TOLD = "UPDATE rota_cover SET told_at = $2 WHERE id = $1 AND told_at IS NULL";
    COVER_BY_ID: CoverRow = "SELECT {columns} FROM rota_cover WHERE id = $1";
    COVERS_OF_ROTA: CoverRow = "SELECT {columns} FROM rota_cover WHERE rota_id = $1 AND end_at > $2
        AND state IN ('asked', 'agreed') ORDER BY start_at, id LIMIT 400";
    COVERS_OF_PERSON: CoverRow = "SELECT {columns} FROM rota_cover WHERE (person_id = $1 OR with_id = $1) AND end_at > $2
        ORDER BY asked_at DESC, id DESC LIMIT 100";
    COVERS_OPEN = "SELECT count(*) FROM rota_cover WHERE person_id = $1 AND state = 'asked'";
    COVERS_WAITING = "SELECT count(*) FROM rota_cover WHERE with_id = $1 AND state = 'asked' AND start_at > $2";
    COVERS_FORGET = "DELETE FROM rota_cover WHERE end_at < $1 AND id IN (SELECT id FROM rota_cover WHERE end_at < $1
        ORDER BY end_at, id LIMIT $2 {skip_locked})";
}

/// Enters a request, which waits for the colleague.
pub fn add(tx: &mut Tx<'_>, new: &CoverRow) -> Result<(), StoreError> {
    let params = values!(new: id, rota, person, with, start, end, reason, asked_at);
    tx.execute(&COVER_ADD, &params).map(drop)
}

/// Ends a request that waits, so that its people are told; returns whether it waited until then.
pub fn end(tx: &mut Tx<'_>, id: CoverId, end: &CoverEnd) -> Result<bool, StoreError> {
    let params = [Value::id(id), end.state.as_str().into(), end.at.into(), Value::opt_id(end.change)];
    Ok(tx.execute(&COVER_END, &params)? > 0)
}

/// Notes that the people of a request were told of its present state.
pub fn set_told(tx: &mut Tx<'_>, id: CoverId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(&COVER_TOLD, &[Value::id(id), now.into()]).map(drop)
}

/// Returns the request of that id.
pub fn by_id(tx: &mut Tx<'_>, id: CoverId) -> Result<Option<CoverRow>, StoreError> {
    tx.row(&COVER_BY_ID, &[Value::id(id)])
}

/// Returns the requests of a rota that wait or were agreed to and whose span ends after a time, in the order of their spans, four
/// hundred at most.
pub fn of_rota(tx: &mut Tx<'_>, rota: RotaId, after: Timestamp) -> Result<Vec<CoverRow>, StoreError> {
    tx.rows(&COVERS_OF_ROTA, &[Value::id(rota), after.into()])
}

/// Returns the requests by or to a person whose span ends after a time, the latest first, a hundred at most.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId, after: Timestamp) -> Result<Vec<CoverRow>, StoreError> {
    tx.rows(&COVERS_OF_PERSON, &[Value::id(person), after.into()])
}

/// Counts the requests of a person that wait for a colleague.
pub fn open_of(tx: &mut Tx<'_>, person: PersonId) -> Result<i64, StoreError> {
    single_count(tx, &COVERS_OPEN, &[Value::id(person)])
}

/// Counts the requests that wait for a person and whose span has not begun at a time.
pub fn waiting_for(tx: &mut Tx<'_>, person: PersonId, now: Timestamp) -> Result<i64, StoreError> {
    single_count(tx, &COVERS_WAITING, &[Value::id(person), now.into()])
}

/// Forgets requests whose span ended before a time, `limit` at most; returns how many.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&COVERS_FORGET, &[before.into(), limit.into()])
}
