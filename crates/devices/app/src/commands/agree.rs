//! Lets a second person agree to what another asked for, and takes back what has not reached the device.

use domain::{BurstId, CommandId, Deed, Effect};
use serde_json::json;
use store::commands::{self, Command};
use store::devices::Device;
use store::locks::{self, Lock};
use store::{Tx, devices, enrolments, holds, pushes};

use super::queue::count_agreed;
use crate::caps;
use crate::caps::Changed;
use crate::caps::HeldDeed;
use crate::caps::Waits;
use crate::caps::held_beyond_cap;
use kernel::AppError;
use kernel::access;
use kernel::access::Action;
use kernel::access::ApproveDestruction;
use kernel::access::CommandDevices;
use kernel::access::Permit;
use kernel::access::PlaceHolds;
use kernel::access::Voice;
use kernel::fields::text;
use kernel::presence;
use kernel::record::Record;
use kernel::{App, Work};

/// Result of a second person's agreement to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreed {
    /// Order that is queued for the device.
    Queued,
    /// Order beyond a cap, held in this burst until somebody else releases it.
    Held(BurstId),
}

/// Approves, as a second person, an order that destroys data or locates a device. The approver must be another person, of the
/// register. On a device under a legal hold nothing is destroyed; clearing its passcode needs somebody who may place holds.
///
/// # Errors
/// [`AppError::Conflict`] for the person who asked, for somebody who is not in the register, under a hold or a freeze, and if it
/// no longer waits.
pub async fn approve(
    app: &App,
    permit: Permit<ApproveDestruction>,
    command: CommandId,
    reason: &str,
) -> Result<Agreed, AppError> {
    agree(app, permit, command, reason).await
}

/// Takes back an order that has not reached the device. If the order contains a lost device, that counts towards a cap, and while
/// the loss is open others are notified.
///
/// # Errors
/// [`AppError::Conflict`] if it was delivered already.
pub async fn take_back(
    app: &App,
    permit: Permit<CommandDevices>,
    command: CommandId,
) -> Result<Changed, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let (asked, device) = order_on(tx, command)?;
            permit.reaches(device.force)?;
            let by = Voice::from(permit.actor());
            if caps::contains_loss(&asked) && asked.finished_at.is_none() {
                let what = HeldDeed::TakeBack { command, shown: by.shown.to_owned() };
                if let Some(burst) = held_beyond_cap(Work { app: &app, tx, now }, &device, &what, by.name)? {
                    return Ok(Changed::Held(burst));
                }
            }
            take_back_now(Work { app: &app, tx, now }, command, by).map(|()| Changed::Done)
        })
        .await
}

/// Takes back an order that has not reached the device, in the caller's transaction; notifies others if a loss is open.
///
/// # Errors
/// [`AppError::Conflict`] if it was delivered already, or has ended.
pub fn take_back_now(
    Work { app, tx, now }: Work<'_, '_>,
    command: CommandId,
    by: Voice<'_>,
) -> Result<(), AppError> {
    let (asked, device) = order_on(tx, command)?;
    if !commands::cancel(tx, command, now, "taken back")? {
        return Err(AppError::Conflict("it cannot be taken back: the device already has it".into()));
    }
    if asked.state == domain::CommandState::Asked {
        caps::follow(app, tx, &Waits::Order(command))?;
    }
    if caps::contains_loss(&asked)
        && let Some(loss) = caps::open_loss(tx, device.id)?
    {
        caps::tell_of_containment(Work { app, tx, now }, &device, loss, Deed::TakeBack, by)?;
    }
    let record = Record::new(by.name, "command.taken-back", format!("device:{}", device.id))
        .force(device.force)
        .detail(json!({ "command": command, "request": asked.word }));
    app.enter(tx, now, record)
}

/// Records the agreement of somebody who may place legal holds to clear the passcode of a device under a hold: nothing on it is
/// lost by that.
///
/// # Errors
/// As [`approve`], and [`AppError::Conflict`] if there is no hold or the order destroys data.
pub async fn consent_under_hold(
    app: &App,
    permit: Permit<PlaceHolds>,
    command: CommandId,
    reason: &str,
) -> Result<Agreed, AppError> {
    let device = app.store().read(move |tx| consentable(tx, command)).await?;
    permit.reaches(device.force)?;
    agree(app, permit, command, reason).await
}

fn consentable(tx: &mut Tx<'_>, command: CommandId) -> Result<Device, AppError> {
    let (asked, device) = order_on(tx, command)?;
    let under_hold = holds::stands(tx, device.id)?;
    if under_hold && asked.effect == Effect::Destructive && asked.deed.keeps_content() {
        return Ok(device);
    }
    Err(AppError::Conflict(
        "this is asked of you only for clearing a passcode while a legal hold stands on the device".into(),
    ))
}

async fn agree<A: Action + 'static>(
    app: &App,
    permit: Permit<A>,
    command: CommandId,
    reason: &str,
) -> Result<Agreed, AppError> {
    let reason = text("reason", reason, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            // The lock orders this before or after a hold that is being placed.
            let (_, device) = order_on(tx, command)?;
            locks::take(tx, Lock::Device(device.id))?;
            let (asked, device) = order_on(tx, command)?;
            permit.reaches(device.force)?;
            caps::another_person(Work { app: &app, tx, now }, &permit, &asked.asked_by, device.force)?;
            if asked.effect == Effect::Destructive {
                presence::fresh(permit.actor(), now)?;
            }
            still_agreeable(Work { app: &app, tx, now }, &asked, &device)?;
            under_hold(tx, &asked, &device, &permit)?;
            let held = count_agreed(Work { app: &app, tx, now }, &device, &asked)?;
            if !commands::approve(tx, command, &permit.actor().name, held)? {
                return Err(no_longer());
            }
            caps::follow(&app, tx, &Waits::Order(command))?;
            if held.is_none() {
                pushes::want(tx, asked.enrolment, now)?;
            }
            let record =
                Record::new(&permit.actor().name, "command.approved", format!("device:{}", device.id))
                    .force(device.force)
                    .reason(if held.is_some() { "held" } else { "queued" })
                    .detail(json!({
                        "command": command, "request": asked.word, "reason": reason, "burst": held,
                    }));
            app.enter(tx, now, record)?;
            Ok(held.map_or(Agreed::Queued, Agreed::Held))
        })
        .await
}

/// Refuses an order that has ended, and one that the person who asked may no longer give.
fn still_agreeable(
    Work { app, tx, now }: Work<'_, '_>,
    asked: &Command,
    device: &Device,
) -> Result<(), AppError> {
    if asked.state != domain::CommandState::Asked || asked.finished_at.is_some() {
        return Err(no_longer());
    }
    if asked.expires_at.is_none_or(|until| until <= now) {
        return Err(AppError::Conflict("its time is over: the person who wants it must ask again".into()));
    }
    if !caps::may_still_ask(Work { app, tx, now }, &asked.asked_by, asked.deed, device.force)? {
        return Err(AppError::Conflict(
            "the person who asked for it may no longer order it; take it back".into(),
        ));
    }
    Ok(())
}

/// Refuses what a legal hold stops. Clearing a passcode destroys nothing: somebody who may place holds can agree to it.
fn under_hold<A: Action>(
    tx: &mut Tx<'_>,
    asked: &Command,
    device: &Device,
    permit: &Permit<A>,
) -> Result<(), AppError> {
    if asked.effect != Effect::Destructive {
        return Ok(());
    }
    if !asked.deed.keeps_content() {
        return crate::holds::refuse_if_held(tx, device.id);
    }
    let places =
        access::permit::<PlaceHolds>(permit.actor()).is_ok_and(|places| places.scope().covers(device.force));
    if places || !holds::stands(tx, device.id)? {
        return Ok(());
    }
    Err(AppError::Conflict(
        "a legal hold stands on this device: somebody who may place holds must agree, such as Professional Standards".into(),
    ))
}

fn order_on(tx: &mut Tx<'_>, command: CommandId) -> Result<(Command, Device), AppError> {
    let asked = commands::by_id(tx, command)?.ok_or_else(|| AppError::not_found("command", command))?;
    let enrolment = enrolments::by_id(tx, asked.enrolment)?
        .ok_or_else(|| AppError::not_found("enrolment", asked.enrolment))?;
    let device = devices::by_id(tx, enrolment.device)?
        .ok_or_else(|| AppError::not_found("device", enrolment.device))?;
    Ok((asked, device))
}

fn no_longer() -> AppError {
    AppError::Conflict(
        "it no longer waits: it was agreed to, taken back, or the device left management".into(),
    )
}
