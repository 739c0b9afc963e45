//! People's own ways of being reached, in their own order.

use std::fmt;

use domain::{Channel, ContactMethodId, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, single_count, statements, values};

row! {
    /// One way of being reached.
    pub struct ContactMethod without Debug {
        /// Its id.
        pub id: ContactMethodId,
        /// The person.
        pub person: PersonId = "person_id",
        /// The channel.
        pub channel: Channel,
        /// The address or number; `None` for the mail address of the register.
        pub address: Option<String>,
        /// The order: the lowest is tried first.
        pub place: i64,
        /// The minutes without an answer after which the next one is tried.
        pub wait_minutes: i64,
        /// When it was added.
        pub added_at: Timestamp,
        /// When its person proved that it reaches them.
        pub verified_at: Option<Timestamp>,
        /// When its person answered a text with a word that stops them.
        pub stopped_at: Option<Timestamp>,
        /// The code that verifies it, while one is outstanding.
        pub code: Option<Code> = "code_digest, code_until, code_tries",
        /// When the last code was sent.
        pub code_sent_at: Option<Timestamp>,
    }

    /// A code that verifies a way of being reached.
    pub struct Code without Debug {
        /// Its digest.
        pub digest: String,
        /// When it expires.
        pub until: Timestamp,
        /// How often somebody has tried to enter it.
        pub tries: i64,
    }
}

impl fmt::Debug for ContactMethod {
    /// Leaves the address out: it is a person's own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContactMethod({} {})", self.id, self.channel.as_str())
    }
}

impl ContactMethod {
    /// Returns whether the person can be reached by it: it is verified, and they have not stopped it.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.verified_at.is_some() && self.stopped_at.is_none()
    }
}

statements! {
    pub(crate) CONTACT_ADD = "INSERT INTO contact_method (id, person_id, channel, address, place, wait_minutes, added_at, verified_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (person_id, channel, address) DO NOTHING";
    CONTACTS_OF: ContactMethod = "SELECT {columns} FROM contact_method WHERE person_id = $1 ORDER BY place, id";
    CONTACT_BY_ID: ContactMethod = "SELECT {columns} FROM contact_method WHERE id = $1";
    CONTACTS_BY_NUMBER: ContactMethod = "SELECT {columns} FROM contact_method WHERE address = $1 AND channel = 'text'
        AND verified_at IS NOT NULL ORDER BY id";
    CONTACT_CODE = "UPDATE contact_method SET code_digest = $2, code_until = $3, code_sent_at = $4, code_tries = 0
        WHERE id = $1 AND verified_at IS NULL";
    CONTACT_TRY = "UPDATE contact_method SET code_tries = code_tries + 1
        WHERE id = $1 AND code_digest IS NOT NULL AND code_until > $2 AND code_tries < $3";
    CONTACT_VERIFY = "UPDATE contact_method SET verified_at = $3, code_digest = NULL, code_until = NULL
        WHERE id = $1 AND code_digest = $2 AND verified_at IS NULL";
    CONTACT_SET = "UPDATE contact_method SET place = $2, wait_minutes = $3 WHERE id = $1";
    CONTACT_STOP = "UPDATE contact_method SET stopped_at = $2 WHERE id = $1 AND stopped_at IS NULL";
    CONTACT_START = "UPDATE contact_method SET stopped_at = NULL WHERE id = $1 AND stopped_at IS NOT NULL";
    CONTACTS_STOPPED = "SELECT count(*) FROM contact_method WHERE stopped_at IS NOT NULL";
    CONTACT_REMOVE = "DELETE FROM contact_method WHERE id = $1 AND person_id = $2";
    CONTACTS_FORGET = "DELETE FROM contact_method WHERE person_id = $1";
}

/// Adds a way of being reached; false where the person has that one already.
pub fn add(tx: &mut Tx<'_>, new: &ContactMethod) -> Result<bool, StoreError> {
    let params = values!(new: id, person, channel, address, place, wait_minutes, added_at, verified_at);
    Ok(tx.execute(&CONTACT_ADD, &params)? > 0)
}

/// Returns the ways of a person, in their order.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<ContactMethod>, StoreError> {
    tx.rows(&CONTACTS_OF, &[Value::id(person)])
}

/// Returns one way.
pub fn by_id(tx: &mut Tx<'_>, id: ContactMethodId) -> Result<Option<ContactMethod>, StoreError> {
    tx.row(&CONTACT_BY_ID, &[Value::id(id)])
}

/// Returns the verified ways that are this mobile number, of whomever.
pub fn by_number(tx: &mut Tx<'_>, number: &str) -> Result<Vec<ContactMethod>, StoreError> {
    tx.rows(&CONTACTS_BY_NUMBER, &[number.into()])
}

/// Notes that a code was sent; the one before no longer works. False where the way is verified already.
pub fn set_code(
    tx: &mut Tx<'_>,
    id: ContactMethodId,
    code: &Code,
    sent_at: Timestamp,
) -> Result<bool, StoreError> {
    let params = [Value::id(id), code.digest.as_str().into(), code.until.into(), sent_at.into()];
    Ok(tx.execute(&CONTACT_CODE, &params)? > 0)
}

/// Counts a try of the code; false where it has expired, or was tried `most` times.
pub fn try_code(tx: &mut Tx<'_>, id: ContactMethodId, now: Timestamp, most: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&CONTACT_TRY, &[Value::id(id), now.into(), most.into()])? > 0)
}

/// Notes that a way is verified, where the code is the right one; otherwise false.
pub fn verify(tx: &mut Tx<'_>, id: ContactMethodId, digest: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&CONTACT_VERIFY, &[Value::id(id), digest.into(), at.into()])? > 0)
}

/// Changes the place of a way, and how long it waits.
pub fn set(tx: &mut Tx<'_>, id: ContactMethodId, place: i64, wait_minutes: i64) -> Result<(), StoreError> {
    tx.later(&CONTACT_SET, vec![Value::id(id), place.into(), wait_minutes.into()])
}

/// Stops a way, because its person asked for no more texts; false where they had before.
pub fn stop(tx: &mut Tx<'_>, id: ContactMethodId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&CONTACT_STOP, &[Value::id(id), at.into()])? > 0)
}

/// Lets a way be used again; false where it was not stopped.
pub fn start(tx: &mut Tx<'_>, id: ContactMethodId) -> Result<bool, StoreError> {
    Ok(tx.execute(&CONTACT_START, &[Value::id(id)])? > 0)
}

/// Counts the ways that their people stopped.
pub fn stopped(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    single_count(tx, &CONTACTS_STOPPED, &[])
}

/// Removes a way of a person; false where they have none of that id.
pub fn remove(tx: &mut Tx<'_>, id: ContactMethodId, person: PersonId) -> Result<bool, StoreError> {
    Ok(tx.execute(&CONTACT_REMOVE, &[Value::id(id), Value::id(person)])? > 0)
}

/// Forgets every way of a person who is erased.
pub fn forget_person(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    tx.later(&CONTACTS_FORGET, vec![Value::id(person)])
}
