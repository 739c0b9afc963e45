//! Carries orders over to a new enrolment.
//! A device that enrols again was wiped, or somebody wants it to look so: the containment of a lost device must not end with
//! that.
//!
//! | order | what happens to it when the device enrols again |
//! | --- | --- |
//! | lock | one that waits, or was handed over and not answered, is queued again; one that was acknowledged has ended: the
//! vendor has no way to ask whether it is still in force |
//! | lost mode | on: queued again whether it waits or is in force, unless the device reported since that it is off; off: queued
//! again while it waits |
//! | erase | queued again only where a second person agreed, the device was never given it and is under no legal hold; one that
//! it was given may be why it enrols again |
//! | all others | end with the enrolment |
//!
//! What waited when a device left management is queued again too, except erasures: nobody knows for whom the device returns. The
//! new order has the origin of the old one: who asked, who agreed, why, for which case. An order that is held beyond a cap stays
//! held.

use domain::{CommandId, CommandState, DeviceId, FactValue, Timestamp};
use platform_port::Order;
use serde_json::json;
use store::containment::{self, OutlivingOrder};
use store::enrolments::Enrolment;
use store::{Tx, holds, messages};

use crate::commands::{Spec, resealed};
use kernel::{AppError, Work};

/// Reason with which orders end when a device leaves; compared when it returns.
pub(super) const CHECKED_OUT: &str = "the device checked out";
const CARRIED: &str = "the device enrolled again: queued again for its new enrolment";
/// Words of the orders that may outlive an enrolment.
const KINDS: [&str; 4] = ["lock", "lost-mode", "lost-mode-off", "erase"];

/// Order that is to be queued again.
pub(super) struct Carried {
    from: OutlivingOrder,
    spec: Spec,
}

/// Picks the orders that outlive the enrolment of a device, and ends them there. Must be called before everything of that
/// enrolment ends and what it reported is deleted.
pub(super) fn pick(tx: &mut Tx<'_>, device: DeviceId, now: Timestamp) -> Result<Vec<Carried>, AppError> {
    let lost_mode = messages::facts(tx, device)?
        .get("device.lost_mode")
        .map(|fact| (fact.value == FactValue::Bool(true), fact.at));
    let held = holds::stands(tx, device)?;
    let mut picked: Vec<Carried> = Vec::new();
    let mut decided = [false; 3];
    for from in containment::of_device(tx, device, KINDS)? {
        let spec = Spec::from_json(&from.spec)?;
        let waits = from.finished_at.is_none() && from.state != CommandState::Asked;
        let left = from.finished_at.is_some() && from.error.as_deref() == Some(CHECKED_OUT);
        let (place, goes_on, counts) = match &spec.order {
            Order::Lock { .. } => (0, waits || left, waits || left),
            Order::LostMode { .. } => {
                let in_force = from.state == CommandState::Acknowledged && !reported_off(&from, lost_mode);
                (1, waits || left || in_force, waits || left || from.state == CommandState::Acknowledged)
            }
            Order::LostModeOff => {
                (1, waits || left, waits || left || from.state == CommandState::Acknowledged)
            }
            Order::Erase => {
                let untouched = !from.delivered || from.state == CommandState::NotNow;
                let goes_on = waits && from.approved && untouched && !held;
                (2, goes_on, goes_on)
            }
            _ => continue,
        };
        // The latest order on each counts: lost mode off cancels lost mode on, and the other way round.
        let Some(decided) = decided.get_mut(place).filter(|decided| counts && !**decided) else { continue };
        *decided = true;
        if goes_on {
            containment::end(tx, from.id, now, CARRIED)?;
            picked.push(Carried { from, spec });
        }
    }
    picked.reverse();
    Ok(picked)
}

/// Returns whether the device reported, after it took lost mode on, that it is off.
fn reported_off(from: &OutlivingOrder, lost_mode: Option<(bool, Timestamp)>) -> bool {
    lost_mode.is_some_and(|(on, at)| !on && from.finished_at.is_some_and(|taken| at > taken))
}

/// Queues the picked orders for the new enrolment, in the order in which they were asked for.
pub(super) fn over(
    Work { app, tx, now }: Work<'_, '_>,
    picked: Vec<Carried>,
    to: &Enrolment,
) -> Result<(), AppError> {
    let mut told = Vec::new();
    for Carried { from, spec } in picked {
        let id = CommandId::from_uuid(app.world().uuid());
        let spec = resealed(app, spec, from.enrolment, to.id, to.platform)?;
        containment::carry(
            tx,
            &from,
            &containment::CarriedTo { id, enrolment: to.id, spec: &spec.to_json()? },
            now,
        )?;
        told.push(json!({ "from": from.id, "to": id }));
    }
    if told.is_empty() {
        return Ok(());
    }
    let record = app
        .about_device(tx, "system", "containment.carried-over", to.device)?
        .detail(json!({ "orders": told }));
    app.enter(tx, now, record)
}
