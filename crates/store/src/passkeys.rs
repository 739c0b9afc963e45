//! Passkeys of break-glass administrators. One that was taken away stays, ended, so that the ledger can be read.

use domain::{PersonId, Timestamp};

use crate::{StoreError, Tx, Value, statements};

/// A passkey. What is kept of it is public: its private key never leaves what holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The credential's id, base64url.
    pub id: String,
    /// Whose: the same for all keys of one administrator.
    pub owner: String,
    /// Their name as it is shown.
    pub name: String,
    /// Who, where they are in the register.
    pub person: Option<PersonId>,
    /// What they call it, such as `Key in the safe`.
    pub label: String,
    /// Public key, counter and the rest, as JSON.
    pub credential: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last signed somebody in.
    pub used_at: Option<Timestamp>,
    /// When it was taken away.
    pub ended_at: Option<Timestamp>,
}

statements! {
    pub(crate) PASSKEY_ADD = "INSERT INTO passkey (id, owner, name, person_id, label, credential, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    PASSKEY_BY_ID = "SELECT id, owner, name, person_id, label, credential, created_at, used_at, ended_at
        FROM passkey WHERE id = $1";
    PASSKEYS_LIVE = "SELECT id, owner, name, person_id, label, credential, created_at, used_at, ended_at
        FROM passkey WHERE ended_at IS NULL ORDER BY name, created_at, id LIMIT 100";
    PASSKEYS_USED_SINCE = "SELECT id, owner, name, person_id, label, credential, created_at, used_at, ended_at
        FROM passkey WHERE used_at >= $1 ORDER BY used_at DESC LIMIT 10";
    // The counter is compared where it is stored, so that two sign-ins at once cannot both go by the older one.
    PASSKEY_USED = "UPDATE passkey SET credential = $3, used_at = $4 WHERE id = $1 AND credential = $2 AND ended_at IS NULL";
    PASSKEY_RENAME = "UPDATE passkey SET label = $2 WHERE id = $1 AND ended_at IS NULL";
    PASSKEY_END = "UPDATE passkey SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
}

fn passkey(row: &crate::Row) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: row.text(0)?,
        owner: row.text(1)?,
        name: row.text(2)?,
        person: row.opt_parse(3)?,
        label: row.text(4)?,
        credential: row.text(5)?,
        created_at: row.time(6)?,
        used_at: row.opt_time(7)?,
        ended_at: row.opt_time(8)?,
    })
}

/// Enters a passkey; its id must be new.
pub fn add(tx: &mut Tx<'_>, new: &Passkey) -> Result<(), StoreError> {
    tx.execute(
        &PASSKEY_ADD,
        &[
            new.id.as_str().into(),
            new.owner.as_str().into(),
            new.name.as_str().into(),
            Value::opt_id(new.person),
            new.label.as_str().into(),
            new.credential.as_str().into(),
            new.created_at.into(),
        ],
    )?;
    Ok(())
}

/// The passkey of that id, also one that was taken away.
pub fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Passkey>, StoreError> {
    tx.one(&PASSKEY_BY_ID, &[id.into()])?.as_ref().map(passkey).transpose()
}

/// Every passkey that may be used, by its owner's name; a hundred at most.
pub fn live(tx: &mut Tx<'_>) -> Result<Vec<Passkey>, StoreError> {
    tx.query(&PASSKEYS_LIVE, &[])?.iter().map(passkey).collect()
}

/// The passkeys used at or after a time, the last first.
pub fn used_since(tx: &mut Tx<'_>, since: Timestamp) -> Result<Vec<Passkey>, StoreError> {
    tx.query(&PASSKEYS_USED_SINCE, &[since.into()])?.iter().map(passkey).collect()
}

/// Notes a use with the credential as it is afterwards; whether it was still as it was before, and not taken away.
pub fn set_used(
    tx: &mut Tx<'_>,
    id: &str,
    (before, after): (&str, &str),
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&PASSKEY_USED, &[id.into(), before.into(), after.into(), at.into()])? > 0)
}

/// Gives it another label; whether it is there and not taken away.
pub fn rename(tx: &mut Tx<'_>, id: &str, label: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&PASSKEY_RENAME, &[id.into(), label.into()])? > 0)
}

/// Takes it away; whether it was there.
pub fn end(tx: &mut Tx<'_>, id: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&PASSKEY_END, &[id.into(), at.into()])? > 0)
}
