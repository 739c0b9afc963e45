//! Rotas: their own rows, their layers and temporary rotas with the participants, and hand-over notes.

use domain::{Force, LayerId, NoteId, PersonId, RotaId, Timestamp};

use crate::{Row, StoreError, Tx, Value, row, statements, values};

row! {
    /// A rota.
    pub struct RotaRow {
        /// Its id.
        pub id: RotaId,
        /// The force that it belongs to.
        pub force: Force,
        /// Its name, unique among the force's rotas in use.
        pub name: String,
        /// The word of the role that it is asked for; empty for none.
        pub role: String,
        /// Its place among the rotas of that role.
        pub place: i64,
        /// The hours that it must cover, as written; empty for every hour.
        pub hours: String,
        /// The person who is told of gaps.
        pub owner: PersonId = "owner_id",
        /// What they were told last, in the words of the use case.
        pub told: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it was retired.
        pub retired_at: Option<Timestamp>,
        /// Counts every change of the rota, its layers and its changes for a span.
        pub version: i64,
    }

    /// A layer, or a temporary rota.
    pub struct LayerRow {
        /// Its id.
        pub id: LayerId,
        /// The rota that it belongs to.
        pub rota: RotaId = "rota_id",
        /// Its place: a later layer overrides an earlier one.
        pub place: i64,
        /// Its name.
        pub name: String,
        /// The word of the unit of a turn.
        pub unit: String,
        /// How many units a turn lasts.
        pub turn: i64,
        /// The first hand-over by the wall clock.
        pub first: String,
        /// The hours in which it applies, as written; empty for every hour.
        pub hours: String,
        /// The span of a temporary rota.
        pub span: Option<(Timestamp, Timestamp)> = "start_at, end_at",
        /// When it was made.
        pub created_at: Timestamp,
        /// The participants in order.
        pub people: Vec<PersonId> = "" by nobody,
    }

    /// A hand-over note.
    pub struct NoteRow {
        /// Its id.
        pub id: NoteId,
        /// The rota.
        pub rota: RotaId = "rota_id",
        /// Who wrote it.
        pub person: PersonId = "person_id",
        /// What they wrote.
        pub note: String,
        /// When they wrote it.
        pub created_at: Timestamp,
    }
}

statements! {
    pub(crate) ROTA_ADD = "INSERT INTO rota (id, force, name, role, place, hours, owner_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    ROTA_SET = "UPDATE rota SET name = $2, role = $3, place = $4, hours = $5, owner_id = $6 WHERE id = $1";
    // Held until the end of the transaction, so that two changes of one rota follow each other.
    ROTA_TOUCH = "UPDATE rota SET version = version + 1 WHERE id = $1 AND retired_at IS NULL";
    ROTA_RETIRE = "UPDATE rota SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL";
    ROTA_TOLD = "UPDATE rota SET told = $2 WHERE id = $1";
    ROTA_BY_ID: RotaRow = "SELECT {columns} FROM rota WHERE id = $1";
    ROTA_BY_NAME: RotaRow = "SELECT {columns} FROM rota
        WHERE force = $1 AND lower(name) = lower($2) AND retired_at IS NULL";
    ROTAS: RotaRow = "SELECT {columns} FROM rota WHERE ($1 = '' OR force = $1) AND retired_at IS NULL
        ORDER BY force, place, name, id LIMIT 200";
    ROTAS_FOR_ROLE: RotaRow = "SELECT {columns} FROM rota WHERE force = $1 AND role = $2 AND retired_at IS NULL
        ORDER BY place, name, id LIMIT 20";
    ROTAS_WITH: RotaRow = "SELECT {columns} FROM rota WHERE retired_at IS NULL AND (owner_id = $1 OR id IN (
            SELECT l.rota_id FROM rota_layer l JOIN rota_member m ON m.layer_id = l.id WHERE m.person_id = $1
            UNION SELECT rota_id FROM rota_override WHERE person_id = $1 AND withdrawn_at IS NULL
            UNION SELECT rota_id FROM rota_override WHERE with_id = $1 AND withdrawn_at IS NULL))
        ORDER BY force, place, name, id LIMIT 20";
    LAYER_ADD = "INSERT INTO rota_layer (id, rota_id, place, name, unit, turn, first, hours, start_at, end_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    LAYER_REMOVE = "DELETE FROM rota_layer WHERE id = $1";
    LAYERS_OF: LayerRow = "SELECT {columns} FROM rota_layer
        WHERE rota_id = $1 AND (end_at IS NULL OR end_at > $2) ORDER BY place, created_at, id LIMIT 60";
    MEMBER_ADD = "INSERT INTO rota_member (layer_id, place, person_id) VALUES ($1, $2, $3)";
    MEMBERS_REMOVE = "DELETE FROM rota_member WHERE layer_id = $1";
    MEMBERS_OF: (LayerId, PersonId) = "SELECT m.layer_id, m.person_id FROM rota_member m
        JOIN rota_layer l ON l.id = m.layer_id
        WHERE l.rota_id = $1 AND (l.end_at IS NULL OR l.end_at > $2) ORDER BY m.layer_id, m.place LIMIT 2400";
    LAYERS_OVER: LayerId = "SELECT id FROM rota_layer WHERE end_at < $1 ORDER BY end_at, id LIMIT $2";
    NOTE_ADD = "INSERT INTO rota_note (id, rota_id, person_id, note, created_at) VALUES ($1, $2, $3, $4, $5)";
    NOTES_OF: NoteRow = "SELECT {columns} FROM rota_note WHERE rota_id = $1
        ORDER BY created_at DESC, id DESC LIMIT 5";
    NOTES_FORGET = "DELETE FROM rota_note WHERE id IN (SELECT id FROM rota_note WHERE created_at < $1 LIMIT $2 {skip_locked})";
}

/// Enters a rota; its name must be new among the force's rotas in use.
pub fn add(tx: &mut Tx<'_>, new: &RotaRow) -> Result<(), StoreError> {
    let params = values!(new: id, force, name, role, place, hours, owner, created_at);
    tx.execute(&ROTA_ADD, &params).map(drop)
}

/// Changes name, role, place, hours and owner of a rota.
pub fn set(tx: &mut Tx<'_>, changed: &RotaRow) -> Result<(), StoreError> {
    let params = values!(changed: id, name, role, place, hours, owner);
    tx.execute(&ROTA_SET, &params).map(drop)
}

/// Counts a change of a rota in use and holds its row until the transaction ends; returns whether it is in use.
pub fn touch(tx: &mut Tx<'_>, id: RotaId) -> Result<bool, StoreError> {
    Ok(tx.execute(&ROTA_TOUCH, &[Value::id(id)])? > 0)
}

/// Retires a rota; returns whether it was in use.
pub fn retire(tx: &mut Tx<'_>, id: RotaId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&ROTA_RETIRE, &[Value::id(id), now.into()])? > 0)
}

/// Notes what the owner was told.
pub fn set_told(tx: &mut Tx<'_>, id: RotaId, told: &str) -> Result<(), StoreError> {
    tx.execute(&ROTA_TOLD, &[Value::id(id), told.into()]).map(drop)
}

/// Returns the rota of that id, retired or not.
pub fn by_id(tx: &mut Tx<'_>, id: RotaId) -> Result<Option<RotaRow>, StoreError> {
    tx.row(&ROTA_BY_ID, &[Value::id(id)])
}

/// Returns the rota in use of that name, in any case of letters.
pub fn by_name(tx: &mut Tx<'_>, force: Force, name: &str) -> Result<Option<RotaRow>, StoreError> {
    Ok(tx.rows(&ROTA_BY_NAME, &[Value::id(force), name.into()])?.into_iter().next())
}

/// Returns the rotas in use by place and name, two hundred at most.
pub fn list(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<RotaRow>, StoreError> {
    tx.rows(&ROTAS, &[crate::force_word(force)])
}

/// Returns a force's rotas in use for a role in their order, twenty at most.
pub fn for_role(tx: &mut Tx<'_>, force: Force, role: &str) -> Result<Vec<RotaRow>, StoreError> {
    tx.rows(&ROTAS_FOR_ROLE, &[Value::id(force), role.into()])
}

/// Returns the rotas in use that name a person in a layer, in a change or as their owner, twenty at most.
pub fn with_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<RotaRow>, StoreError> {
    tx.rows(&ROTAS_WITH, &[Value::id(person)])
}

/// Leaves the participants out, which stand in another table.
fn nobody(_: &Row, _: usize) -> Result<Vec<PersonId>, StoreError> {
    Ok(Vec::new())
}

/// Enters a layer or a temporary rota with its participants.
pub fn add_layer(tx: &mut Tx<'_>, new: &LayerRow) -> Result<(), StoreError> {
    let params = values!(new: id, rota, place, name, unit, turn, first, hours, span, created_at);
    tx.execute(&LAYER_ADD, &params)?;
    for (place, person) in (1_i64..).zip(&new.people) {
        tx.execute(&MEMBER_ADD, &[Value::id(new.id), place.into(), Value::id(*person)])?;
    }
    Ok(())
}

/// Removes a layer or a temporary rota with its participants; returns whether it was there.
pub fn remove_layer(tx: &mut Tx<'_>, id: LayerId) -> Result<bool, StoreError> {
    tx.execute(&MEMBERS_REMOVE, &[Value::id(id)])?;
    Ok(tx.execute(&LAYER_REMOVE, &[Value::id(id)])? > 0)
}

/// Returns the layers of a rota in order, and its temporary rotas that end after a time; sixty at most.
pub fn layers(tx: &mut Tx<'_>, id: RotaId, after: Timestamp) -> Result<Vec<LayerRow>, StoreError> {
    let params = [Value::id(id), after.into()];
    let mut layers = tx.rows(&LAYERS_OF, &params)?;
    for (layer, person) in tx.rows(&MEMBERS_OF, &params)? {
        if let Some(found) = layers.iter_mut().find(|one| one.id == layer) {
            found.people.push(person);
        }
    }
    Ok(layers)
}

/// Enters a hand-over note.
pub fn add_note(tx: &mut Tx<'_>, new: &NoteRow) -> Result<(), StoreError> {
    let params = values!(new: id, rota, person, note, created_at);
    tx.execute(&NOTE_ADD, &params).map(drop)
}

/// Returns the hand-over notes of a rota, the latest first, five at most.
pub fn notes(tx: &mut Tx<'_>, id: RotaId) -> Result<Vec<NoteRow>, StoreError> {
    tx.rows(&NOTES_OF, &[Value::id(id)])
}

/// Forgets temporary rotas that ended, and notes written, before a time, `limit` of each at most; returns how many.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let params = [before.into(), limit.into()];
    let mut forgotten = tx.execute(&NOTES_FORGET, &params)?;
    for id in tx.rows(&LAYERS_OVER, &params)? {
        forgotten += u64::from(remove_layer(tx, id)?);
    }
    Ok(forgotten)
}
