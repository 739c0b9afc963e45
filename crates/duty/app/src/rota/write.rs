//! Makes, changes and retires rotas and their layers.

use domain::{LayerId, RotaId, Timestamp};
use duty::rota::MOST_LAYERS;
use kernel::access::{ManageDuty, Permit};
use kernel::fields::text;
use kernel::{App, AppError};
use serde_json::json;
use store::rotas::{self as rows, LayerRow};

use super::change::{Entered, Finish, Form, Kept, Stop, changing, finish, kept};
use super::fields::{NewLayer, NewRota, empty_rota, layer, person, rota};

/// Most rotas in use of a force.
const MOST_ROTAS: usize = 60;
/// Most temporary rotas of a rota that are not over.
const MOST_TEMPORARY: usize = 20;

/// Makes a rota with its first layer.
///
/// # Errors
/// [`AppError::Invalid`] with what to write, [`AppError::Denied`] for another force.
pub async fn add_rota(
    app: &App,
    permit: Permit<ManageDuty>,
    new: NewRota,
    first: NewLayer,
    seen: String,
) -> Result<Kept<RotaId>, AppError> {
    let force = app.chosen_force(new.force)?;
    permit.reaches(force)?;
    let (app, now) = (app.clone(), app.world().now());
    let id = RotaId::from_uuid(app.world().uuid());
    let outcome = app
        .clone()
        .store()
        .write(move |tx| {
            if rows::list(tx, Some(force))?.len() >= MOST_ROTAS {
                let message = format!("{MOST_ROTAS} rotas are the most; retire one that is no longer needed");
                return Err(AppError::Conflict(message).into());
            }
            let owner = person(tx, "owner", force, &new.owner)?;
            let row = rota(tx, &new, &empty_rota(id, force, owner.id, now))?;
            rows::add(tx, &row)?;
            let empty = empty_layer(LayerId::from_uuid(app.world().uuid()), id, 1, now);
            let first = layer(tx, force, &first, &empty)?;
            rows::add_layer(tx, &first)?;
            let detail = json!({ "name": row.name, "role": row.role, "layer": summary(&first) });
            let entered = Entered { action: "duty.rota.added", detail };
            finish(&app, tx, permit.actor(), Finish { before: None, id, seen, entered })?;
            Ok::<_, Stop>(id)
        })
        .await;
    kept(outcome)
}

/// Changes name, role, place, hours and owner of a rota. Its force stays.
///
/// # Errors
/// As [`add_rota`]; [`AppError::Conflict`] where somebody changed it meanwhile.
pub async fn change_rota(
    app: &App,
    permit: Permit<ManageDuty>,
    form: Form,
    new: NewRota,
) -> Result<Kept<()>, AppError> {
    changing(app, permit, form, move |_, tx, before| {
        let row = rota(tx, &new, &before.row)?;
        rows::set(tx, &row)?;
        let detail = json!({ "name": row.name, "role": row.role, "place": row.place, "hours": row.hours });
        Ok(((), Entered { action: "duty.rota.changed", detail }))
    })
    .await
}

/// Retires a rota: from now on nobody is on call by it. Retiring one that is retired changes nothing.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Denied`] for another force.
pub async fn retire_rota(
    app: &App,
    permit: Permit<ManageDuty>,
    id: RotaId,
    reason: String,
) -> Result<(), AppError> {
    let reason = text("reason", &reason, 300)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let row = rows::by_id(tx, id)?.ok_or_else(|| AppError::not_found("rota", id))?;
            permit.reaches(row.force)?;
            if !rows::retire(tx, id, now)? {
                return Ok(());
            }
            let detail = json!({ "name": row.name, "reason": reason });
            let record =
                kernel::record::Record::new(&permit.actor().name, "duty.rota.retired", format!("rota:{id}"));
            app.enter(tx, now, record.force(row.force).detail(detail))
        })
        .await
}

/// What a form of a layer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Put {
    New,
    Instead(LayerId),
    Temporary,
}

/// Adds a layer on top of the others, or, with `old`, puts it in the place of that one. With a start the new one is a
/// temporary rota for its span.
///
/// # Errors
/// [`AppError::Invalid`] with what to write, [`AppError::NotFound`] for a layer of another rota,
/// [`AppError::Conflict`] where somebody changed the rota meanwhile.
pub async fn put_layer(
    app: &App,
    permit: Permit<ManageDuty>,
    form: Form,
    old: Option<LayerId>,
    new: NewLayer,
) -> Result<Kept<LayerId>, AppError> {
    let put = match old {
        Some(old) => Put::Instead(old),
        None if new.start.trim().is_empty() && new.end.trim().is_empty() => Put::New,
        None => Put::Temporary,
    };
    changing(app, permit, form, move |app, tx, before| {
        let now = app.world().now();
        let id = LayerId::from_uuid(app.world().uuid());
        let last = before.layers.iter().map(|layer| layer.place).max().unwrap_or(0);
        let empty = match put {
            Put::New if before.layers.len() >= MOST_LAYERS => {
                return Err(AppError::Conflict(format!("{MOST_LAYERS} layers are the most")));
            }
            Put::Temporary if before.temporary.len() >= MOST_TEMPORARY => {
                return Err(AppError::Conflict(format!("{MOST_TEMPORARY} temporary rotas are the most")));
            }
            Put::New => empty_layer(id, before.row.id, last + 1, now),
            Put::Temporary => LayerRow { span: Some((now, now)), ..empty_layer(id, before.row.id, 0, now) },
            Put::Instead(old) => {
                let found = before.layers.iter().chain(&before.temporary).find(|layer| layer.id == old);
                let found = found.ok_or_else(|| AppError::not_found("layer", old))?;
                rows::remove_layer(tx, old)?;
                LayerRow { id, ..found.clone() }
            }
        };
        let row = layer(tx, before.row.force, &new, &empty)?;
        rows::add_layer(tx, &row)?;
        let action = if row.span.is_some() { "duty.rota.temporary.kept" } else { "duty.rota.layer.kept" };
        Ok((id, Entered { action, detail: summary(&row) }))
    })
    .await
}

/// Removes a layer or a temporary rota.
///
/// # Errors
/// As [`put_layer`].
pub async fn remove_layer(
    app: &App,
    permit: Permit<ManageDuty>,
    form: Form,
    layer: LayerId,
) -> Result<Kept<()>, AppError> {
    changing(app, permit, form, move |_, tx, before| {
        let found = before.layers.iter().chain(&before.temporary).find(|one| one.id == layer);
        let found = found.ok_or_else(|| AppError::not_found("layer", layer))?;
        rows::remove_layer(tx, layer)?;
        Ok(((), Entered { action: "duty.rota.layer.removed", detail: summary(found) }))
    })
    .await
}

const fn empty_layer(id: LayerId, rota: RotaId, place: i64, now: Timestamp) -> LayerRow {
    LayerRow {
        id,
        rota,
        place,
        name: String::new(),
        unit: String::new(),
        turn: 1,
        first: String::new(),
        hours: String::new(),
        span: None,
        created_at: now,
        people: Vec::new(),
    }
}

fn summary(layer: &LayerRow) -> serde_json::Value {
    let people: Vec<String> = layer.people.iter().map(|person| format!("person:{person}")).collect();
    json!({
        "layer": layer.name,
        "turn": format!("{} {}", layer.turn, layer.unit),
        "first": layer.first,
        "hours": layer.hours,
        "people": people,
        "start": layer.span.map(|(start, _)| start.to_string()),
        "end": layer.span.map(|(_, end)| end.to_string()),
    })
}
