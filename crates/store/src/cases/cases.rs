//! Cases: pieces of desk work, each with its timeline.

use domain::{CaseId, ClauseId, DeviceId, EntryId, Force, PersonId, Timestamp};

use crate::locks::{self, Lock};
use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One case.
    pub struct Case {
        /// Its id.
        pub id: CaseId,
        /// The number that people say.
        pub number: i64,
        /// Its type, such as `breach`.
        pub kind: String,
        /// The force that it belongs to.
        pub force: Force,
        /// The device it is about.
        pub device: Option<DeviceId> = "device_id",
        /// The person it is about.
        pub person: Option<PersonId> = "person_id",
        /// The clause that it falls under.
        pub clause: Option<ClauseId> = "clause_id",
        /// One line.
        pub title: String,
        /// When it was opened.
        pub opened_at: Timestamp,
        /// When it is due.
        pub due_at: Option<Timestamp>,
        /// When and why it was closed.
        pub closed: Option<(Timestamp, String)> = "closed_at, closed_why",
        /// Who took it on, as the ledger names them.
        pub owner: Option<String>,
        /// How it was closed: `steps`, `receipt`, `breach-over`, `called-off`, `by-hand`.
        pub closed_how: Option<String>,
    }
}

// Times far away, so that an open case without a time limit comes after those with one, and a closed one last.
macro_rules! queue_key {
    () => {
        "CASE WHEN closed_at IS NOT NULL THEN 9000000000000000 - closed_at WHEN due_at IS NULL THEN 4102444800000 ELSE due_at END"
    };
}

/// The name of the lock of the next number.
pub const NUMBER: &str = "case";

statements! {
    pub(crate) CASE_ADD = "INSERT INTO desk_case (id, number, kind, force, device_id, person_id, clause_id, title, opened_at, due_at)
        SELECT $1, COALESCE(max(number), 1000) + 1, $2, $3, $4, $5, $6, $7, $8, $9 FROM desk_case";
    CASE_BY_ID: Case = "SELECT {columns} FROM desk_case WHERE id = $1";
    CASE_BY_NUMBER: Case = "SELECT {columns} FROM desk_case WHERE number = $1";
    CASE_OPEN_FOR: Case = "SELECT {columns} FROM desk_case
        WHERE device_id = $1 AND clause_id = $2 AND kind = $3 AND closed_at IS NULL";
    CASE_LIST: Case = "SELECT {columns} FROM desk_case WHERE ($1 = '' OR force = $1) AND ($2 = '' OR kind = $2)
        AND ($3 = '' OR ($3 = 'open' AND closed_at IS NULL) OR ($3 = 'closed' AND closed_at IS NOT NULL)
          OR ($3 = 'late' AND closed_at IS NULL AND due_at < $4))
        AND ($5 = '' OR 'c-' || number LIKE $5 OR (lower(title) LIKE $5 AND $8 NOT LIKE '%,' || kind || ',%'))
        AND (opened_at, id) < ($6, $7)
        AND ($8 NOT LIKE '%,' || kind || ',%'
          OR ($9 LIKE '%,' || force || ',%' AND COALESCE(person_id, '') <> $10
            AND ($2 = '' OR $11 LIKE '%,' || force || ',%')))
        ORDER BY opened_at DESC, id DESC LIMIT $12";
    // What is to be done next comes first: the open ones by when they are due, those without a time after them, then what was closed
    // last.
    CASE_QUEUE: Case = concat!("SELECT {columns} FROM desk_case
        WHERE ($1 = '' OR force = $1) AND ($2 = '' OR kind = $2)
        AND ($3 = '' OR ($3 = 'open' AND closed_at IS NULL) OR ($3 = 'closed' AND closed_at IS NOT NULL)
          OR ($3 = 'late' AND closed_at IS NULL AND due_at < $4))
        AND ($5 = '' OR 'c-' || number LIKE $5 OR (lower(title) LIKE $5 AND $8 NOT LIKE '%,' || kind || ',%'))
        AND (", queue_key!(), ", id) > ($6, $7)
        AND ($8 NOT LIKE '%,' || kind || ',%'
          OR ($9 LIKE '%,' || force || ',%' AND COALESCE(person_id, '') <> $10
            AND ($2 = '' OR $11 LIKE '%,' || force || ',%')))
        AND ($13 = '' OR ($13 = 'nobody' AND owner IS NULL) OR owner = $13)
        ORDER BY ", queue_key!(), ", id LIMIT $12");
    CASES_OWNED: Case = "SELECT {columns} FROM desk_case WHERE owner = $1 AND closed_at IS NULL
        ORDER BY due_at, number LIMIT 200";
    CASE_HAND = "UPDATE desk_case SET owner = CASE WHEN $3 = '' THEN NULL ELSE $3 END
        WHERE id = $1 AND owner = $2 AND closed_at IS NULL";
    CASE_KINDS: String = "SELECT DISTINCT kind FROM desk_case ORDER BY kind LIMIT 100";
    CASES_LATE_COUNT = "SELECT count(*) FROM desk_case WHERE closed_at IS NULL AND due_at < $2 AND ($1 = '' OR force = $1)
        AND ($3 NOT LIKE '%,' || kind || ',%' OR ($4 LIKE '%,' || force || ',%' AND COALESCE(person_id, '') <> $5))";
    CASES_OF_PERSON: Case = "SELECT {columns} FROM desk_case WHERE person_id = $1 ORDER BY opened_at DESC LIMIT 100";
    CASE_KINDS_OF_PERSON: String = "SELECT DISTINCT kind FROM desk_case WHERE person_id = $1 ORDER BY kind LIMIT 100";
    CASES_OF_DEVICE: Case = "SELECT {columns} FROM desk_case WHERE device_id = $1 ORDER BY opened_at DESC LIMIT 100";
    CASE_CLOSE = "UPDATE desk_case SET closed_at = $2, closed_why = $3, closed_how = $4 WHERE id = $1 AND closed_at IS NULL";
    CASE_REOPEN = "UPDATE desk_case SET closed_at = NULL, closed_why = NULL, closed_how = NULL
        WHERE id = $1 AND closed_how = 'called-off'";
    CASE_REOPEN_ANY = "UPDATE desk_case SET closed_at = NULL, closed_why = NULL, closed_how = NULL
        WHERE id = $1 AND closed_at IS NOT NULL";
    CASE_TAKE = "UPDATE desk_case SET owner = $2 WHERE id = $1 AND closed_at IS NULL AND COALESCE(owner, '') <> $2";
    CASE_ABOUT = "UPDATE desk_case SET device_id = $2, person_id = $3, title = $4 WHERE id = $1 AND closed_at IS NULL";
    CASE_DUE = "UPDATE desk_case SET due_at = $2 WHERE id = $1";
    CASE_OPEN_OF_PERSON: Case = "SELECT {columns} FROM desk_case
        WHERE person_id = $1 AND kind = $2 AND closed_at IS NULL
        ORDER BY opened_at, id LIMIT 1";
    CASES_OPEN_COUNT = "SELECT count(*) FROM desk_case WHERE closed_at IS NULL AND ($1 = '' OR force = $1)
        AND ($2 NOT LIKE '%,' || kind || ',%' OR ($3 LIKE '%,' || force || ',%' AND COALESCE(person_id, '') <> $4))";
    CASE_EVENT_ADD = "INSERT INTO case_event (id, case_id, at, actor, says) VALUES ($1, $2, $3, $4, $5)";
    CASE_EVENTS: (Timestamp, String, String) = "SELECT at, actor, says FROM case_event
        WHERE case_id = $1 ORDER BY at, id";
}

/// Opens a case; gives it a number and ignores `new.number`. There is at most one open case for a device,
/// clause and kind.
pub fn open(tx: &mut Tx<'_>, new: &Case) -> Result<(), StoreError> {
    locks::take(tx, Lock::Number(NUMBER))?;
    let params = values!(new: id, kind, force, device, person, clause, title, opened_at, due_at);
    tx.execute(&CASE_ADD, &params).map(drop)
}

/// Returns the case of that id.
pub fn by_id(tx: &mut Tx<'_>, id: CaseId) -> Result<Option<Case>, StoreError> {
    tx.row(&CASE_BY_ID, &[Value::id(id)])
}

/// Returns the case of that number.
pub fn by_number(tx: &mut Tx<'_>, number: i64) -> Result<Option<Case>, StoreError> {
    tx.row(&CASE_BY_NUMBER, &[number.into()])
}

/// Returns the open case of that kind for a device and clause.
pub fn open_for(
    tx: &mut Tx<'_>,
    device: DeviceId,
    clause: &ClauseId,
    kind: &str,
) -> Result<Option<Case>, StoreError> {
    tx.row(&CASE_OPEN_FOR, &[Value::id(device), clause.as_str().into(), kind.into()])
}

/// What a list of cases shows. Empty words mean "any".
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Only this force's.
    pub force: Option<Force>,
    /// Only this type.
    pub kind: String,
    /// `open`, `late` or `closed`.
    pub state: String,
    /// Part of the title or of the reference, which reads `C-` and the number.
    pub search: String,
    /// Only those after this one in the list.
    pub after: Option<(Timestamp, CaseId)>,
}

/// What a reader may know of cases whose content is sealed. By default nothing is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// The types that are sealed.
    pub sealed: Vec<String>,
    /// The forces in which they may know that there is such a case.
    pub known_in: Vec<Force>,
    /// The forces in which they may know its type too.
    pub typed_in: Vec<Force>,
    /// The reader, if they may not know of cases about themselves.
    pub not_about: Option<PersonId>,
}

impl Sight {
    /// Returns the parameters of a WHERE: types, forces, the person to leave out. Words with a comma on either side.
    fn params(&self) -> [Value; 3] {
        [
            among(self.sealed.iter().map(String::as_str)),
            among(self.known_in.iter().map(|force| force.as_str())),
            self.not_about.map(|person| person.to_string()).unwrap_or_default().into(),
        ]
    }
}

fn among<'a>(words: impl Iterator<Item = &'a str>) -> Value {
    let text: String = words.flat_map(|word| [word, ","]).collect();
    if text.is_empty() { text.into() } else { format!(",{text}").into() }
}

/// Returns up to `limit` cases, newest first; `now` decides which are late. A sealed one is not found by its title, and by its type
/// only for readers who may know it.
pub fn list(
    tx: &mut Tx<'_>,
    filter: &CaseFilter,
    sight: &Sight,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Case>, StoreError> {
    let (at, id) = filter
        .after
        .map_or((Timestamp::from_millis(i64::MAX), String::new()), |(at, id)| (at, id.to_string()));
    let [sealed, known_in, not_about] = sight.params();
    tx.rows(
        &CASE_LIST,
        &[
            crate::force_word(filter.force),
            filter.kind.as_str().into(),
            filter.state.as_str().into(),
            now.into(),
            crate::like(&filter.search),
            at.into(),
            id.into(),
            sealed,
            known_in,
            not_about,
            among(sight.typed_in.iter().map(|force| force.as_str())),
            limit.into(),
        ],
    )
}

/// Returns where a case stands in the queue.
#[must_use]
pub fn queue_key(case: &Case) -> Timestamp {
    match (&case.closed, case.due_at) {
        (Some((at, _)), _) => Timestamp::from_millis(9_000_000_000_000_000 - at.millis()),
        (None, None) => Timestamp::from_millis(4_102_444_800_000),
        (None, Some(due)) => due,
    }
}

/// A page of the queue.
#[derive(Debug, Clone, Copy)]
pub struct QueuePage<'a> {
    /// Whose cases: empty for all, `nobody`, or an actor as the ledger names them.
    pub owner: &'a str,
    /// The present, which decides what is late.
    pub now: Timestamp,
    /// Most cases.
    pub limit: u32,
}

/// Returns cases in the order of the queue: what is due next comes first. `filter.after` is the key of the last one.
pub fn queue(
    tx: &mut Tx<'_>,
    filter: &CaseFilter,
    sight: &Sight,
    page: &QueuePage<'_>,
) -> Result<Vec<Case>, StoreError> {
    let (at, id) = filter
        .after
        .map_or((Timestamp::from_millis(i64::MIN), String::new()), |(at, id)| (at, id.to_string()));
    let [sealed, known_in, not_about] = sight.params();
    tx.rows(
        &CASE_QUEUE,
        &[
            crate::force_word(filter.force),
            filter.kind.as_str().into(),
            filter.state.as_str().into(),
            page.now.into(),
            crate::like(&filter.search),
            at.into(),
            id.into(),
            sealed,
            known_in,
            not_about,
            among(sight.typed_in.iter().map(|force| force.as_str())),
            i64::from(page.limit).into(),
            page.owner.into(),
        ],
    )
}

/// Returns the open cases that an actor has taken, the one due next first.
pub fn owned(tx: &mut Tx<'_>, owner: &str) -> Result<Vec<Case>, StoreError> {
    tx.rows(&CASES_OWNED, &[owner.into()])
}

/// Hands an open case from its owner to another actor, or back to the queue; returns whether it was still theirs.
pub fn hand(tx: &mut Tx<'_>, id: CaseId, from: &str, to: Option<&str>) -> Result<bool, StoreError> {
    Ok(tx.execute(&CASE_HAND, &[Value::id(id), from.into(), to.unwrap_or_default().into()])? > 0)
}

/// Returns the types of case that were ever opened, a hundred at most.
pub fn kinds(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    tx.rows(&CASE_KINDS, &[])
}

/// Returns how many open cases are past their time limit, among those that a reader sees.
pub fn late_count(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    sight: &Sight,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let [sealed, known_in, not_about] = sight.params();
    let params = [crate::force_word(force), now.into(), sealed, known_in, not_about];
    crate::single_count(tx, &CASES_LATE_COUNT, &params)
}

/// Returns the cases about a person, newest first, a hundred at most.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Case>, StoreError> {
    tx.rows(&CASES_OF_PERSON, &[Value::id(person)])
}

/// Returns the types of the cases about a person, a hundred at most.
pub fn kinds_of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<String>, StoreError> {
    tx.rows(&CASE_KINDS_OF_PERSON, &[Value::id(person)])
}

/// Returns the cases of a device, newest first, a hundred at most.
pub fn of_device(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<Case>, StoreError> {
    tx.rows(&CASES_OF_DEVICE, &[Value::id(device)])
}

/// Closes a case, with a reason for people and how it ended as a word; returns whether it was open.
pub fn close(
    tx: &mut Tx<'_>,
    id: CaseId,
    at: Timestamp,
    why: &str,
    how: &'static str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&CASE_CLOSE, &[Value::id(id), at.into(), why.into(), how.into()])? > 0)
}

/// Reopens a case that was called off; returns whether it was.
pub fn reopen(tx: &mut Tx<'_>, id: CaseId) -> Result<bool, StoreError> {
    Ok(tx.execute(&CASE_REOPEN, &[Value::id(id)])? > 0)
}

/// Reopens a case, however it was closed; returns whether it was.
pub fn reopen_any(tx: &mut Tx<'_>, id: CaseId) -> Result<bool, StoreError> {
    Ok(tx.execute(&CASE_REOPEN_ANY, &[Value::id(id)])? > 0)
}

/// Assigns an open case to a person; returns whether that changed anything.
pub fn take(tx: &mut Tx<'_>, id: CaseId, owner: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&CASE_TAKE, &[Value::id(id), owner.into()])? > 0)
}

/// Writes what an open case is about; returns whether it was open.
pub fn set_about(
    tx: &mut Tx<'_>,
    id: CaseId,
    device: Option<DeviceId>,
    person: Option<PersonId>,
    title: &str,
) -> Result<bool, StoreError> {
    let params = [Value::id(id), Value::opt_id(device), Value::opt_id(person), title.into()];
    Ok(tx.execute(&CASE_ABOUT, &params)? > 0)
}

/// Moves a case's time limit.
pub fn set_due(tx: &mut Tx<'_>, id: CaseId, due: Option<Timestamp>) -> Result<(), StoreError> {
    tx.execute(&CASE_DUE, &[Value::id(id), due.into()]).map(drop)
}

/// Returns the oldest open case of a kind about a person.
pub fn open_of_person(tx: &mut Tx<'_>, person: PersonId, kind: &str) -> Result<Option<Case>, StoreError> {
    tx.row(&CASE_OPEN_OF_PERSON, &[Value::id(person), kind.into()])
}

/// Returns how many cases are open, among those that a reader sees.
pub fn open_count(tx: &mut Tx<'_>, force: Option<Force>, sight: &Sight) -> Result<i64, StoreError> {
    let [sealed, known_in, not_about] = sight.params();
    crate::single_count(tx, &CASES_OPEN_COUNT, &[crate::force_word(force), sealed, known_in, not_about])
}

/// A line of a timeline as it is entered.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// Its id.
    pub id: EntryId,
    /// The case whose timeline it is.
    pub case: CaseId,
    /// Who says it.
    pub actor: &'a str,
    /// What they say.
    pub says: &'a str,
}

/// Adds a line to a case's timeline.
pub fn add_event(tx: &mut Tx<'_>, new: &NewEvent<'_>, at: Timestamp) -> Result<(), StoreError> {
    let NewEvent { id, case, actor, says } = *new;
    tx.later(&CASE_EVENT_ADD, vec![Value::id(id), Value::id(case), at.into(), actor.into(), says.into()])
}

/// Returns a case's timeline: when, who, what.
pub fn events(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<(Timestamp, String, String)>, StoreError> {
    tx.rows(&CASE_EVENTS, &[Value::id(case)])
}
