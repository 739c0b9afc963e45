//! Exemptions from a clause. The person is stored sealed; only the app opens it.

use domain::{ClauseId, EntryId, Force, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// One exemption.
#[derive(Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Its id.
    pub id: EntryId,
    /// Whose people.
    pub force: Force,
    /// The clause that they are exempt from.
    pub clause: ClauseId,
    /// Whom, who decided and why, sealed.
    pub sealed: Vec<u8>,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub until: Timestamp,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
}

impl std::fmt::Debug for Exemption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Exemption({})", self.id)
    }
}

statements! {
    EXEMPTION_ADD = "INSERT INTO clause_exemption (id, force, clause_id, sealed, created_at, until_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    EXEMPTIONS_LIVE = "SELECT id, force, clause_id, sealed, created_at, until_at, ended_at FROM clause_exemption
        WHERE ($1 = '' OR force = $1) AND ended_at IS NULL AND until_at > $2 ORDER BY created_at, id LIMIT 1000";
    EXEMPTION_BY_ID = "SELECT id, force, clause_id, sealed, created_at, until_at, ended_at FROM clause_exemption WHERE id = $1";
    EXEMPTION_END = "UPDATE clause_exemption SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL AND until_at > $2";
}

fn exemption(row: &Row) -> Result<Exemption, StoreError> {
    Ok(Exemption {
        id: row.parse(0)?,
        force: row.parse(1)?,
        clause: row.parse(2)?,
        sealed: row.bytes(3)?,
        created_at: row.time(4)?,
        until: row.time(5)?,
        ended_at: row.opt_time(6)?,
    })
}

/// Enters an exemption.
pub fn add(tx: &mut Tx<'_>, new: &Exemption) -> Result<(), StoreError> {
    tx.execute(
        &EXEMPTION_ADD,
        &[
            Value::id(new.id),
            Value::id(new.force),
            new.clause.as_str().into(),
            new.sealed.as_slice().into(),
            new.created_at.into(),
            new.until.into(),
        ],
    )?;
    Ok(())
}

/// Returns the exemptions in force that a force's readers see.
pub fn live(tx: &mut Tx<'_>, force: Option<Force>, now: Timestamp) -> Result<Vec<Exemption>, StoreError> {
    tx.query(&EXEMPTIONS_LIVE, &[crate::force_word(force), now.into()])?.iter().map(exemption).collect()
}

/// Returns the exemption of that id.
pub fn by_id(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<Exemption>, StoreError> {
    tx.one(&EXEMPTION_BY_ID, &[Value::id(id)])?.as_ref().map(exemption).transpose()
}

/// Ends an exemption before its time; returns whether it was in force.
pub fn end(tx: &mut Tx<'_>, id: EntryId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&EXEMPTION_END, &[Value::id(id), at.into()])? > 0)
}
