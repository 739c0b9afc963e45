//! Ends what somebody asked for when they lose the role that let them ask, or leave.

use domain::{Deed, Effect, Force, HeldState, PersonId};
use serde_json::json;
use store::orders::{self};
use store::{commands, people};

use super::{burst, call_off, lock_force};
use kernel::access::Action;
use kernel::access::Actor;
use kernel::access::AskReset;
use kernel::access::CommandDevices;
use kernel::access::DestroyData;
use kernel::access::EnrolDevices;
use kernel::access::LocateDevices;
use kernel::access::ManageRegister;
use kernel::access::RevokeCertificates;
use kernel::access::Who;
use kernel::access::WithdrawDevices;
use kernel::record::Record;
use kernel::roles::standing_of;
use kernel::{AppError, Work, access};

const WHY: &str = "the person who asked for it may no longer order it";

/// Returns whether the person who asked for something may still ask for it. For somebody who is not in the register there is no
/// role or employment that could have ended: their orders expire by time.
pub(crate) fn may_still_ask(
    Work { app, tx, now }: Work<'_, '_>,
    asked_by: &str,
    deed: Deed,
    force: Force,
) -> Result<bool, AppError> {
    let Some(id) = asked_by.strip_prefix("person:").and_then(|id| id.parse::<PersonId>().ok()) else {
        return Ok(true);
    };
    Ok(actor_of(Work { app, tx, now }, id)?.is_some_and(|actor| may_ask(&actor, deed, force)))
}

fn actor_of(Work { app, tx, now }: Work<'_, '_>, person: PersonId) -> Result<Option<Actor>, AppError> {
    let Some(standing) = standing_of(tx, person, now)? else { return Ok(None) };
    let who = Who {
        name: format!("person:{person}"),
        shown: String::new(),
        person: Some(person),
        roles: standing.roles,
        force: Some(standing.force),
        everywhere: standing.everywhere,
    };
    Ok(Some(kernel::access::actor(app, who)))
}

fn may_ask(actor: &Actor, deed: Deed, force: Force) -> bool {
    fn may<A: Action>(actor: &Actor, force: Force) -> bool {
        access::permit::<A>(actor).is_ok_and(|permit| permit.scope().covers(force))
    }
    match deed.effect() {
        // The desk asks for it with proofs of who is asking.
        Effect::Destructive if deed == Deed::ClearPasscode => {
            may::<DestroyData>(actor, force) || may::<AskReset>(actor, force)
        }
        Effect::Destructive => may::<DestroyData>(actor, force),
        Effect::Stripping if deed == Deed::Withdraw => may::<WithdrawDevices>(actor, force),
        Effect::Stripping if deed == Deed::Revoke => may::<RevokeCertificates>(actor, force),
        Effect::Stripping if deed == Deed::Replace => may::<EnrolDevices>(actor, force),
        Effect::Stripping if deed.ends_containment() => may::<CommandDevices>(actor, force),
        Effect::Stripping => may::<ManageRegister>(actor, force),
        _ if deed.is_sensitive() => may::<LocateDevices>(actor, force),
        Effect::Harsh | Effect::Harmless => may::<CommandDevices>(actor, force),
    }
}

/// Ends what a person asked for and may no longer ask for: what waits for agreement, what is held, and what destroys or ends a
/// containment and has not reached its device. Queued containment stays: a lost device does not become safe because somebody
/// left.
pub fn end_what_they_asked_for(
    Work { app, tx, now }: Work<'_, '_>,
    person: PersonId,
) -> Result<(), AppError> {
    let asked_by = format!("person:{person}");
    let actor = actor_of(Work { app, tx, now }, person)?;
    let may = |deed, force| actor.as_ref().is_some_and(|actor| may_ask(actor, deed, force));
    let (open, held) =
        (orders::open(tx, None, &asked_by, burst::MOST)?, orders::acts(tx, None, &asked_by, burst::MOST)?);
    if open.is_empty() && held.is_empty() {
        return Ok(());
    }
    let forces = app.forces();
    forces.iter().try_for_each(|force| lock_force(tx, *force))?;
    let mut ended = 0_u64;
    for order in open {
        let queued = order.state == domain::CommandState::Queued;
        if may(order.deed, order.force) || (queued && order.deed.effect() < Effect::Stripping) {
            continue;
        }
        ended += u64::from(commands::cancel(tx, order.command, now, WHY)?);
    }
    for act in held {
        let force = store::devices::by_id(tx, act.device)?.map(|device| device.force);
        if force.is_some_and(|force| may(act.deed, force)) {
            continue;
        }
        ended += u64::from(orders::end_act(tx, act.id, HeldState::Cancelled, now, Some(WHY))?);
    }
    if ended == 0 {
        return Ok(());
    }
    for force in forces {
        call_off::end_empty_bursts(Work { app, tx, now }, force, &Actor::system(), WHY)?;
    }
    let home = people::by_id(tx, person)?.map(|person| person.force);
    let mut record =
        Record::new("system", "orders.ended-with-role", asked_by.clone()).detail(json!({ "orders": ended }));
    record.force = home;
    app.enter(tx, now, record)
}
