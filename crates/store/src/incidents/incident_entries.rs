//! What was added to an incident and decided about it, entry by entry.

use domain::{IncidentEntryId, IncidentId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One entry.
    pub struct IncidentRecord without Debug {
        /// Its id.
        pub id: IncidentEntryId,
        /// The incident.
        pub incident: IncidentId = "incident_id",
        /// The version of the incident that it made.
        pub version: i64,
        /// When.
        pub at: Timestamp,
        /// Who, as the ledger names them.
        pub actor: String,
        /// What happened, as a word.
        pub what: String,
        /// What was said, sealed.
        pub said: Option<Vec<u8>>,
    }
}

impl std::fmt::Debug for IncidentRecord {
    /// Leaves out what was said.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IncidentRecord({} version {})", self.what, self.version)
    }
}

statements! {
    pub(crate) INCIDENT_ENTRY_ADD = "INSERT INTO incident_entry (id, incident_id, version, at, actor, what, said)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    INCIDENT_ENTRIES: IncidentRecord = "SELECT {columns} FROM incident_entry WHERE incident_id = $1
        ORDER BY version LIMIT 500";
    INCIDENT_ENTRIES_ERASE = "UPDATE incident_entry SET said = NULL WHERE incident_id = $1 AND said IS NOT NULL";
}

/// Adds an entry.
pub fn add(tx: &mut Tx<'_>, new: &IncidentRecord) -> Result<(), StoreError> {
    let params = values!(new: id, incident, version, at, actor, what, said);
    tx.execute(&INCIDENT_ENTRY_ADD, &params).map(drop)
}

/// Returns the entries of an incident, the first one first, 500 at most.
pub fn of_incident(tx: &mut Tx<'_>, incident: IncidentId) -> Result<Vec<IncidentRecord>, StoreError> {
    tx.rows(&INCIDENT_ENTRIES, &[Value::id(incident)])
}

/// Erases what was said in the entries of an incident.
pub fn erase(tx: &mut Tx<'_>, incident: IncidentId) -> Result<(), StoreError> {
    tx.execute(&INCIDENT_ENTRIES_ERASE, &[Value::id(incident)]).map(drop)
}
