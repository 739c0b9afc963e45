//! Directories that would provision a person who has a role: asked, and confirmed by an administrator.

use domain::{PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// A directory that would provision a person.
    pub struct Takeover {
        /// The person.
        pub person: PersonId = "person_id",
        /// The token that asked, as the ledger names it.
        pub asked_by: String,
        /// The user name that the person would have.
        pub user_name: String,
        /// The directory's identifier that they would have; empty for none.
        pub external_id: String,
        /// When it first asked for exactly this.
        pub asked_at: Timestamp,
        /// When that was confirmed, and by whom.
        pub confirmed: Option<(Timestamp, String)> = "confirmed_at, confirmed_by",
    }
}

statements! {
    // Asked again with other names it is another takeover, not confirmed yet.
    pub(crate) TAKEOVER_ASK = "INSERT INTO directory_takeover (person_id, asked_by, user_name, external_id, asked_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person_id) DO UPDATE SET asked_by = excluded.asked_by,
        user_name = excluded.user_name, external_id = excluded.external_id, asked_at = excluded.asked_at,
        confirmed_at = NULL, confirmed_by = NULL";
    TAKEOVER_OF: Takeover = "SELECT {columns} FROM directory_takeover WHERE person_id = $1";
    // What is confirmed is what was shown.
    TAKEOVER_CONFIRM = "UPDATE directory_takeover SET confirmed_at = $2, confirmed_by = $3
        WHERE person_id = $1 AND user_name = $4 AND external_id = $5 AND confirmed_at IS NULL";
    TAKEOVER_FORGET = "DELETE FROM directory_takeover WHERE person_id = $1";
}

/// Enters that a directory asks for a person, in place of what it asked for before.
pub fn ask(tx: &mut Tx<'_>, new: &Takeover) -> Result<(), StoreError> {
    let params = values!(new: person, asked_by, user_name, external_id, asked_at);
    tx.execute(&TAKEOVER_ASK, &params).map(drop)
}

/// Returns what a directory asks for of a person.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Takeover>, StoreError> {
    tx.row(&TAKEOVER_OF, &[Value::id(person)])
}

/// Confirms it as it was shown; returns whether it was still that, and nobody had confirmed it.
pub fn confirm(tx: &mut Tx<'_>, shown: &Takeover, at: Timestamp, by: &str) -> Result<bool, StoreError> {
    let params = values!(shown: person, (at), (by), user_name, external_id);
    Ok(tx.execute(&TAKEOVER_CONFIRM, &params)? > 0)
}

/// Forgets what was asked for of a person; returns whether there was anything.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<bool, StoreError> {
    Ok(tx.execute(&TAKEOVER_FORGET, &[Value::id(person)])? > 0)
}
