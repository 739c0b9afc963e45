//! Keeps the list of places: the stores for devices and the workshops that the force approved to repair them (MDU-4.6).
//! A hand-over names one of these or a person; there is no field for anybody else.

use crate::PlaceView;
use domain::{Force, PlaceId, PlaceKind};
use serde_json::json;
use store::assets::{self, Place};

use kernel::access::{ManageRegister, Permit, SeeDevices};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError};

/// Details of a new place.
#[derive(Debug, Clone)]
pub struct NewPlace {
    /// Force that it belongs to.
    pub force: Option<Force>,
    /// Kind of place.
    pub kind: Option<PlaceKind>,
    /// Name, 1 to 80 characters, unique in the force.
    pub name: String,
    /// Person who approved it, for a workshop.
    pub approved_by: String,
}

/// Lists every store and workshop in the permit's scope; with `everywhere`, also those of other forces, for people who send
/// something there.
///
/// # Errors
/// Only if the database does not answer.
pub async fn places(
    app: &App,
    permit: Permit<SeeDevices>,
    everywhere: bool,
) -> Result<Vec<PlaceView>, AppError> {
    let force = permit.scope().force().filter(|_| !everywhere);
    app.store()
        .read(move |tx| Ok(assets::places(tx, force)?.into_iter().map(PlaceView::from).collect()))
        .await
}

/// Adds a place.
///
/// # Errors
/// [`AppError::Invalid`] beside its field, [`AppError::Conflict`] if the force has one of that name.
pub async fn add_place(
    app: &App,
    permit: Permit<ManageRegister>,
    new: NewPlace,
) -> Result<PlaceId, AppError> {
    let force = app.chosen_force(new.force)?;
    let kind = new.kind.ok_or_else(|| AppError::invalid("kind", "choose what it is"))?;
    permit.reaches(force)?;
    let name = text("name", &new.name, 80)?;
    let approved_by = match kind {
        PlaceKind::Workshop => Some(text("approved-by", &new.approved_by, 100)?),
        PlaceKind::Store => None,
    };
    let place = Place {
        id: PlaceId::from_uuid(app.world().uuid()),
        force,
        kind,
        name,
        created_at: app.world().now(),
        closed_at: None,
    };
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            if !assets::add_place(tx, &place)? {
                return Err(AppError::Conflict(format!(
                    "{} already has a place of that name; choose another name",
                    app.force_title(force)
                )));
            }
            let record = Record::new(&permit.actor().name, "place.added", format!("place:{}", place.id))
                .force(force)
                .reason(kind.as_str())
                .detail(json!({ "name": place.name, "approved_by": approved_by }));
            app.enter(tx, place.created_at, record)?;
            Ok(place.id)
        })
        .await
}

/// Closes a place: nothing can be given to it any more.
///
/// # Errors
/// [`AppError::Conflict`] while it still holds something.
pub async fn close_place(app: &App, permit: Permit<ManageRegister>, id: PlaceId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let place = assets::place_by_id(tx, id)?.ok_or_else(|| AppError::not_found("place", id))?;
            permit.reaches(place.force)?;
            let mut inside = 0;
            for standing in [domain::Standing::InStore, domain::Standing::InRepair] {
                inside += assets::in_place(tx, id, standing)?.len();
            }
            if inside > 0 {
                return Err(AppError::Conflict(format!(
                    "{inside} things stand in {}; hand them on first",
                    place.name
                )));
            }
            if !assets::close_place(tx, id, now)? {
                return Ok(());
            }
            let record = Record::new(&permit.actor().name, "place.closed", format!("place:{id}"))
                .force(place.force)
                .detail(json!({ "name": place.name }));
            app.enter(tx, now, record)
        })
        .await
}
