//! Sign-in sessions, one-time sign-in links, small named values, and versions of the policy.

use domain::{Force, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// A session as it is stored: under the digest of its cookie.
    pub struct Session {
        /// SHA-256 of the cookie's value, hex.
        pub digest: String,
        /// The person's name as it is shown.
        pub name: String,
        /// Who, where they are in the register.
        pub person: Option<PersonId> = "person_id",
        /// Their roles' words, with a space between them.
        pub roles: String = "role",
        /// The force that they are confined to; `None` for all.
        pub force: Option<Force>,
        /// When they signed in.
        pub created_at: Timestamp,
        /// When they were last seen; kept to the minute.
        pub seen_at: Timestamp,
        /// When it ends whatever they do.
        pub expires_at: Timestamp,
        /// How they signed in: a word such as `directory`, `passkey` or `one-time-link`.
        pub how: String,
        /// What they use, in a few words such as `Firefox on Windows`; empty if it did not say.
        pub browser: String,
        /// Who they are as far as the service can tell: the same for all sessions of one person.
        pub owner: String,
        /// When they last proved that they are there; `None` if nothing says so.
        pub proven_at: Option<Timestamp>,
    }

    /// A one-time sign-in link: whom it was made for.
    pub struct Link {
        /// The name that is shown.
        pub name: String,
        /// The role's word.
        pub role: String,
        /// Who, where they are in the register.
        pub person: Option<PersonId> = "person_id",
    }
}

statements! {
    pub(crate) SESSION_ADD = "INSERT INTO session (digest, name, person_id, role, force, created_at, seen_at, expires_at,
        how, browser, owner, proven_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    SESSION_BY_DIGEST: Session = "SELECT {columns} FROM session WHERE digest = $1";
    SESSIONS_OF: Session = "SELECT {columns} FROM session
        WHERE owner = $1 AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, digest LIMIT 100";
    SESSION_END_ONE = "DELETE FROM session WHERE owner = $1 AND digest >= $2 AND digest < $3";
    SESSION_END_OTHERS = "DELETE FROM session WHERE owner = $1 AND digest <> $2";
    SESSIONS_END_OF = "DELETE FROM session WHERE owner = $1";
    SESSIONS_END_BY_PASSKEY = "DELETE FROM session WHERE owner = $1 AND how = 'passkey' AND digest <> $2";
    SESSION_NAME: String = "SELECT name FROM session WHERE digest >= $1 AND digest < $2 LIMIT 1";
    SESSION_SEEN = "UPDATE session SET seen_at = $2 WHERE digest = $1";
    SESSION_PROVEN = "UPDATE session SET proven_at = $2 WHERE digest = $1";
    PERSON_SIGNED_IN = "UPDATE person SET signed_in_at = $2 WHERE id = $1 AND signed_in_at IS NULL";
    SESSION_END = "DELETE FROM session WHERE digest = $1";
    SESSIONS_END_OF_PERSON = "DELETE FROM session WHERE person_id = $1";
    SESSIONS_FORGET = "DELETE FROM session WHERE expires_at < $1 OR seen_at < $2";
    LINK_ADD = "INSERT INTO sign_in_link (digest, name, role, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
    LINK_IS = "SELECT 1 FROM sign_in_link WHERE digest = $1 AND used_at IS NULL AND expires_at > $2";
    LINK_USE: Link = "UPDATE sign_in_link SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2
        RETURNING {columns}";
    META_GET: String = "SELECT value FROM meta WHERE name = $1";
    META_SET = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    POLICY_KEEP = "INSERT INTO policy_version (digest, files, overrides, first_loaded_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (digest) DO NOTHING";
    POLICY_OVERRIDES: String = "SELECT overrides FROM policy_version WHERE digest = $1";
    POLICY_FILES: String = "SELECT files FROM policy_version WHERE digest = $1";
    POLICY_VERSIONS: (String, Timestamp) = "SELECT digest, first_loaded_at FROM policy_version
        ORDER BY first_loaded_at DESC LIMIT 100";
}

/// Enters a session.
pub fn add(tx: &mut Tx<'_>, new: &Session) -> Result<(), StoreError> {
    let params = values!(new: digest, name, person, roles, force, created_at, seen_at, expires_at, how,
        browser, owner, proven_at);
    tx.execute(&SESSION_ADD, &params).map(drop)
}

/// Returns the session of that cookie digest.
pub fn by_digest(tx: &mut Tx<'_>, digest: &str) -> Result<Option<Session>, StoreError> {
    tx.row(&SESSION_BY_DIGEST, &[digest.into()])
}

/// Returns the live sessions of one owner, the last used first, a hundred at most: those that end after `now` and were used after
/// `idle_before`.
pub fn of_owner(
    tx: &mut Tx<'_>,
    owner: &str,
    now: Timestamp,
    idle_before: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    tx.rows(&SESSIONS_OF, &[owner.into(), now.into(), idle_before.into()])
}

/// Ends the session of an owner whose digest starts so; returns whether there was one.
pub fn end_one(tx: &mut Tx<'_>, owner: &str, digest_start: &str) -> Result<bool, StoreError> {
    // "g" comes straight after the last digit of a digest.
    let end = format!("{digest_start}g");
    Ok(tx.execute(&SESSION_END_ONE, &[owner.into(), digest_start.into(), end.into()])? > 0)
}

/// Ends every session of an owner but one; returns how many those were.
pub fn end_others(tx: &mut Tx<'_>, owner: &str, digest: &str) -> Result<u64, StoreError> {
    tx.execute(&SESSION_END_OTHERS, &[owner.into(), digest.into()])
}

/// Ends every session of an owner; returns how many those were.
pub fn end_all(tx: &mut Tx<'_>, owner: &str) -> Result<u64, StoreError> {
    tx.execute(&SESSIONS_END_OF, &[owner.into()])
}

/// Ends every session that an owner began with a passkey, but one; returns how many those were.
pub fn end_by_passkey(tx: &mut Tx<'_>, owner: &str, digest: &str) -> Result<u64, StoreError> {
    tx.execute(&SESSIONS_END_BY_PASSKEY, &[owner.into(), digest.into()])
}

/// Returns the name behind a session whose digest starts so, as long as the session is kept.
pub fn name_of(tx: &mut Tx<'_>, digest_start: &str) -> Result<Option<String>, StoreError> {
    // "g" comes straight after the last digit of a digest.
    let end = format!("{digest_start}g");
    tx.row(&SESSION_NAME, &[digest_start.into(), end.into()])
}

/// Notes that the person was seen.
pub fn set_seen(tx: &mut Tx<'_>, digest: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&SESSION_SEEN, &[digest.into(), at.into()]).map(drop)
}

/// Notes when the person proved that they are there.
pub fn set_proven(tx: &mut Tx<'_>, digest: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&SESSION_PROVEN, &[digest.into(), at.into()]).map(drop)
}

/// Notes that a person signed in, where it is the first time.
pub fn note_first(tx: &mut Tx<'_>, person: PersonId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&PERSON_SIGNED_IN, &[Value::id(person), at.into()]).map(drop)
}

/// Ends a session.
pub fn end(tx: &mut Tx<'_>, digest: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&SESSION_END, &[digest.into()])? > 0)
}

/// Ends every session of a person; returns how many there were.
pub fn end_of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<u64, StoreError> {
    tx.execute(&SESSIONS_END_OF_PERSON, &[Value::id(person)])
}

/// Removes sessions that are over: past `now`, or idle since before `idle_before`.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp, idle_before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&SESSIONS_FORGET, &[now.into(), idle_before.into()])
}

/// Enters a one-time sign-in link by its digest.
pub fn add_link(
    tx: &mut Tx<'_>,
    digest: &str,
    link: &Link,
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&LINK_ADD, &values!(link: (digest), name, role, person, (at), (expires_at))).map(drop)
}

/// Returns whether a sign-in link can be used now.
pub fn link_works(tx: &mut Tx<'_>, digest: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.one(&LINK_IS, &[digest.into(), now.into()])?.is_some())
}

/// Spends a sign-in link: whom it was made for.
pub fn use_link(tx: &mut Tx<'_>, digest: &str, at: Timestamp) -> Result<Option<Link>, StoreError> {
    tx.row(&LINK_USE, &[digest.into(), at.into()])
}

/// Returns a small named value.
pub fn meta(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>, StoreError> {
    tx.row(&META_GET, &[name.into()])
}

/// Sets a small named value.
pub fn set_meta(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), StoreError> {
    tx.execute(&META_SET, &[name.into(), value.into()]).map(drop)
}

/// Keeps the files of a version of the policy (JSON: path to text) and the parameter values that the force's settings
/// put over them (JSON: name to value).
pub fn keep_policy(
    tx: &mut Tx<'_>,
    digest: &str,
    files: &str,
    overrides: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&POLICY_KEEP, &[digest.into(), files.into(), overrides.into(), at.into()]).map(drop)
}

/// Returns the parameter values that the force's settings put over a version of the policy.
pub fn policy_overrides(tx: &mut Tx<'_>, digest: &str) -> Result<Option<String>, StoreError> {
    tx.row(&POLICY_OVERRIDES, &[digest.into()])
}

/// Returns the files of a version of the policy.
pub fn policy_files(tx: &mut Tx<'_>, digest: &str) -> Result<Option<String>, StoreError> {
    tx.row(&POLICY_FILES, &[digest.into()])
}

/// Returns the versions of the policy that were ever loaded, newest first, a hundred at most.
pub fn policy_versions(tx: &mut Tx<'_>) -> Result<Vec<(String, Timestamp)>, StoreError> {
    tx.rows(&POLICY_VERSIONS, &[])
}
