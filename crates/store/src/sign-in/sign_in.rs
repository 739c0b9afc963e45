//! What signing in leaves behind: for a while, attempts under way; for good, whose an account of the directory is.

use domain::{PersonId, Timestamp};

use crate::{StoreError, Tx, Value, statements, values};

/// A sign-in that waits for its browser to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// SHA-256 of what the browser must bring, hex.
    pub digest: String,
    /// Which kind: a word. One kind is never taken for another.
    pub kind: &'static str,
    /// SHA-256 of the cookie of the browser that began, hex.
    pub browser: String,
    /// Its secrets, sealed.
    pub sealed: Vec<u8>,
    /// Until when it may be finished.
    pub expires_at: Timestamp,
}

statements! {
    pub(crate) ATTEMPT_ADD = "INSERT INTO sign_in_attempt (digest, kind, browser, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)";
    ATTEMPT_TAKE: (String, Vec<u8>, Timestamp) = "DELETE FROM sign_in_attempt
        WHERE digest = $1 AND kind = $2 RETURNING browser, sealed, expires_at";
    ATTEMPT_IS = "SELECT 1 FROM sign_in_attempt WHERE digest = $1 AND kind = $2 AND expires_at > $3";
    ATTEMPTS_FORGET = "DELETE FROM sign_in_attempt WHERE expires_at < $1";
    ACCOUNT_PERSON: PersonId = "SELECT person_id FROM directory_account WHERE issuer = $1 AND subject = $2";
    ACCOUNT_OF_PERSON: String = "SELECT subject FROM directory_account WHERE issuer = $1 AND person_id = $2";
    ACCOUNT_BIND = "INSERT INTO directory_account (issuer, subject, person_id, bound_at) VALUES ($1, $2, $3, $4)";
    ACCOUNTS_FORGET = "DELETE FROM directory_account WHERE person_id = $1";
    PERSON_BY_EXTERNAL_ID: PersonId = "SELECT id FROM person
        WHERE external_id = $1 AND user_name IS NOT NULL AND erased_at IS NULL
        ORDER BY id LIMIT 2";
    PERSON_BY_USER_NAME: PersonId = "SELECT id FROM person
        WHERE lower(user_name) = $1 AND erased_at IS NULL ORDER BY id LIMIT 2";
}

/// Enters an attempt.
pub fn begin(tx: &mut Tx<'_>, attempt: &Attempt) -> Result<(), StoreError> {
    tx.execute(&ATTEMPT_ADD, &values!(attempt: digest, kind, browser, sealed, expires_at)).map(drop)
}

/// Returns whether an attempt waits for its browser.
pub fn waits(tx: &mut Tx<'_>, digest: &str, kind: &'static str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.one(&ATTEMPT_IS, &[digest.into(), kind.into(), now.into()])?.is_some())
}

/// Takes an attempt, which is then gone: a second try with the same finds nothing. Whether its time is over and whether
/// it is this browser's is for the caller to compare.
pub fn take(tx: &mut Tx<'_>, digest: &str, kind: &'static str) -> Result<Option<Attempt>, StoreError> {
    let taken = tx.row(&ATTEMPT_TAKE, &[digest.into(), kind.into()])?;
    Ok(taken.map(|(browser, sealed, expires_at)| {
        let digest = digest.to_owned();
        Attempt { digest, kind, browser, sealed, expires_at }
    }))
}

/// Returns whose an account of a directory is.
pub fn person_of_account(
    tx: &mut Tx<'_>,
    issuer: &str,
    subject: &str,
) -> Result<Option<PersonId>, StoreError> {
    tx.row(&ACCOUNT_PERSON, &[issuer.into(), subject.into()])
}

/// Returns which account of a directory is a person's.
pub fn account_of_person(
    tx: &mut Tx<'_>,
    issuer: &str,
    person: PersonId,
) -> Result<Option<String>, StoreError> {
    tx.row(&ACCOUNT_OF_PERSON, &[issuer.into(), Value::id(person)])
}

/// Remembers whose an account is.
pub fn bind_account(
    tx: &mut Tx<'_>,
    issuer: &str,
    subject: &str,
    person: PersonId,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&ACCOUNT_BIND, &[issuer.into(), subject.into(), Value::id(person), at.into()]).map(drop)
}

/// Forgets which accounts are a person's: the next sign-in binds anew. How many those were.
pub fn forget_accounts(tx: &mut Tx<'_>, person: PersonId) -> Result<u64, StoreError> {
    tx.execute(&ACCOUNTS_FORGET, &[Value::id(person)])
}

/// Returns the one person whom the directory provisioned under that identifier of its own; nobody where there are several.
pub fn person_of_external_id(tx: &mut Tx<'_>, external_id: &str) -> Result<Option<PersonId>, StoreError> {
    Ok(only(&tx.rows(&PERSON_BY_EXTERNAL_ID, &[external_id.into()])?))
}

/// Returns the one person of that user name, in any case of ASCII letters; nobody where several forces have one.
pub fn person_of_user_name(tx: &mut Tx<'_>, user_name: &str) -> Result<Option<PersonId>, StoreError> {
    Ok(only(&tx.rows(&PERSON_BY_USER_NAME, &[user_name.to_ascii_lowercase().into()])?))
}

fn only(found: &[PersonId]) -> Option<PersonId> {
    match found {
        [person] => Some(*person),
        _ => None,
    }
}

/// Forgets attempts whose time is over; returns how many.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&ATTEMPTS_FORGET, &[now.into()])
}
