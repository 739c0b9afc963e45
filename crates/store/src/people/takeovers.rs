//! Directories that would provision a person who has a role: asked, and confirmed by an administrator.

use domain::{PersonId, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// A directory that would provision a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takeover {
    /// The person.
    pub person: PersonId,
    /// The token that asked, as the ledger names it.
    pub asked_by: String,
    /// The user name that the person would have.
    pub user_name: String,
    /// The directory's identifier that they would have; empty for none.
    pub external_id: String,
    /// When it first asked for exactly this.
    pub asked_at: Timestamp,
    /// When that was confirmed, and by whom.
    pub confirmed: Option<(Timestamp, String)>,
}

statements! {
    // Asked again with other names it is another takeover, not confirmed yet.
    pub(crate) TAKEOVER_ASK = "INSERT INTO directory_takeover (person_id, asked_by, user_name, external_id, asked_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person_id) DO UPDATE SET asked_by = excluded.asked_by,
        user_name = excluded.user_name, external_id = excluded.external_id, asked_at = excluded.asked_at,
        confirmed_at = NULL, confirmed_by = NULL";
    TAKEOVER_OF = "SELECT person_id, asked_by, user_name, external_id, asked_at, confirmed_at, confirmed_by
        FROM directory_takeover WHERE person_id = $1";
    // What is confirmed is what was shown.
    TAKEOVER_CONFIRM = "UPDATE directory_takeover SET confirmed_at = $2, confirmed_by = $3
        WHERE person_id = $1 AND user_name = $4 AND external_id = $5 AND confirmed_at IS NULL";
    TAKEOVER_FORGET = "DELETE FROM directory_takeover WHERE person_id = $1";
}

fn takeover(row: &Row) -> Result<Takeover, StoreError> {
    Ok(Takeover {
        person: row.parse(0)?,
        asked_by: row.text(1)?,
        user_name: row.text(2)?,
        external_id: row.text(3)?,
        asked_at: row.time(4)?,
        confirmed: row.opt_time(5)?.zip(row.opt_text(6)?),
    })
}

/// Enters that a directory asks for a person, in place of what it asked for before.
pub fn ask(tx: &mut Tx<'_>, new: &Takeover) -> Result<(), StoreError> {
    let params = [
        Value::id(new.person),
        new.asked_by.as_str().into(),
        new.user_name.as_str().into(),
        new.external_id.as_str().into(),
        new.asked_at.into(),
    ];
    tx.execute(&TAKEOVER_ASK, &params)?;
    Ok(())
}

/// Returns what a directory asks for of a person.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Takeover>, StoreError> {
    tx.one(&TAKEOVER_OF, &[Value::id(person)])?.as_ref().map(takeover).transpose()
}

/// Confirms it as it was shown; returns whether it was still that, and nobody had confirmed it.
pub fn confirm(tx: &mut Tx<'_>, shown: &Takeover, at: Timestamp, by: &str) -> Result<bool, StoreError> {
    let params = [
        Value::id(shown.person),
        at.into(),
        by.into(),
        shown.user_name.as_str().into(),
        shown.external_id.as_str().into(),
    ];
    Ok(tx.execute(&TAKEOVER_CONFIRM, &params)? > 0)
}

/// Forgets what was asked for of a person; returns whether there was anything.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<bool, StoreError> {
    Ok(tx.execute(&TAKEOVER_FORGET, &[Value::id(person)])? > 0)
}
