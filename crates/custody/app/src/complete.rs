//! Completes a hand-over that both sides have signed; custody changes nowhere else.

use domain::{HandoverId, HandoverKind, Party, PersonId, Standing};
use store::handovers::Handover;
use store::{assets, devices};

use super::{Loaded, Thing, draft};
use cases_app::{Moved, device_key};
use kernel::access::Actor;
use kernel::{AppError, Work, jobs};

/// Changes holder, place and standing of every thing, in the transaction of the second signature, which holds the things' locks.
/// Checks again everything that the draft was checked for: days may lie between.
pub(super) fn complete(
    Work { app, tx, now }: Work<'_, '_>,
    actor: &Actor,
    loaded: &Loaded,
) -> Result<(), AppError> {
    let handover = &loaded.handover;
    if let (true, Party::Person(receiver)) = (handover.kind.to_person(), handover.receiver) {
        crate::may_receive(app, tx, receiver, handover.force).map_err(unbeside)?;
    }
    for thing in &loaded.things {
        still_fits(handover, thing)?;
        draft::not_held(tx, handover.kind, &thing.device)?;
        let holder = move_thing(Work { app, tx, now }, handover, thing)?;
        if holder != thing.device.holder || handover.kind == HandoverKind::Issue {
            let moved = Moved {
                item: &device_key(thing.device.id),
                from: thing.device.holder.filter(|_| handover.kind.from_person()),
                to: holder,
                proof: &proof(handover.id),
                by: actor.into(),
            };
            cases_app::custody_moved(Work { app, tx, now }, &moved)?;
        }
    }
    Ok(())
}

fn move_thing(
    Work { app, tx, now }: Work<'_, '_>,
    handover: &Handover,
    thing: &Thing,
) -> Result<Option<PersonId>, AppError> {
    let device = &thing.device;
    let mut asset = thing.asset.clone();
    asset.standing = handover.kind.leads_to();
    asset.due_back_at = handover.due_back_at;
    asset.place = match (handover.kind, handover.receiver) {
        (HandoverKind::Disposal, _) | (_, Party::Person(_)) => None,
        (_, Party::Place(place)) => Some(place),
    };
    if !assets::restand(tx, device.id, &thing.asset, &asset)? {
        return Err(moved_on(&device.serial));
    }
    let holder = match (handover.kind, handover.receiver) {
        // The person who brought it for repair is still responsible for it.
        (HandoverKind::Repair, _) => device.holder,
        (_, Party::Person(receiver)) => Some(receiver),
        (_, Party::Place(_)) => None,
    };
    if holder != device.holder {
        devices::set_holder(tx, device.id, holder)?;
        terms_app::holder_changed(Work { app, tx, now }, device.id, device.holder, holder)?;
    }
    if let Some(force) = handover.to_force.filter(|_| handover.kind == HandoverKind::Transfer) {
        assets::move_to(tx, device.id, force)?;
    }
    if handover.kind == HandoverKind::Disposal {
        devices::retire(tx, device.id, now)?;
    }
    // A new holder or force changes what the clauses ask of the device.
    if device.kind.platform().is_some() && handover.kind != HandoverKind::Disposal {
        kernel::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &device.id.to_string(), now)?;
    }
    Ok(holder)
}

/// Returns the name by which a step of a case refers to the hand-over that proves it.
fn proof(id: HandoverId) -> String {
    format!("hand-over:{id}")
}

/// Refuses a thing that is no longer as it was when the hand-over was drafted.
fn still_fits(handover: &Handover, thing: &Thing) -> Result<(), AppError> {
    let (device, asset) = (&thing.device, &thing.asset);
    let fits = handover.kind.begins_at(asset.standing)
        && device.force == handover.force
        && draft::held_by_giver(handover, device)
        && (asset.standing != Standing::Disposed);
    if fits {
        return Ok(());
    }
    Err(moved_on(&device.serial))
}

fn moved_on(serial: &str) -> AppError {
    AppError::Conflict(format!(
        "{serial} no longer stands as it did when this was drafted; withdraw the hand-over and draft it again"
    ))
}

/// Turns an error beside a field of the draft into a conflict, because there is no such field at the signature.
fn unbeside(error: AppError) -> AppError {
    match error {
        AppError::Invalid { message, .. } => AppError::Conflict(message),
        other => other,
    }
}
