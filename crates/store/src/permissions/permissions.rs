//! Entries of the registers of permissions and exceptions, for whom they hold, and what one device is sent because of
//! them. Lists are in `lists`.

pub mod lists;

use std::collections::BTreeMap;

use domain::{ClauseId, DeviceId, EntryId, Force, PermissionId, PermissionState, PersonId, Timestamp};

use crate::locks::{self, Lock};
use crate::{StoreError, ToValues, Tx, Value, row, statements, values};

row! {
    /// A person as an entry names them: the actor's name in the ledger, and as shown to people.
    pub struct Named {
        /// As the ledger names them.
        pub by: String,
        /// As people read it.
        pub name: String,
    }

    /// One entry.
    pub struct Permission {
        /// Its id.
        pub id: PermissionId,
        /// The number that people say.
        pub number: i64,
        /// Made with the form: one form, one entry.
        pub once: String,
        /// The register, by the name of its file.
        pub register: String = "register_id",
        /// The force that it belongs to.
        pub force: Force,
        /// Its state.
        pub state: PermissionState,
        /// Counts the changes of state.
        pub version: i64,
        /// The person it is for.
        pub person: Option<PersonId> = "person_id",
        /// The device that it is for.
        pub device: Option<DeviceId> = "device_id",
        /// The clause that it is for.
        pub clause: Option<ClauseId> = "clause_id",
        /// What the register asks, by the fields' names; never a password.
        pub fields: BTreeMap<String, String>,
        /// Why it is needed, in the asker's words.
        pub because: String,
        /// Who asked.
        pub asked: Named = "asked_by, asked_name",
        /// The same, where the register of people has them.
        pub asked_person: Option<PersonId>,
        /// When it was asked for.
        pub asked_at: Timestamp,
        /// Until when it is wanted.
        pub wanted_until: Timestamp,
        /// When it must be decided.
        pub due_at: Option<Timestamp>,
        /// The first of two who agreed, and in which of the two seats.
        pub agreed: Option<(Named, i64)> = "agreed_by, agreed_name, agreed_seat",
        /// Who decided.
        pub decided: Option<Named> = "decided_by, decided_name",
        /// When it was decided.
        pub decided_at: Option<Timestamp>,
        /// Why, in the decider's words.
        pub decision: Option<String>,
        /// Its conditions.
        pub conditions: Option<String>,
        /// From when it is in force.
        pub starts_at: Option<Timestamp>,
        /// When it ends.
        pub ends_at: Option<Timestamp>,
        /// When a person last said that it is still needed.
        pub reviewed_at: Option<Timestamp>,
        /// When people were warned of its end.
        pub warned_at: Option<Timestamp>,
        /// When it was over, and why.
        pub ended: Option<(Timestamp, String)> = "ended_at, ended_why",
    }
}

impl ToValues for Named {
    const WIDTH: usize = 2;

    fn push(&self, values: &mut Vec<Value>) {
        values.extend([self.by.as_str().into(), self.name.as_str().into()]);
    }
}

impl Permission {
    /// Returns whether it is in force at a time.
    #[must_use]
    pub fn in_force(&self, now: Timestamp) -> bool {
        self.state == PermissionState::Granted
            && self.starts_at.is_some_and(|start| start <= now)
            && self.ends_at.is_some_and(|end| now < end)
    }

    /// Returns whether it waits for a decision.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, PermissionState::Asked | PermissionState::Agreed)
    }
}

/// In force at `$2`.
macro_rules! in_force {
    () => {
        "g.state = 'granted' AND g.starts_at <= $2 AND g.ends_at > $2"
    };
}

statements! {
    pub(crate) PERMISSION_ADD = "INSERT INTO permission_entry (id, number, once, register_id, force, state, person_id, device_id, clause_id,
        fields, because, asked_by, asked_name, asked_person, asked_at, wanted_until, due_at)
        SELECT $1, COALESCE(max(number), 100) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
        FROM permission_entry WHERE true ON CONFLICT (once) DO NOTHING";
    PERMISSION_BY_ID: Permission = "SELECT {g.columns} FROM permission_entry g WHERE g.id = $1";
    PERMISSION_BY_ONCE: Permission = "SELECT {g.columns} FROM permission_entry g WHERE g.once = $1";
    PERMISSION_BY_NUMBER: Permission = "SELECT {g.columns} FROM permission_entry g WHERE g.number = $1";
    PERMISSION_PUT = "UPDATE permission_entry SET state = $3, version = version + 1, agreed_by = $4, agreed_name = $5, agreed_seat = $6,
        decided_by = $7, decided_name = $8, decided_at = $9, decision = $10, conditions = $11, starts_at = $12, ends_at = $13,
        reviewed_at = $14, warned_at = $15, ended_at = $16, ended_why = $17 WHERE id = $1 AND version = $2";
    PERMISSION_PERSON_ADD = "INSERT INTO permission_person (person_id, entry_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    PERMISSION_PEOPLE: PersonId = "SELECT person_id FROM permission_person WHERE entry_id = $1 ORDER BY person_id";
    PERMISSION_CLAUSE_ADD = "INSERT INTO permission_clause (clause_id, entry_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    PERMISSION_CLAUSES: ClauseId = "SELECT clause_id FROM permission_clause WHERE entry_id = $1 ORDER BY clause_id";
    PERMISSION_SECRET_PUT = "INSERT INTO permission_secret (entry_id, sealed) VALUES ($1, $2) ON CONFLICT (entry_id) DO NOTHING";
    PERMISSION_SECRET: Vec<u8> = "SELECT sealed FROM permission_secret WHERE entry_id = $1";
    PERMISSION_SECRET_DROP = "DELETE FROM permission_secret WHERE entry_id = $1";
    PERMISSION_EVENT_ADD = "INSERT INTO permission_event (id, entry_id, at, actor, says) VALUES ($1, $2, $3, $4, $5)";
    PERMISSION_EVENTS: (Timestamp, String, String) = "SELECT at, actor, says FROM permission_event
        WHERE entry_id = $1 ORDER BY at, id";
    PERMISSIONS_FOR_DEVICE: Permission = concat!("SELECT {g.columns} FROM permission_entry g
        WHERE g.device_id = $1 AND ", in_force!(),
        " ORDER BY g.number");
    PERMISSIONS_FOR_PERSON: Permission = concat!("SELECT {g.columns} FROM permission_person p
        JOIN permission_entry g ON g.id = p.entry_id
        WHERE p.person_id = $1 AND ", in_force!(), " ORDER BY g.number");
    PERMISSIONS_ON_CLAUSE: Permission = concat!("SELECT {g.columns} FROM permission_clause c
        JOIN permission_entry g ON g.id = c.entry_id
        WHERE c.clause_id = $1 AND ", in_force!(), " AND ($3 = '' OR g.force = $3) ORDER BY g.number LIMIT 200");
    OWN_PROFILE_PUT = "INSERT INTO own_profile (device_id, identifier, digest, sealed, made_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (device_id, identifier) DO UPDATE SET digest = excluded.digest, sealed = excluded.sealed,
        made_at = excluded.made_at";
    OWN_PROFILE: Vec<u8> = "SELECT sealed FROM own_profile WHERE device_id = $1 AND identifier = $2 AND digest = $3";
    OWN_PROFILE_DIGESTS: (String, String) = "SELECT identifier, digest FROM own_profile
        WHERE device_id = $1 ORDER BY identifier";
    OWN_PROFILE_DROP = "DELETE FROM own_profile WHERE device_id = $1 AND identifier = $2";
}

/// Enters a request; its number is given here and `new.number` is not looked at. Whether it is new: a second one of the
/// same form is not.
pub fn add(tx: &mut Tx<'_>, new: &Permission) -> Result<bool, StoreError> {
    locks::take(tx, Lock::Number("permission"))?;
    let fields = serde_json::to_string(&new.fields)
        .map_err(|error| StoreError::encode("permission_entry.fields", &error))?;
    let params = values!(new: id, once, register, force, state, person, device, clause, (fields), because,
        asked, asked_person, asked_at, wanted_until, due_at);
    let added = tx.execute(&PERMISSION_ADD, &params)?;
    Ok(added > 0)
}

/// Returns the entry of that id.
pub fn by_id(tx: &mut Tx<'_>, id: PermissionId) -> Result<Option<Permission>, StoreError> {
    tx.row(&PERMISSION_BY_ID, &[Value::id(id)])
}

/// Returns the entry that a form made.
pub fn by_once(tx: &mut Tx<'_>, once: &str) -> Result<Option<Permission>, StoreError> {
    tx.row(&PERMISSION_BY_ONCE, &[once.into()])
}

/// Returns the entry of that number.
pub fn by_number(tx: &mut Tx<'_>, number: i64) -> Result<Option<Permission>, StoreError> {
    tx.row(&PERMISSION_BY_NUMBER, &[number.into()])
}

/// Writes a changed entry over the one of that version; returns whether it still had that version.
pub fn put(tx: &mut Tx<'_>, changed: &Permission) -> Result<bool, StoreError> {
    let params = values!(changed: id, version, state, agreed, decided, decided_at, decision, conditions,
        starts_at, ends_at, reviewed_at, warned_at, ended);
    Ok(tx.execute(&PERMISSION_PUT, &params)? > 0)
}

/// Notes that an entry holds for a person.
pub fn add_person(tx: &mut Tx<'_>, entry: PermissionId, person: PersonId) -> Result<(), StoreError> {
    tx.later(&PERMISSION_PERSON_ADD, vec![Value::id(person), Value::id(entry)])
}

/// Returns the people for whom an entry holds.
pub fn people(tx: &mut Tx<'_>, entry: PermissionId) -> Result<Vec<PersonId>, StoreError> {
    tx.rows(&PERMISSION_PEOPLE, &[Value::id(entry)])
}

/// Notes that an entry accepts the risk of a clause.
pub fn add_clause(tx: &mut Tx<'_>, entry: PermissionId, clause: &ClauseId) -> Result<(), StoreError> {
    tx.later(&PERMISSION_CLAUSE_ADD, vec![clause.as_str().into(), Value::id(entry)])
}

/// Returns the clauses whose risk an entry accepts.
pub fn clauses(tx: &mut Tx<'_>, entry: PermissionId) -> Result<Vec<ClauseId>, StoreError> {
    tx.rows(&PERMISSION_CLAUSES, &[Value::id(entry)])
}

/// Keeps a sealed password with an entry.
pub fn keep_secret(tx: &mut Tx<'_>, entry: PermissionId, sealed: Vec<u8>) -> Result<(), StoreError> {
    tx.execute(&PERMISSION_SECRET_PUT, &[Value::id(entry), sealed.into()]).map(drop)
}

/// Returns the sealed password of an entry.
pub fn secret(tx: &mut Tx<'_>, entry: PermissionId) -> Result<Option<Vec<u8>>, StoreError> {
    tx.row(&PERMISSION_SECRET, &[Value::id(entry)])
}

/// Destroys the password of an entry that is over.
pub fn drop_secret(tx: &mut Tx<'_>, entry: PermissionId) -> Result<(), StoreError> {
    tx.later(&PERMISSION_SECRET_DROP, vec![Value::id(entry)])
}

/// A line of a timeline as it is entered.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// Its id.
    pub id: EntryId,
    /// The entry whose timeline it is.
    pub entry: PermissionId,
    /// Who says it.
    pub actor: &'a str,
    /// What they say.
    pub says: &'a str,
}

/// Adds a line to an entry's timeline.
pub fn add_event(tx: &mut Tx<'_>, new: &NewEvent<'_>, at: Timestamp) -> Result<(), StoreError> {
    let NewEvent { id, entry, actor, says } = *new;
    tx.later(
        &PERMISSION_EVENT_ADD,
        vec![Value::id(id), Value::id(entry), at.into(), actor.into(), says.into()],
    )
}

/// Returns an entry's timeline: when, who, what.
pub fn events(tx: &mut Tx<'_>, entry: PermissionId) -> Result<Vec<(Timestamp, String, String)>, StoreError> {
    tx.rows(&PERMISSION_EVENTS, &[Value::id(entry)])
}

/// Returns the entries in force for a device: its own, and those of the person who holds it.
pub fn in_force_for(
    tx: &mut Tx<'_>,
    device: DeviceId,
    holder: Option<PersonId>,
    now: Timestamp,
) -> Result<Vec<Permission>, StoreError> {
    let mut found = tx.rows(&PERMISSIONS_FOR_DEVICE, &[Value::id(device), now.into()])?;
    if let Some(holder) = holder {
        let of_person = tx.rows(&PERMISSIONS_FOR_PERSON, &[Value::id(holder), now.into()])?;
        found.extend(of_person.into_iter().filter(|grant| grant.device.is_none()));
    }
    Ok(found)
}

/// Returns the entries in force that accept the risk of a clause, as far as a force reaches; two hundred at most.
pub fn on_clause(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    clause: &ClauseId,
    now: Timestamp,
) -> Result<Vec<Permission>, StoreError> {
    let params = [clause.as_str().into(), now.into(), crate::force_word(force)];
    tx.rows(&PERMISSIONS_ON_CLAUSE, &params)
}

/// What a profile is known by.
#[derive(Debug, Clone, Copy)]
pub struct ProfileName<'a> {
    /// Its identifier on the device.
    pub identifier: &'a str,
    /// The digest of its content.
    pub digest: &'a str,
}

/// Keeps what a device is sent instead of its platform's profile.
pub fn put_own_profile(
    tx: &mut Tx<'_>,
    device: DeviceId,
    profile: &ProfileName<'_>,
    sealed: Vec<u8>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let ProfileName { identifier, digest } = *profile;
    tx.execute(
        &OWN_PROFILE_PUT,
        &[Value::id(device), identifier.into(), digest.into(), sealed.into(), at.into()],
    )
    .map(drop)
}

/// Returns the sealed content of a device's own profile, where it still has that digest.
pub fn own_profile(
    tx: &mut Tx<'_>,
    device: DeviceId,
    identifier: &str,
    digest: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let params = [Value::id(device), identifier.into(), digest.into()];
    tx.row(&OWN_PROFILE, &params)
}

/// Returns the device's own profiles that are kept: identifier and digest.
pub fn own_profiles(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<(String, String)>, StoreError> {
    tx.rows(&OWN_PROFILE_DIGESTS, &[Value::id(device)])
}

/// Forgets a device's own profile, password and all.
pub fn drop_own_profile(tx: &mut Tx<'_>, device: DeviceId, identifier: &str) -> Result<(), StoreError> {
    tx.later(&OWN_PROFILE_DROP, vec![Value::id(device), identifier.into()])
}
