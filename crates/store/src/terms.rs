//! Acceptances: who agreed to which version of a document's terms.

use std::collections::BTreeMap;

use domain::{PersonId, Timestamp};

use crate::{StoreError, Tx, Value, statements};

/// The clauses of a version of the terms, each with its digest.
pub type TermsClauses = BTreeMap<String, String>;

/// One acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The document, by its directory name.
    pub document: String,
    /// The version: a digest over the clauses shown.
    pub terms_digest: String,
    /// When.
    pub accepted_at: Timestamp,
    /// How it was shown: on a page, on paper, at a counter.
    pub shown: String,
    /// What was accepted.
    pub clauses: TermsClauses,
}

statements! {
    pub(crate) TERMS_SEEN = "INSERT INTO terms_version (document, digest, clauses, first_seen_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (document, digest) DO NOTHING";
    ACCEPTANCE_ADD = "INSERT INTO acceptance (id, person_id, document, terms_digest, accepted_at, shown)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (person_id, document, terms_digest) DO NOTHING";
    ACCEPTANCES_OF = "SELECT a.document, a.terms_digest, a.accepted_at, a.shown, t.clauses
        FROM acceptance a JOIN terms_version t ON t.document = a.document AND t.digest = a.terms_digest
        WHERE a.person_id = $1 ORDER BY a.accepted_at DESC, a.id";
    HAS_ACCEPTED = "SELECT 1 FROM acceptance WHERE person_id = $1 AND document = $2 AND terms_digest = $3";
    ACCEPTED_COUNT = "SELECT count(*) FROM acceptance a JOIN person p ON p.id = a.person_id
        WHERE a.document = $1 AND a.terms_digest = $2 AND p.ended_at IS NULL";
}

/// Remembers a version of the terms, so that an acceptance of it can be read later.
pub fn remember(
    tx: &mut Tx<'_>,
    document: &str,
    digest: &str,
    clauses: &TermsClauses,
    at: Timestamp,
) -> Result<(), StoreError> {
    let clauses = serde_json::to_string(clauses)
        .map_err(|error| StoreError::encode("terms_version.clauses", &error))?;
    tx.execute(&TERMS_SEEN, &[document.into(), digest.into(), clauses.into(), at.into()])?;
    Ok(())
}

/// Enters an acceptance; whether it is new.
pub fn accept(
    tx: &mut Tx<'_>,
    id: domain::EntryId,
    person: PersonId,
    document: &str,
    digest: &str,
    (at, shown): (Timestamp, &str),
) -> Result<bool, StoreError> {
    let new = tx.execute(
        &ACCEPTANCE_ADD,
        &[Value::id(id), Value::id(person), document.into(), digest.into(), at.into(), shown.into()],
    )?;
    Ok(new > 0)
}

/// Everything that a person has accepted, newest first.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Acceptance>, StoreError> {
    tx.query(&ACCEPTANCES_OF, &[Value::id(person)])?
        .iter()
        .map(|row| {
            Ok(Acceptance {
                document: row.text(0)?,
                terms_digest: row.text(1)?,
                accepted_at: row.time(2)?,
                shown: row.text(3)?,
                clauses: row.json(4)?,
            })
        })
        .collect()
}

/// Whether the person has accepted that version.
pub fn has_accepted(
    tx: &mut Tx<'_>,
    person: PersonId,
    document: &str,
    digest: &str,
) -> Result<bool, StoreError> {
    Ok(tx.one(&HAS_ACCEPTED, &[Value::id(person), document.into(), digest.into()])?.is_some())
}

/// How many people on the books have accepted that version.
pub fn accepted_count(tx: &mut Tx<'_>, document: &str, digest: &str) -> Result<i64, StoreError> {
    crate::single_count(tx, &ACCEPTED_COUNT, &[document.into(), digest.into()])
}
