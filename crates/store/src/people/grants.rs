//! Who has which role, from where, until when.

use domain::{Force, GrantId, PersonId, Timestamp};

use crate::{Row, StoreError, Tx, Value, row, statements, values};

row! {
    /// A role that a person has or had.
    pub struct Grant {
        /// Its id.
        pub id: GrantId,
        /// The person whose it is.
        pub person: PersonId = "person_id",
        /// The role's word.
        pub role: String,
        /// Over the things of every force, not only of the person's own.
        pub everywhere: bool = "both_forces",
        /// Whether the directory gave it, by way of a group.
        pub from_directory: bool = "source" by is_directory,
        /// Who gave it, or the group that did.
        pub said_by: String,
        /// The reason.
        pub reason: String,
        /// When it was given.
        pub granted_at: Timestamp,
        /// Until when; `None`: until a person ends it.
        pub until: Option<Timestamp>,
        /// When it was ended, and by whom.
        pub ended: Option<(Timestamp, String)> = "ended_at, ended_by",
        /// Whether it waits for a person to confirm it, and counts for nothing until then.
        pub waits: bool,
        /// When it was confirmed, and by whom.
        pub confirmed: Option<(Timestamp, String)> = "confirmed_at, confirmed_by",
        /// Who had the directory ask for it, where that was not the person's own sign-in.
        pub asked_by: Option<String>,
    }
}

impl Grant {
    /// Returns whether it counts at that time.
    #[must_use]
    pub fn counts_at(&self, now: Timestamp) -> bool {
        !self.waits && self.is_open_at(now)
    }

    /// Returns whether it counts at that time, or would once it is confirmed.
    #[must_use]
    pub fn is_open_at(&self, now: Timestamp) -> bool {
        self.ended.is_none() && self.until.is_none_or(|until| until > now)
    }

    /// Returns since when it counts, or would: when it was confirmed, or else given.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.confirmed.as_ref().map_or(self.granted_at, |(at, _)| *at)
    }
}

/// A grant with whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The grant.
    pub grant: Grant,
    /// The person's name and number.
    pub name: (String, String),
    /// Their force.
    pub force: Force,
}

macro_rules! columns {
    () => {
        "g.id, g.person_id, g.role, g.both_forces, g.source, g.said_by, g.reason, g.granted_at, g.until, g.ended_at, g.ended_by,
        g.waits, g.confirmed_at, g.confirmed_by, g.asked_by"
    };
}

statements! {
    pub(crate) GRANT_ADD = "INSERT INTO role_grant (id, person_id, role, both_forces, source, said_by, reason, granted_at, until, waits, asked_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    GRANT_BY_ID: Grant = "SELECT {g.columns} FROM role_grant g WHERE g.id = $1";
    GRANTS_OF_PERSON: Grant = "SELECT {g.columns} FROM role_grant g WHERE g.person_id = $1
        ORDER BY g.granted_at DESC, g.id DESC LIMIT 200";
    GRANTS_OPEN: Grant = "SELECT {g.columns} FROM role_grant g WHERE g.person_id = $1 AND g.ended_at IS NULL
        ORDER BY g.granted_at, g.id";
    GRANTS_LIST: (Grant, (String, String), Force) = concat!("SELECT ", columns!(), ", p.name, p.number, p.force
        FROM role_grant g JOIN person p ON p.id = g.person_id
        WHERE g.ended_at IS NULL AND g.waits = 0 AND (g.until IS NULL OR g.until > $1) AND p.ended_at IS NULL
        AND ($2 = '' OR p.force = $2) AND ($3 = '' OR g.role = $3)
        AND (p.name > $4 OR (p.name = $4 AND g.id > $5)) ORDER BY p.name, g.id LIMIT $6");
    // Whom an alarm tells, and who may confirm: over a force are its own people, and those who have the role over both.
    GRANTS_OVER: (Grant, Option<Timestamp>) = concat!("SELECT ", columns!(), ", p.signed_in_at
        FROM role_grant g JOIN person p ON p.id = g.person_id
        WHERE g.ended_at IS NULL AND g.waits = 0 AND (g.until IS NULL OR g.until > $1) AND p.ended_at IS NULL
        AND ($2 = '' OR p.force = $2 OR g.both_forces = 1) AND g.role = $3 ORDER BY g.person_id, g.id LIMIT $4");
    // People who once had an effective role over a force, and signed in: a first sign-in cannot happen twice.
    GRANTS_EVER: PersonId = "SELECT DISTINCT g.person_id FROM role_grant g JOIN person p ON p.id = g.person_id
        WHERE g.role = $1 AND g.waits = 0 AND p.signed_in_at IS NOT NULL AND (p.force = $2 OR g.both_forces = 1)
        ORDER BY g.person_id LIMIT $3";
    GRANTS_WAITING_BY: Grant = "SELECT {g.columns} FROM role_grant g
        WHERE g.waits = 1 AND g.ended_at IS NULL AND g.said_by = $1 ORDER BY g.granted_at, g.id LIMIT 1000";
    GRANT_CONFIRM = "UPDATE role_grant SET waits = 0, confirmed_at = $2, confirmed_by = $3
        WHERE id = $1 AND ended_at IS NULL AND confirmed_at IS NULL";
    GRANT_END = "UPDATE role_grant SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL";
    MANAGES_SOMEBODY = "SELECT count(*) FROM (SELECT 1 FROM person WHERE line_manager_id = $1 AND ended_at IS NULL LIMIT 1) AS one";
}

fn is_directory(row: &Row, at: usize) -> Result<bool, StoreError> {
    Ok(row.text_ref(at)? == "directory")
}

/// Enters a grant.
pub fn add(tx: &mut Tx<'_>, new: &Grant) -> Result<(), StoreError> {
    let params = values!(new: id, person, role, everywhere,
        (if new.from_directory { "directory" } else { "hand" }), said_by, reason, granted_at, until, waits,
        asked_by);
    tx.execute(&GRANT_ADD, &params).map(drop)
}

/// Returns the grant of that id.
pub fn by_id(tx: &mut Tx<'_>, id: GrantId) -> Result<Option<Grant>, StoreError> {
    tx.row(&GRANT_BY_ID, &[Value::id(id)])
}

/// Returns every grant that a person ever had, newest first, two hundred at most.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Grant>, StoreError> {
    tx.rows(&GRANTS_OF_PERSON, &[Value::id(person)])
}

/// Returns the grants of a person that nobody ended; some may be past their time.
pub fn open(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Grant>, StoreError> {
    tx.rows(&GRANTS_OPEN, &[Value::id(person)])
}

/// Which grants are listed.
#[derive(Debug, Clone, Copy)]
pub struct GrantFilter<'a> {
    /// The force of the people; `None` for all.
    pub force: Option<Force>,
    /// The role; empty for all.
    pub role: &'a str,
    /// Name and grant of the last one of the part before.
    pub after: Option<(&'a str, GrantId)>,
}

/// Returns up to `limit` grants that count at `now`, in order of the person's name, after the given name and grant.
pub fn list(
    tx: &mut Tx<'_>,
    filter: &GrantFilter<'_>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let after = filter.after.map(|(name, id)| (name.to_owned(), id.to_string()));
    let (name, id) = after.unwrap_or_default();
    let (force, role) = (crate::force_word(filter.force), filter.role.into());
    let params = [now.into(), force, role, name.into(), id.into(), limit.into()];
    let found = tx.rows(&GRANTS_LIST, &params)?.into_iter();
    Ok(found.map(|(grant, name, force)| Listed { grant, name, force }).collect())
}

/// A grant of a role over a force, with whether its person has ever signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// The grant.
    pub grant: Grant,
    /// When its person first signed in; `None` if they never have, as far as is known.
    pub signed_in_at: Option<Timestamp>,
}

/// Returns up to `limit` grants of a role that count at `now` over a force's things, or over anybody's where no force is given.
pub fn over(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    role: &str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Over>, StoreError> {
    let params = [now.into(), crate::force_word(force), role.into(), limit.into()];
    let found = tx.rows(&GRANTS_OVER, &params)?.into_iter();
    Ok(found.map(|(grant, signed_in_at)| Over { grant, signed_in_at }).collect())
}

/// Returns up to `limit` people who ever had a role over a force's things and have signed in, also where either is over.
pub fn ever(tx: &mut Tx<'_>, force: Force, role: &str, limit: u32) -> Result<Vec<PersonId>, StoreError> {
    let params = [role.into(), Value::id(force), limit.into()];
    tx.rows(&GRANTS_EVER, &params)
}

/// Returns the grants that wait for a confirmation and that a person asked for, a thousand at most.
pub fn waiting_of(tx: &mut Tx<'_>, said_by: &str) -> Result<Vec<Grant>, StoreError> {
    tx.rows(&GRANTS_WAITING_BY, &[said_by.into()])
}

/// Confirms a grant, which counts from then on; returns whether it was open and nobody had confirmed it before.
pub fn confirm(tx: &mut Tx<'_>, id: GrantId, at: Timestamp, by: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&GRANT_CONFIRM, &[Value::id(id), at.into(), by.into()])? > 0)
}

/// Ends a grant; returns whether it had not been ended before.
pub fn end(tx: &mut Tx<'_>, id: GrantId, at: Timestamp, by: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&GRANT_END, &[Value::id(id), at.into(), by.into()])? > 0)
}

/// Returns whether anybody in the register names them as line manager.
pub fn manages_somebody(tx: &mut Tx<'_>, person: PersonId) -> Result<bool, StoreError> {
    Ok(crate::single_count(tx, &MANAGES_SOMEBODY, &[Value::id(person)])? > 0)
}
