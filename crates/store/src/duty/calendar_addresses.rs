//! Addresses from which calendar programs read people's own shifts on call.

use domain::{PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements};

row! {
    /// The address of one person.
    #[derive(Copy)]
    pub struct AddressRow {
        /// The person whose shifts are read.
        pub person: PersonId = "person_id",
        /// When it was made.
        pub made_at: Timestamp,
        /// When a program last read it.
        pub read_at: Option<Timestamp>,
    }
}

statements! {
    // A new address takes the place of the one before, which no longer works.
    pub(crate) ADDRESS_PUT = "INSERT INTO calendar_address (person_id, digest, made_at) VALUES ($1, $2, $3)
        ON CONFLICT (person_id) DO UPDATE SET digest = excluded.digest, made_at = excluded.made_at, read_at = NULL";
    ADDRESS_REMOVE = "DELETE FROM calendar_address WHERE person_id = $1";
    ADDRESS_READ = "UPDATE calendar_address SET read_at = $2 WHERE digest = $1";
    ADDRESS_BY_DIGEST: AddressRow = "SELECT {columns} FROM calendar_address WHERE digest = $1";
    ADDRESS_OF: AddressRow = "SELECT {columns} FROM calendar_address WHERE person_id = $1";
}

/// Gives a person a new address, which takes the place of the one before.
pub fn put(tx: &mut Tx<'_>, person: PersonId, digest: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&ADDRESS_PUT, &[Value::id(person), digest.into(), at.into()]).map(drop)
}

/// Withdraws a person's address; returns whether there was one.
pub fn remove(tx: &mut Tx<'_>, person: PersonId) -> Result<bool, StoreError> {
    Ok(tx.execute(&ADDRESS_REMOVE, &[Value::id(person)])? > 0)
}

/// Notes that a program has read an address.
pub fn set_read(tx: &mut Tx<'_>, digest: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&ADDRESS_READ, &[digest.into(), at.into()]).map(drop)
}

/// Returns the address whose token has that digest.
pub fn by_digest(tx: &mut Tx<'_>, digest: &str) -> Result<Option<AddressRow>, StoreError> {
    tx.row(&ADDRESS_BY_DIGEST, &[digest.into()])
}

/// Returns a person's address.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<AddressRow>, StoreError> {
    tx.row(&ADDRESS_OF, &[Value::id(person)])
}
