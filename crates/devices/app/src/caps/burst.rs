//! Ends a burst: a second person releases or cancels all of it, or it expires.

use domain::{BurstId, BurstState, CommandId, DeviceId, Effect};
use serde_json::json;
use store::orders::{self, Burst, HeldAct, OpenOrder};
use store::{Tx, commands, pushes};

use super::approvers::{self, Waits};
use super::{Act, agree, enter, lock_force, loss_of, may_still_ask, refuse_if_frozen, tell};
use kernel::access::{Actor, ApproveDestruction, CallOffOrders, Permit, ReleaseOrders};
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, AppError, Work, access, jobs, presence};

/// Largest number of orders of a burst that are read.
pub(crate) const MOST: u32 = 10_000;

/// Result of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Released {
    /// Number of orders that go on.
    pub released: u64,
    /// Number of orders that cannot: the device is under a legal hold, or the person who asked may no longer do so.
    pub stopped: u64,
}

/// Releases all of a burst, on behalf of a person who neither asked for it nor agreed to parts of it.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] if it has ended, is frozen, or is the actor's own;
/// [`AppError::Denied`] for another force.
pub async fn release(
    app: &App,
    permit: Permit<ReleaseOrders>,
    id: BurstId,
    why: &str,
) -> Result<Released, AppError> {
    let why = text("reason", why, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    presence::fresh(permit.actor(), now)?;
    app.clone()
        .store()
        .write(move |tx| {
            let burst = held(tx, id)?;
            permit.reaches(burst.force)?;
            lock_force(tx, burst.force)?;
            if burst.expires_at <= now {
                return Err(AppError::Conflict(
                    "its time is over: the person who wants it must order it again".into(),
                ));
            }
            let actor = permit.actor();
            if burst.effect == Effect::Destructive {
                access::permit::<ApproveDestruction>(actor)?.reaches(burst.force)?;
                refuse_if_frozen(tx, burst.force)?;
            }
            let (orders, acts) = (orders::of_burst(tx, id, MOST)?, orders::acts_of_burst(tx, id, MOST)?);
            for one in orders::people_of_burst(tx, id)? {
                agree::another_person(Work { app: &app, tx, now }, &permit, &one, burst.force)?;
            }
            if !orders::end_burst(
                tx,
                id,
                BurstState::Released,
                &orders::BurstEnd { at: now, by: &actor.name, why: &why },
            )? {
                return Err(over());
            }
            let stopped = stop_what_cannot(Work { app: &app, tx, now }, &orders)?;
            orders::release(tx, id)?;
            let_go(Work { app: &app, tx, now }, &orders, &acts)?;
            let all = orders.len().saturating_add(acts.len());
            let released = Released {
                released: u64::try_from(all).unwrap_or(u64::MAX).saturating_sub(stopped),
                stopped,
            };
            let record = Record::new(&actor.name, "orders.released", format!("burst:{id}"))
                .force(burst.force)
                .reason(burst.effect.as_str())
                .detail(json!({ "why": why, "released": released.released, "stopped": stopped }));
            app.enter(tx, now, record)?;
            tell::of_decision(Work { app: &app, tx, now }, &burst, "released", &actor.name, &why)?;
            approvers::follow(&app, tx, &Waits::Burst(id))?;
            Ok(released)
        })
        .await
}

/// Cancels the orders that may not go on although they are released; returns their number.
fn stop_what_cannot(Work { app, tx, now }: Work<'_, '_>, orders: &[OpenOrder]) -> Result<u64, AppError> {
    let mut stopped = 0;
    for order in orders {
        let why = if !may_still_ask(Work { app, tx, now }, &order.asked_by, order.deed, order.force)? {
            "the person who asked for it may no longer order it"
        } else if !order.deed.keeps_content() && store::holds::stands(tx, order.device)? {
            "a legal hold stands on the device"
        } else {
            continue;
        };
        commands::cancel(tx, order.command, now, why)?;
        stopped += 1;
    }
    Ok(stopped)
}

/// Counts what is released, asks devices to connect, and schedules jobs for the acts that are not commands.
fn let_go(
    Work { app, tx, now }: Work<'_, '_>,
    orders: &[OpenOrder],
    acts: &[HeldAct],
) -> Result<(), AppError> {
    for order in orders {
        let act = Act {
            force: order.force,
            deed: order.deed,
            devices: &[order.device],
            by: &order.asked_by,
            loss: loss_of(tx, order.deed, order.device)?,
        };
        enter(tx, &act, now)?;
        pushes::want(tx, order.enrolment, now)?;
    }
    for act in acts.iter().filter(|act| act.state == domain::HeldState::Held) {
        kernel::jobs::ask_job(app, tx, jobs::Kind::PerformHeld, &act.id.to_string(), now)?;
    }
    Ok(())
}

/// Cancels all of a burst. Anybody who may call orders off may do so, including the person who asked for it: cancelling does
/// nothing to a device.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] if it has ended, [`AppError::Denied`] for another force.
pub async fn cancel(
    app: &App,
    permit: Permit<CallOffOrders>,
    id: BurstId,
    why: &str,
) -> Result<u64, AppError> {
    let why = text("reason", why, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let burst = held(tx, id)?;
            permit.reaches(burst.force)?;
            lock_force(tx, burst.force)?;
            let count =
                end_in(Work { app: &app, tx, now }, &burst, BurstState::Cancelled, permit.actor(), &why)?;
            tell::of_decision(Work { app: &app, tx, now }, &burst, "cancelled", &permit.actor().name, &why)?;
            Ok(count)
        })
        .await
}

/// Ends a burst and cancels all that is held in it; returns the number of orders.
pub(super) fn end_in(
    Work { app, tx, now }: Work<'_, '_>,
    burst: &Burst,
    state: BurstState,
    actor: &Actor,
    why: &str,
) -> Result<u64, AppError> {
    if !orders::end_burst(tx, burst.id, state, &orders::BurstEnd { at: now, by: &actor.name, why })? {
        return Err(over());
    }
    let cancelled = orders::cancel(tx, burst.id, now, why)?;
    approvers::follow(app, tx, &Waits::Burst(burst.id))?;
    let action = if state == BurstState::Expired { "orders.expired" } else { "orders.cancelled" };
    let record = Record::new(&actor.name, action, format!("burst:{}", burst.id))
        .force(burst.force)
        .reason(burst.effect.as_str())
        .detail(json!({ "why": why, "cancelled": cancelled }));
    app.enter(tx, now, record)?;
    Ok(cancelled)
}

/// Ends a burst that nobody released or cancelled.
pub(super) fn expire_in(Work { app, tx, now }: Work<'_, '_>, burst: &Burst) -> Result<(), AppError> {
    let why = "nobody released it in time";
    end_in(Work { app, tx, now }, burst, BurstState::Expired, &Actor::system(), why).map(drop)
}

/// Ends a burst that has expired. Running it again changes nothing.
pub async fn expire(app: &App, id: BurstId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| match orders::burst_by_id(tx, id)? {
            Some(burst) if burst.ended.is_none() && burst.expires_at <= now => {
                lock_force(tx, burst.force)?;
                expire_in(Work { app: &app, tx, now }, &burst)
            }
            _ => Ok(()),
        })
        .await
}

/// Ends an order that nobody agreed to in time. Running it again changes nothing.
pub async fn expire_order(app: &App, id: CommandId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let Some(command) = commands::by_id(tx, id)? else { return Ok(()) };
            let over = command.expires_at.is_some_and(|until| until <= now);
            if command.state != domain::CommandState::Asked || !over {
                return Ok(());
            }
            let Some(device) = device_of(tx, &command)? else { return Ok(()) };
            if !commands::cancel(tx, id, now, "nobody agreed to it in time")? {
                return Ok(());
            }
            approvers::follow(&app, tx, &Waits::Order(id))?;
            let record = app.about_device(tx, "system", "command.expired", device)?;
            app.enter(tx, now, record.reason(command.deed.as_str()).detail(json!({ "command": id })))
        })
        .await
}

fn device_of(tx: &mut Tx<'_>, command: &commands::Command) -> Result<Option<DeviceId>, AppError> {
    Ok(store::enrolments::by_id(tx, command.enrolment)?.map(|enrolment| enrolment.device))
}

fn held(tx: &mut Tx<'_>, id: BurstId) -> Result<Burst, AppError> {
    let found = orders::burst_by_id(tx, id)?.ok_or_else(|| AppError::not_found("burst", id))?;
    if found.ended.is_some() { Err(over()) } else { Ok(found) }
}

fn over() -> AppError {
    AppError::Conflict("it was released or cancelled already, or its time is over; reload the page".into())
}
