//! Break-glass accounts and their passkeys. What was taken away stays, ended, so that the ledger can be read.

use domain::{PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// An administrator who may get in while the directory is down.
    pub struct Account {
        /// Whose sessions are theirs.
        pub owner: String,
        /// Their name as it is shown.
        pub name: String,
        /// Who, where they are in the register.
        pub person: Option<PersonId> = "person_id",
        /// When it was marked as such.
        pub marked_at: Timestamp,
    }

    /// A passkey. What is kept of it is public: its private key never leaves what holds it.
    pub struct Passkey {
        /// Whose it is.
        pub account: Account = "a.owner, a.name, a.person_id, a.marked_at",
        /// The credential's id, base64url.
        pub id: String = "k.id",
        /// What they call it, such as `Key in the safe`.
        pub label: String = "k.label",
        /// Public key, counter and the rest, as JSON.
        pub credential: String = "k.credential",
        /// When it was registered.
        pub created_at: Timestamp = "k.created_at",
        /// When it last signed a person in.
        pub used_at: Option<Timestamp> = "k.used_at",
    }
}

statements! {
    pub(crate) ACCOUNT_MARK = "INSERT INTO break_glass_account (owner, name, person_id, marked_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (owner) DO UPDATE SET ended_at = NULL, name = excluded.name, marked_at = CASE
        WHEN break_glass_account.ended_at IS NULL THEN break_glass_account.marked_at ELSE excluded.marked_at END";
    ACCOUNT_LIVE: Account = "SELECT {columns} FROM break_glass_account WHERE owner = $1 AND ended_at IS NULL";
    ACCOUNTS_LIVE: Account = "SELECT {columns} FROM break_glass_account WHERE ended_at IS NULL
        ORDER BY name, owner LIMIT 100";
    ACCOUNT_END = "UPDATE break_glass_account SET ended_at = $2 WHERE owner = $1 AND ended_at IS NULL";
    ACCOUNTS_FORGET_KEYS = "DELETE FROM passkey WHERE owner IN (SELECT owner FROM break_glass_account WHERE person_id = $1)";
    ACCOUNTS_FORGET = "DELETE FROM break_glass_account WHERE person_id = $1";
    PASSKEY_ADD = "INSERT INTO passkey (id, owner, label, credential, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO NOTHING";
    PASSKEY_LIVE: Passkey = "SELECT {columns} FROM passkey k JOIN break_glass_account a ON a.owner = k.owner
        WHERE k.id = $1 AND k.ended_at IS NULL AND a.ended_at IS NULL";
    PASSKEYS_LIVE: Passkey = "SELECT {columns} FROM passkey k JOIN break_glass_account a ON a.owner = k.owner
        WHERE k.ended_at IS NULL AND a.ended_at IS NULL ORDER BY a.name, k.created_at, k.id LIMIT 100";
    // The counter is compared where it is stored, so that two sign-ins at once cannot both go by the older one.
    PASSKEY_USED = "UPDATE passkey SET credential = $3, used_at = $4 WHERE id = $1 AND credential = $2 AND ended_at IS NULL";
    PASSKEY_END = "UPDATE passkey SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    PASSKEYS_END_OF = "UPDATE passkey SET ended_at = $2 WHERE owner = $1 AND ended_at IS NULL";
}

/// Marks an account as break-glass; one that is marked already stays as it is, one that had ended begins again.
pub fn mark(tx: &mut Tx<'_>, new: &Account) -> Result<(), StoreError> {
    let (owner, name) = (new.owner.as_str().into(), new.name.as_str().into());
    tx.execute(&ACCOUNT_MARK, &[owner, name, Value::opt_id(new.person), new.marked_at.into()]).map(drop)
}

/// Returns the break-glass account of an owner, where it has not ended.
pub fn account_of(tx: &mut Tx<'_>, owner: &str) -> Result<Option<Account>, StoreError> {
    tx.row(&ACCOUNT_LIVE, &[owner.into()])
}

/// Returns every break-glass account that has not ended, by name; a hundred at most.
pub fn accounts(tx: &mut Tx<'_>) -> Result<Vec<Account>, StoreError> {
    tx.rows(&ACCOUNTS_LIVE, &[])
}

/// Ends an account and its passkeys; returns whether it had not ended before.
pub fn end_account(tx: &mut Tx<'_>, owner: &str, at: Timestamp) -> Result<bool, StoreError> {
    tx.execute(&PASSKEYS_END_OF, &[owner.into(), at.into()])?;
    Ok(tx.execute(&ACCOUNT_END, &[owner.into(), at.into()])? > 0)
}

/// Forgets a person's account and keys for good.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    tx.execute(&ACCOUNTS_FORGET_KEYS, &[Value::id(person)])?;
    tx.execute(&ACCOUNTS_FORGET, &[Value::id(person)]).map(drop)
}

/// Enters a passkey; returns whether its id was new.
pub fn add(tx: &mut Tx<'_>, new: &Passkey) -> Result<bool, StoreError> {
    let params = values!(new: id, (new.account.owner.as_str()), label, credential, created_at);
    Ok(tx.execute(&PASSKEY_ADD, &params)? > 0)
}

/// Returns the passkey of that id, where neither it nor its account has ended.
pub fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Passkey>, StoreError> {
    tx.row(&PASSKEY_LIVE, &[id.into()])
}

/// Returns every passkey that may be used, by its owner's name; a hundred at most.
pub fn live(tx: &mut Tx<'_>) -> Result<Vec<Passkey>, StoreError> {
    tx.rows(&PASSKEYS_LIVE, &[])
}

/// Notes a use with the credential as it is afterwards; returns whether it was still as it was before, and not taken away.
pub fn set_used(
    tx: &mut Tx<'_>,
    id: &str,
    before: &str,
    after: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&PASSKEY_USED, &[id.into(), before.into(), after.into(), at.into()])? > 0)
}

/// Takes it away; returns whether it was there.
pub fn end(tx: &mut Tx<'_>, id: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&PASSKEY_END, &[id.into(), at.into()])? > 0)
}
