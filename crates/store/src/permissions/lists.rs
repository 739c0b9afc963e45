//! Lists and counts of register entries. A list is walked by key, newest first.

use domain::{DeviceId, Force, PermissionId, PersonId, Timestamp};

use super::Permission;
use crate::{StoreError, Tx, Value, row, statements};

statements! {
    // $6 is whose own entries are wanted, by id and by the actor's name; nothing for everybody's.
    pub(crate) PERMISSION_LIST: Permission = "SELECT {g.columns} FROM permission_entry g
        WHERE ($1 = '' OR g.force = $1) AND ($2 = '' OR g.register_id = $2)
        AND ($3 = '' OR ($3 = 'open' AND g.state IN ('asked', 'agreed'))
          OR ($3 = 'in-force' AND g.state = 'granted' AND g.starts_at <= $4 AND g.ends_at > $4)
          OR ($3 = 'lapsing' AND g.state = 'granted' AND g.ends_at > $4 AND g.warned_at IS NOT NULL)
          OR ($3 = 'late' AND g.state IN ('asked', 'agreed') AND g.due_at < $4)
          OR g.state = $3)
        AND ($5 = '' OR lower(g.because) LIKE $5 OR lower(g.asked_name) LIKE $5 OR lower(g.fields) LIKE $5
          OR 'p-' || g.number LIKE $5)
        AND ($6 = '' OR g.asked_person = $6
          OR EXISTS (SELECT 1 FROM permission_person p WHERE p.entry_id = g.id AND p.person_id = $6))
        AND (g.asked_at, g.id) < ($7, $8) ORDER BY g.asked_at DESC, g.id DESC LIMIT $9";
    PERMISSIONS_OF_DEVICE: Permission = "SELECT {g.columns} FROM permission_entry g WHERE g.device_id = $1
        ORDER BY g.asked_at DESC, g.id DESC LIMIT 100";
    PERMISSIONS_OF_PERSON: Permission = "SELECT {g.columns} FROM permission_person p
        JOIN permission_entry g ON g.id = p.entry_id
        WHERE p.person_id = $1 ORDER BY g.asked_at DESC, g.id DESC LIMIT 100";
    PERMISSION_FIGURES: PermissionFigures = "SELECT register_id,
        sum(CASE WHEN state IN ('asked', 'agreed') THEN 1 ELSE 0 END),
        sum(CASE WHEN state = 'granted' AND starts_at <= $2 AND ends_at > $2 THEN 1 ELSE 0 END),
        sum(CASE WHEN state = 'granted' AND ends_at > $2 AND warned_at IS NOT NULL THEN 1 ELSE 0 END), count(*)
        FROM permission_entry WHERE ($1 = '' OR force = $1) GROUP BY register_id ORDER BY register_id";
    PERMISSION_TALLY = "SELECT count(*), COALESCE(sum(CASE WHEN state NOT IN ('asked', 'agreed') THEN 1 ELSE 0 END), 0),
        COALESCE(sum(CASE WHEN due_at IS NOT NULL AND COALESCE(decided_at, ended_at, $2) > due_at THEN 1 ELSE 0 END), 0)
        FROM permission_entry WHERE register_id = $1";
    PERMISSIONS_LAPSING: Permission = "SELECT {g.columns} FROM permission_entry g WHERE ($1 = '' OR g.force = $1)
        AND g.state = 'granted' AND g.ends_at > $2 AND g.warned_at IS NOT NULL ORDER BY g.ends_at, g.id LIMIT $3";
}

/// What a list of entries shows. Empty words mean "any".
#[derive(Debug, Clone, Default)]
pub struct PermissionFilter {
    /// Only this force's.
    pub force: Option<Force>,
    /// Only this register's.
    pub register: String,
    /// A state's word, or `open`, `in-force`, `lapsing`, `late`.
    pub state: String,
    /// Part of the reason, a field, who asked, or the reference, which reads `P-` and the number.
    pub search: String,
    /// Only those that this person asked for or that are for them.
    pub own: Option<PersonId>,
    /// Only those that stand after this one in the list.
    pub after: Option<(Timestamp, PermissionId)>,
}

row! {
    /// The figures of one register.
    #[derive(Default)]
    pub struct PermissionFigures {
        /// The register.
        pub register: String,
        /// Waiting for a decision.
        pub open: i64,
        /// In force.
        pub in_force: i64,
        /// In force, and warned of their end.
        pub lapsing: i64,
        /// All that there ever were.
        pub all: i64,
    }
}

/// Returns up to `limit` entries, newest first.
pub fn list(
    tx: &mut Tx<'_>,
    filter: &PermissionFilter,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Permission>, StoreError> {
    let (at, id) = filter
        .after
        .map_or((Timestamp::from_millis(i64::MAX), String::new()), |(at, id)| (at, id.to_string()));
    tx.rows(
        &PERMISSION_LIST,
        &[
            crate::force_word(filter.force),
            filter.register.as_str().into(),
            filter.state.as_str().into(),
            now.into(),
            crate::like(&filter.search),
            filter.own.map(|own| own.to_string()).unwrap_or_default().into(),
            at.into(),
            id.into(),
            limit.into(),
        ],
    )
}

/// Returns the entries for a device, newest first, a hundred at most.
pub fn of_device(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<Permission>, StoreError> {
    tx.rows(&PERMISSIONS_OF_DEVICE, &[Value::id(device)])
}

/// Returns the entries that hold for a person or were to, newest first, a hundred at most.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Permission>, StoreError> {
    tx.rows(&PERMISSIONS_OF_PERSON, &[Value::id(person)])
}

/// Returns the figures of every register that has an entry.
pub fn figures(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    now: Timestamp,
) -> Result<Vec<PermissionFigures>, StoreError> {
    tx.rows(&PERMISSION_FIGURES, &[crate::force_word(force), now.into()])
}

/// Counts a register's entries: asked for, decided or ended, not decided in time.
pub fn tally(tx: &mut Tx<'_>, register: &str, now: Timestamp) -> Result<(i64, i64, i64), StoreError> {
    let row = tx.one(&PERMISSION_TALLY, &[register.into(), now.into()])?;
    row.map_or(Ok((0, 0, 0)), |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)))
}

/// Entries in force whose end people were warned of, the nearest end first.
pub fn lapsing(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Permission>, StoreError> {
    tx.rows(&PERMISSIONS_LAPSING, &[crate::force_word(force), now.into(), limit.into()])
}
