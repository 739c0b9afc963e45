//! Overrides of rotas: a person added, taken out or replaced for a span.

use domain::{OverrideId, OverrideKind, PersonId, RotaId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// An override.
    pub struct OverrideRow {
        /// Its id.
        pub id: OverrideId,
        /// The rota that it changes.
        pub rota: RotaId = "rota_id",
        /// What it does.
        pub kind: OverrideKind,
        /// Who is added or taken out.
        pub person: PersonId = "person_id",
        /// Who stands in for them.
        pub with: Option<PersonId> = "with_id",
        /// Its first instant.
        pub start: Timestamp = "start_at",
        /// The first instant after it.
        pub end: Timestamp = "end_at",
        /// Why it was made.
        pub reason: String,
        /// The other half of a swap.
        pub swap: Option<OverrideId> = "swap_id",
        /// When it was made.
        pub created_at: Timestamp,
        /// When it was withdrawn.
        pub withdrawn_at: Option<Timestamp>,
    }
}

statements! {
    pub(crate) OVERRIDE_ADD = "INSERT INTO rota_override (id, rota_id, kind, person_id, with_id, start_at, end_at, reason,
        swap_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    OVERRIDE_WITHDRAW = "UPDATE rota_override SET withdrawn_at = $2, told_at = NULL WHERE id = $1 AND withdrawn_at IS NULL";
    OVERRIDE_TOLD = "UPDATE rota_override SET told_at = $2 WHERE id = $1 AND told_at IS NULL";
    OVERRIDE_BY_ID: OverrideRow = "SELECT {columns} FROM rota_override WHERE id = $1";
    OVERRIDES_OF: OverrideRow = "SELECT {columns} FROM rota_override WHERE rota_id = $1 AND end_at > $2
        AND withdrawn_at IS NULL ORDER BY created_at, id LIMIT 400";
    OVERRIDES_UNTOLD: OverrideRow = "SELECT {columns} FROM rota_override WHERE rota_id = $1 AND told_at IS NULL
        ORDER BY created_at, id LIMIT 100";
    OVERRIDES_FORGET = "DELETE FROM rota_override WHERE id IN (SELECT id FROM rota_override WHERE end_at < $1 LIMIT $2 {skip_locked})";
}

/// Enters an override.
pub fn add(tx: &mut Tx<'_>, new: &OverrideRow) -> Result<(), StoreError> {
    let params = values!(new: id, rota, kind, person, with, start, end, reason, swap, created_at);
    tx.execute(&OVERRIDE_ADD, &params).map(drop)
}

/// Withdraws an override, so that its people are told again; returns whether it applied.
pub fn withdraw(tx: &mut Tx<'_>, id: OverrideId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&OVERRIDE_WITHDRAW, &[Value::id(id), now.into()])? > 0)
}

/// Notes that the people of an override were told of its present state.
pub fn set_told(tx: &mut Tx<'_>, id: OverrideId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(&OVERRIDE_TOLD, &[Value::id(id), now.into()]).map(drop)
}

/// Returns the override of that id, withdrawn or not.
pub fn by_id(tx: &mut Tx<'_>, id: OverrideId) -> Result<Option<OverrideRow>, StoreError> {
    tx.row(&OVERRIDE_BY_ID, &[Value::id(id)])
}

/// Returns the overrides of a rota that apply and end after a time, in the order in which they were made, four hundred at
/// most.
pub fn of_rota(tx: &mut Tx<'_>, id: RotaId, after: Timestamp) -> Result<Vec<OverrideRow>, StoreError> {
    tx.rows(&OVERRIDES_OF, &[Value::id(id), after.into()])
}

/// Returns the overrides of a rota whose people were not told of their present state, a hundred at most.
pub fn untold(tx: &mut Tx<'_>, id: RotaId) -> Result<Vec<OverrideRow>, StoreError> {
    tx.rows(&OVERRIDES_UNTOLD, &[Value::id(id)])
}

/// Forgets overrides that ended before a time, `limit` at most; returns how many.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&OVERRIDES_FORGET, &[before.into(), limit.into()])
}
