//! Acceptances: who agreed to which version of a document's terms.

use std::collections::BTreeMap;

use domain::{Force, PersonId, Timestamp};

use crate::{Row, StoreError, Tx, Value, row, statements};

/// The clauses of a version of the terms, each with its digest.
pub type TermsClauses = BTreeMap<String, String>;

row! {
    /// One acceptance.
    pub struct Acceptance {
        /// The document, by its directory name.
        pub document: String = "a.document",
        /// The version: a digest over the clauses shown.
        pub terms_digest: String = "a.terms_digest",
        /// When it was accepted.
        pub accepted_at: Timestamp = "a.accepted_at",
        /// How it was shown: on a page, on paper, at a counter.
        pub shown: String = "a.shown",
        /// What was accepted.
        pub clauses: TermsClauses = "t.clauses",
    }
}

statements! {
    pub(crate) TERMS_SEEN = "INSERT INTO terms_version (document, digest, clauses, shown, first_seen_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (document, digest) DO NOTHING";
    TERMS_SHOWN: (String, Timestamp) = "SELECT shown, first_seen_at FROM terms_version
        WHERE document = $1 AND digest = $2";
    TERMS_VERSIONS: Version = "SELECT t.digest, t.first_seen_at, t.clauses,
        (SELECT count(*) FROM acceptance a JOIN person p ON p.id = a.person_id
         WHERE a.document = t.document AND a.terms_digest = t.digest AND ($2 = '' OR p.force = $2))
        FROM terms_version t WHERE t.document = $1 ORDER BY t.first_seen_at DESC, t.digest LIMIT $3";
    ACCEPTANCE_ADD = "INSERT INTO acceptance (id, person_id, document, terms_digest, accepted_at, shown)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (person_id, document, terms_digest) DO NOTHING";
    ACCEPTANCES_OF: Acceptance = "SELECT {columns}
        FROM acceptance a JOIN terms_version t ON t.document = a.document AND t.digest = a.terms_digest
        WHERE a.person_id = $1 ORDER BY a.accepted_at DESC, a.id";
}

/// A version of the terms with its wording.
#[derive(Debug, Clone, Copy)]
pub struct Wording<'a> {
    /// The document.
    pub document: &'a str,
    /// The digest of the version.
    pub digest: &'a str,
    /// Its clauses.
    pub clauses: &'a TermsClauses,
    /// The wording as it was shown (JSON as the app spells it).
    pub shown: &'a str,
}

/// Remembers a version of the terms with its wording (JSON as the app spells it), so that an acceptance of it can be read
/// later.
pub fn remember(tx: &mut Tx<'_>, wording: &Wording<'_>, at: Timestamp) -> Result<(), StoreError> {
    let Wording { document, digest, clauses, shown } = *wording;
    let clauses = serde_json::to_string(clauses)
        .map_err(|error| StoreError::encode("terms_version.clauses", &error))?;
    tx.execute(&TERMS_SEEN, &[document.into(), digest.into(), clauses.into(), shown.into(), at.into()])
        .map(drop)
}

/// Returns the wording of a version as it was shown (JSON as the app spells it), and when it was first asked.
pub fn shown(
    tx: &mut Tx<'_>,
    document: &str,
    digest: &str,
) -> Result<Option<(String, Timestamp)>, StoreError> {
    tx.row(&TERMS_SHOWN, &[document.into(), digest.into()])
}

row! {
    /// A version of the terms, with how many people of the force accepted exactly it.
    pub struct Version {
        /// Its digest.
        pub digest: String,
        /// When it was first asked of anybody.
        pub since: Timestamp,
        /// How many clauses it has.
        pub clauses: usize = "t.clauses" by how_many,
        /// How many people accepted it.
        pub accepted: i64,
    }
}

fn how_many(row: &Row, at: usize) -> Result<usize, StoreError> {
    row.json::<TermsClauses>(at).map(|clauses| clauses.len())
}

/// Returns up to `limit` versions of a document's terms, newest first.
pub fn versions(
    tx: &mut Tx<'_>,
    document: &str,
    force: Option<Force>,
    limit: u32,
) -> Result<Vec<Version>, StoreError> {
    tx.rows(&TERMS_VERSIONS, &[document.into(), crate::force_word(force), limit.into()])
}

/// An acceptance as it is entered.
#[derive(Debug, Clone, Copy)]
pub struct NewAcceptance<'a> {
    /// Its id.
    pub id: domain::EntryId,
    /// Who accepts.
    pub person: PersonId,
    /// The document.
    pub document: &'a str,
    /// The digest of the version.
    pub digest: &'a str,
    /// What was shown.
    pub shown: &'a str,
}

/// Enters an acceptance; returns whether it is new.
pub fn accept(tx: &mut Tx<'_>, new: &NewAcceptance<'_>, at: Timestamp) -> Result<bool, StoreError> {
    let NewAcceptance { id, person, document, digest, shown } = *new;
    let new = tx.execute(
        &ACCEPTANCE_ADD,
        &[Value::id(id), Value::id(person), document.into(), digest.into(), at.into(), shown.into()],
    )?;
    Ok(new > 0)
}

/// Returns everything that a person has accepted, newest first.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Acceptance>, StoreError> {
    tx.rows(&ACCEPTANCES_OF, &[Value::id(person)])
}
