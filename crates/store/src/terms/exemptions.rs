//! Exemptions from a clause. The person is stored sealed; only the app opens it.

use domain::{ClauseId, EntryId, Force, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One exemption.
    pub struct Exemption without Debug {
        /// Its id.
        pub id: EntryId,
        /// Whose people.
        pub force: Force,
        /// The clause that they are exempt from.
        pub clause: ClauseId = "clause_id",
        /// Whom, who decided and why, sealed.
        pub sealed: Vec<u8>,
        /// When it was entered.
        pub created_at: Timestamp,
        /// When it ends by itself.
        pub until: Timestamp = "until_at",
        /// When it was ended before its time.
        pub ended_at: Option<Timestamp>,
    }
}

impl std::fmt::Debug for Exemption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Exemption({})", self.id)
    }
}

statements! {
    EXEMPTION_ADD = "INSERT INTO clause_exemption (id, force, clause_id, sealed, created_at, until_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    EXEMPTIONS_LIVE: Exemption = "SELECT {columns} FROM clause_exemption
        WHERE ($1 = '' OR force = $1) AND ended_at IS NULL AND until_at > $2 ORDER BY created_at, id LIMIT 1000";
    EXEMPTION_BY_ID: Exemption = "SELECT {columns} FROM clause_exemption WHERE id = $1";
    EXEMPTION_END = "UPDATE clause_exemption SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL AND until_at > $2";
}

/// Enters an exemption.
pub fn add(tx: &mut Tx<'_>, new: &Exemption) -> Result<(), StoreError> {
    tx.execute(&EXEMPTION_ADD, &values!(new: id, force, clause, sealed, created_at, until)).map(drop)
}

/// Returns the exemptions in force that a force's readers see.
pub fn live(tx: &mut Tx<'_>, force: Option<Force>, now: Timestamp) -> Result<Vec<Exemption>, StoreError> {
    tx.rows(&EXEMPTIONS_LIVE, &[crate::force_word(force), now.into()])
}

/// Returns the exemption of that id.
pub fn by_id(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<Exemption>, StoreError> {
    tx.row(&EXEMPTION_BY_ID, &[Value::id(id)])
}

/// Ends an exemption before its time; returns whether it was in force.
pub fn end(tx: &mut Tx<'_>, id: EntryId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&EXEMPTION_END, &[Value::id(id), at.into()])? > 0)
}
