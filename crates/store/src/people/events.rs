//! Events in people's working lives: who starts, leaves, goes away for long or changes role, and when.

use domain::{CaseId, ClauseId, EventId, Force, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One event.
    pub struct Event {
        /// Its id.
        pub id: EventId,
        /// The person it is about.
        pub person: PersonId = "person_id",
        /// Their force.
        pub force: Force,
        /// What kind, as the policy names it.
        pub kind: String,
        /// Its day, such as `2026-11-22`.
        pub on: String = "on_day",
        /// Its second day, such as when the person is expected back.
        pub until: Option<String> = "until_day",
        /// For a change of role: whether the new one carries a device.
        pub carries_device: bool,
        /// The clause under which it asks for something.
        pub clause: Option<ClauseId> = "clause_id",
        /// Whether anything follows from it.
        pub asks: bool,
        /// Why, or why not, in words.
        pub because: String,
        /// When what follows is due.
        pub due_at: Option<Timestamp>,
        /// The case that it opened or joined.
        pub case: Option<CaseId> = "case_id",
        /// Where it came from: `page`, `command-line`, `directory`, `csv`.
        pub source: String,
        /// What the source calls it.
        pub source_ref: Option<String>,
        /// When it was recorded.
        pub recorded_at: Timestamp,
        /// By whom, as the ledger names them.
        pub recorded_by: String,
        /// When and why it was called off.
        pub cancelled: Option<(Timestamp, String)> = "cancelled_at, cancelled_why",
    }
}

/// An event of a list, with the names that a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The event.
    pub event: Event,
    /// The person's name.
    pub name: String,
    /// The person's collar or staff number.
    pub number: String,
    /// The number of its case, and when that was closed.
    pub case: Option<(i64, Option<Timestamp>)>,
}

/// What a list of events shows. Empty words mean "any".
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Only this force's.
    pub force: Option<Force>,
    /// Only of this person, and of those whose line manager they are.
    pub within: Option<PersonId>,
    /// Only this kind.
    pub kind: String,
    /// Only under this clause.
    pub clause: String,
    /// `upcoming`, `past`, `late` (what it asks for is overdue) or `called-off`.
    pub state: String,
    /// Part of a name or number.
    pub search: String,
    /// Only those after this one in the list.
    pub after: Option<(String, EventId)>,
}

macro_rules! columns {
    () => {
        "e.id, e.person_id, e.force, e.kind, e.on_day, e.until_day, e.carries_device, e.clause_id, e.asks, e.because,
         e.due_at, e.case_id, e.source, e.source_ref, e.recorded_at, e.recorded_by, e.cancelled_at, e.cancelled_why"
    };
}

macro_rules! listed {
    () => {
        concat!("SELECT ", columns!(), ", p.name, p.number, c.number, c.closed_at FROM person_event e
          JOIN person p ON p.id = e.person_id LEFT JOIN desk_case c ON c.id = e.case_id
          WHERE ($1 = '' OR e.force = $1) AND ($2 = '' OR e.kind = $2) AND ($3 = '' OR e.clause_id = $3)
          AND ($4 = '' OR ($4 = 'upcoming' AND e.on_day >= $5 AND e.cancelled_at IS NULL)
            OR ($4 = 'past' AND e.on_day < $5 AND e.cancelled_at IS NULL)
            OR ($4 = 'late' AND e.cancelled_at IS NULL AND e.asks = 1 AND e.due_at < COALESCE(c.closed_at, $6))
            OR ($4 = 'called-off' AND e.cancelled_at IS NOT NULL))
          AND ($7 = '' OR lower(p.name) LIKE $7 OR lower(p.number) LIKE $7)
          AND ($11 = '' OR p.id = $11 OR p.line_manager_id = $11)")
    };
}

statements! {
    pub(crate) EVENT_ADD = "INSERT INTO person_event (id, person_id, force, kind, on_day, until_day, carries_device, clause_id,
        asks, because, due_at, case_id, source, source_ref, recorded_at, recorded_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING";
    EVENT_BY_ID: Event = "SELECT {e.columns} FROM person_event e WHERE e.id = $1";
    EVENT_STANDING: Event = "SELECT {e.columns} FROM person_event e
        WHERE e.person_id = $1 AND e.kind = $2 AND e.on_day = $3 AND e.cancelled_at IS NULL";
    EVENT_OF_SOURCE: Event = "SELECT {e.columns} FROM person_event e
        WHERE e.person_id = $1 AND e.source = $2 AND e.source_ref = $3 ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1";
    EVENTS_OF_PERSON: Event = "SELECT {e.columns} FROM person_event e
        WHERE e.person_id = $1 ORDER BY e.on_day DESC, e.id DESC LIMIT 100";
    EVENTS_OF_CASE: Event = "SELECT {e.columns} FROM person_event e
        WHERE e.case_id = $1 ORDER BY e.on_day, e.id LIMIT 100";
    EVENT_CHANGE = "UPDATE person_event SET on_day = $2, until_day = $3, carries_device = $4, asks = $5, because = $6, due_at = $7,
        case_id = $8 WHERE id = $1 AND cancelled_at IS NULL";
    EVENT_CANCEL = "UPDATE person_event SET cancelled_at = $2, cancelled_why = $3 WHERE id = $1 AND cancelled_at IS NULL";
    EVENTS_DOWN: (Event, String, String, Option<(i64, Option<Timestamp>)>) = concat!(listed!(), "
        AND (e.on_day, e.id) < ($8, $9) ORDER BY e.on_day DESC, e.id DESC LIMIT $10");
    EVENTS_UP: (Event, String, String, Option<(i64, Option<Timestamp>)>) = concat!(listed!(), "
        AND (e.on_day, e.id) > ($8, $9) ORDER BY e.on_day, e.id LIMIT $10");
    RETURNS_LATE = "SELECT count(*) FROM desk_case c WHERE ($1 = '' OR c.force = $1) AND c.closed_at IS NULL AND c.due_at < $2
        AND EXISTS (SELECT 1 FROM person_event e WHERE e.case_id = c.id AND e.asks = 1 AND e.cancelled_at IS NULL)";
}

/// Records an event; returns whether there was none of that person, kind and day.
pub fn add(tx: &mut Tx<'_>, new: &Event) -> Result<bool, StoreError> {
    let values = values!(new: id, person, force, kind, on, until, carries_device, clause, asks, because,
        due_at, case, source, source_ref, recorded_at, recorded_by);
    Ok(tx.execute(&EVENT_ADD, &values)? > 0)
}

/// Returns the event of that id.
pub fn by_id(tx: &mut Tx<'_>, id: EventId) -> Result<Option<Event>, StoreError> {
    tx.row(&EVENT_BY_ID, &[Value::id(id)])
}

/// Returns the event of that person, kind and day that was not called off.
pub fn standing(
    tx: &mut Tx<'_>,
    person: PersonId,
    kind: &str,
    on: &str,
) -> Result<Option<Event>, StoreError> {
    tx.row(&EVENT_STANDING, &[Value::id(person), kind.into(), on.into()])
}

/// Returns the latest event that a source calls by that name.
pub fn of_source(
    tx: &mut Tx<'_>,
    person: PersonId,
    source: &str,
    source_ref: &str,
) -> Result<Option<Event>, StoreError> {
    tx.row(&EVENT_OF_SOURCE, &[Value::id(person), source.into(), source_ref.into()])
}

/// Returns the events of a person, latest first, a hundred at most.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Event>, StoreError> {
    tx.rows(&EVENTS_OF_PERSON, &[Value::id(person)])
}

/// Returns the events behind a case, those that were called off too.
pub fn of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<Event>, StoreError> {
    tx.rows(&EVENTS_OF_CASE, &[Value::id(case)])
}

/// Writes an event's days and what follows from them; its person, kind and source stay.
pub fn change(tx: &mut Tx<'_>, to: &Event) -> Result<bool, StoreError> {
    let values = values!(to: id, on, until, carries_device, asks, because, due_at, case);
    Ok(tx.execute(&EVENT_CHANGE, &values)? > 0)
}

/// Calls an event off; returns whether it was in force.
pub fn cancel(tx: &mut Tx<'_>, id: EventId, at: Timestamp, why: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&EVENT_CANCEL, &[Value::id(id), at.into(), why.into()])? > 0)
}

/// Returns up to `limit` events: those to come soonest first, all others latest first. `today` and `now` decide which are which.
pub fn list(
    tx: &mut Tx<'_>,
    filter: &EventFilter,
    today: &str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let up = filter.state == "upcoming";
    let start = if up { "" } else { "9999-99-99" };
    let (day, id) = filter
        .after
        .as_ref()
        .map_or_else(|| (start.to_owned(), String::new()), |(day, id)| (day.clone(), id.to_string()));
    let values = [
        crate::force_word(filter.force),
        filter.kind.as_str().into(),
        filter.clause.as_str().into(),
        filter.state.as_str().into(),
        today.into(),
        now.into(),
        crate::like(&filter.search),
        day.into(),
        id.into(),
        limit.into(),
        filter.within.map(|person| person.to_string()).unwrap_or_default().into(),
    ];
    let found = tx.rows(if up { &EVENTS_UP } else { &EVENTS_DOWN }, &values)?.into_iter();
    Ok(found.map(|(event, name, number, case)| Listed { event, name, number, case }).collect())
}

/// Returns how many open cases behind events are past their time limit.
pub fn late_returns(tx: &mut Tx<'_>, force: Option<Force>, now: Timestamp) -> Result<i64, StoreError> {
    crate::single_count(tx, &RETURNS_LATE, &[crate::force_word(force), now.into()])
}
