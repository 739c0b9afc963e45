//! Overrides of rotas: a person added, taken out or replaced for a span.

use domain::{OverrideId, OverrideKind, PersonId, RotaId, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// An override.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideRow {
    /// Its id.
    pub id: OverrideId,
    /// The rota that it changes.
    pub rota: RotaId,
    /// What it does.
    pub kind: OverrideKind,
    /// Who is added or taken out.
    pub person: PersonId,
    /// Who stands in for them.
    pub with: Option<PersonId>,
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// Why it was made.
    pub reason: String,
    /// The other half of a swap.
    pub swap: Option<OverrideId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, rota_id, kind, person_id, with_id, start_at, end_at, reason, swap_id, created_at, withdrawn_at"
    };
}

statements! {
    pub(crate) OVERRIDE_ADD = "INSERT INTO rota_override (id, rota_id, kind, person_id, with_id, start_at, end_at, reason,
        swap_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    OVERRIDE_WITHDRAW = "UPDATE rota_override SET withdrawn_at = $2, told_at = NULL WHERE id = $1 AND withdrawn_at IS NULL";
    OVERRIDE_TOLD = "UPDATE rota_override SET told_at = $2 WHERE id = $1 AND told_at IS NULL";
    OVERRIDE_BY_ID = concat!("SELECT ", columns!(), " FROM rota_override WHERE id = $1");
    OVERRIDES_OF = concat!("SELECT ", columns!(), " FROM rota_override WHERE rota_id = $1 AND end_at > $2
        AND withdrawn_at IS NULL ORDER BY created_at, id LIMIT 400");
    OVERRIDES_UNTOLD = concat!("SELECT ", columns!(), " FROM rota_override WHERE rota_id = $1 AND told_at IS NULL
        ORDER BY created_at, id LIMIT 100");
    OVERRIDES_FORGET = "DELETE FROM rota_override WHERE id IN (SELECT id FROM rota_override WHERE end_at < $1 LIMIT $2 {skip_locked})";
}

fn read(row: &Row) -> Result<OverrideRow, StoreError> {
    Ok(OverrideRow {
        id: row.parse(0)?,
        rota: row.parse(1)?,
        kind: row.parse(2)?,
        person: row.parse(3)?,
        with: row.opt_parse(4)?,
        start: row.time(5)?,
        end: row.time(6)?,
        reason: row.text(7)?,
        swap: row.opt_parse(8)?,
        created_at: row.time(9)?,
        withdrawn_at: row.opt_time(10)?,
    })
}

/// Enters an override.
pub fn add(tx: &mut Tx<'_>, new: &OverrideRow) -> Result<(), StoreError> {
    let params = [
        Value::id(new.id),
        Value::id(new.rota),
        new.kind.as_str().into(),
        Value::id(new.person),
        Value::opt_id(new.with),
        new.start.into(),
        new.end.into(),
        new.reason.as_str().into(),
        Value::opt_id(new.swap),
        new.created_at.into(),
    ];
    tx.execute(&OVERRIDE_ADD, &params)?;
    Ok(())
}

/// Withdraws an override, so that its people are told again; returns whether it applied.
pub fn withdraw(tx: &mut Tx<'_>, id: OverrideId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&OVERRIDE_WITHDRAW, &[Value::id(id), now.into()])? > 0)
}

/// Notes that the people of an override were told of its present state.
pub fn set_told(tx: &mut Tx<'_>, id: OverrideId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(&OVERRIDE_TOLD, &[Value::id(id), now.into()])?;
    Ok(())
}

/// Returns the override of that id, withdrawn or not.
pub fn by_id(tx: &mut Tx<'_>, id: OverrideId) -> Result<Option<OverrideRow>, StoreError> {
    tx.one(&OVERRIDE_BY_ID, &[Value::id(id)])?.as_ref().map(read).transpose()
}

/// Returns the overrides of a rota that apply and end after a time, in the order in which they were made, four hundred at
/// most.
pub fn of_rota(tx: &mut Tx<'_>, id: RotaId, after: Timestamp) -> Result<Vec<OverrideRow>, StoreError> {
    tx.query(&OVERRIDES_OF, &[Value::id(id), after.into()])?.iter().map(read).collect()
}

/// Returns the overrides of a rota whose people were not told of their present state, a hundred at most.
pub fn untold(tx: &mut Tx<'_>, id: RotaId) -> Result<Vec<OverrideRow>, StoreError> {
    tx.query(&OVERRIDES_UNTOLD, &[Value::id(id)])?.iter().map(read).collect()
}

/// Forgets overrides that ended before a time, `limit` at most; returns how many.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&OVERRIDES_FORGET, &[before.into(), i64::from(limit).into()])
}
