//! Freezes everything destructive in a force: one person freezes, two people lift the freeze.
//!
//! During a freeze nothing destructive is asked for, agreed to, released, or handed to a device. What was queued before keeps its
//! place, and the statement that hands commands over skips it.

use domain::{Force, FreezeId};
use serde_json::json;
use store::Tx;
use store::freezes::{self, Freeze};

use super::{agree, lock_force, tell};
use kernel::access::{Actor, FreezeDestruction, LiftFreeze, Permit};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError, Work, presence};

/// Returns whether the destructive orders of a force are frozen.
pub(crate) fn stands(tx: &mut Tx<'_>, force: Force) -> Result<bool, AppError> {
    Ok(freezes::freeze_of(tx, force)?.is_some())
}

/// Refuses a destructive act during a freeze.
///
/// # Errors
/// [`AppError::Conflict`] during a freeze.
pub(crate) fn refuse_if_frozen(tx: &mut Tx<'_>, force: Force) -> Result<(), AppError> {
    if !stands(tx, force)? {
        return Ok(());
    }
    Err(AppError::Conflict(
        "the destructive orders of this force are frozen: two people must lift the freeze first, on the page \"Held and waiting\""
            .into(),
    ))
}

/// Freezes the destructive orders of a force. A second freeze changes nothing.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Denied`] for another force.
pub async fn freeze(
    app: &App,
    permit: Permit<FreezeDestruction>,
    force: Force,
    why: &str,
) -> Result<(), AppError> {
    permit.reaches(app.chosen_force(Some(force))?)?;
    let why = text("why", why, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            lock_force(tx, force)?;
            if stands(tx, force)? {
                return Ok(());
            }
            let actor = permit.actor();
            let new = Freeze {
                id: FreezeId::from_uuid(app.world().uuid()),
                force,
                why,
                frozen_at: now,
                frozen_by: actor.name.clone(),
                lift: None,
            };
            let stopped = freezes::freeze(tx, &new)?;
            enter(Work { app: &app, tx, now }, actor, &new, "orders.frozen", &new.why)?;
            let subject = format!("Destructive orders of {} are frozen", app.force_title(force));
            let body = format!(
                "{} froze them: {}. {stopped} orders that had not been carried out are stopped. Two people can lift it.",
                actor.shown, new.why
            );
            tell::of_freeze(Work { app: &app, tx, now }, force, &actor.name, &subject, &body)
        })
        .await
}

/// Asks to lift a freeze. Another person must confirm.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] if nothing is frozen.
pub async fn ask_to_lift(
    app: &App,
    permit: Permit<LiftFreeze>,
    force: Force,
    why: &str,
) -> Result<(), AppError> {
    permit.reaches(force)?;
    agree::stands_in_register(permit.actor())?;
    let why = text("why", why, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    presence::fresh(permit.actor(), now)?;
    app.clone()
        .store()
        .write(move |tx| {
            let found = standing(tx, force)?;
            let actor = permit.actor();
            if !freezes::ask_to_lift(tx, found.id, now, &actor.name, &why)? {
                return Err(not_frozen());
            }
            enter(Work { app: &app, tx, now }, actor, &found, "orders.lift-asked", &why)?;
            let subject = format!("{} asks to lift the freeze of {}", actor.shown, app.force_title(force));
            let body = format!("The reason: {why}. Another person must confirm it before anything goes on.");
            tell::of_freeze(Work { app: &app, tx, now }, force, &actor.name, &subject, &body)
        })
        .await
}

/// Confirms that a freeze is lifted, on behalf of another person than the one who asked.
///
/// # Errors
/// [`AppError::Conflict`] if nobody asked, or if the actor is the one who asked; [`AppError::Denied`] for another force.
pub async fn confirm_lift(app: &App, permit: Permit<LiftFreeze>, force: Force) -> Result<(), AppError> {
    permit.reaches(force)?;
    let (app, now) = (app.clone(), app.world().now());
    presence::fresh(permit.actor(), now)?;
    app.clone()
        .store()
        .write(move |tx| {
            lock_force(tx, force)?;
            let found = standing(tx, force)?;
            let actor = permit.actor();
            let Some((_, asked_by, why)) = &found.lift else {
                return Err(AppError::Conflict(
                    "nobody asked to lift it: ask, then another person confirms".into(),
                ));
            };
            agree::another_person(Work { app: &app, tx, now }, &permit, asked_by, force)?;
            if !freezes::lift(tx, &found, now, &actor.name)? {
                return Err(not_frozen());
            }
            enter(Work { app: &app, tx, now }, actor, &found, "orders.lifted", why)?;
            let subject = format!("The freeze of {} is lifted", app.force_title(force));
            let body = format!("{} confirmed it. Destructive orders go on.", actor.shown);
            tell::of_freeze(Work { app: &app, tx, now }, force, &actor.name, &subject, &body)
        })
        .await
}

fn standing(tx: &mut Tx<'_>, force: Force) -> Result<Freeze, AppError> {
    freezes::freeze_of(tx, force)?.ok_or_else(not_frozen)
}

fn not_frozen() -> AppError {
    AppError::Conflict("the destructive orders of this force are not frozen; reload the page".into())
}

fn enter(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &Actor,
    freeze: &Freeze,
    action: &'static str,
    why: &str,
) -> Result<(), AppError> {
    let record = Record::new(&actor.name, action, format!("freeze:{}", freeze.id))
        .force(freeze.force)
        .detail(json!({ "why": why }));
    app.enter(tx, now, record)
}
