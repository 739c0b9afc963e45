//! Takes people's orders to a device: checks what each needs, and where two people must agree.

use domain::{
    BurstId, CommandId, CommandState, Deed, DeviceId, Effect, EnrolmentId, EnrolmentState, Platform,
};

use platform_port::Order;
use serde_json::json;
use store::commands::Command;
use store::devices::Device;
use store::locks::{self, Lock};
use store::{commands, devices};

use super::lost_mode::is_in_lost_mode;
use super::queue::{Ordering, Sent, queue_order};
use super::spec::Spec;
use kernel::access::{Action, CommandDevices, DestroyData, LocateDevices, Permit};
use kernel::named::NamedDevice;
use kernel::platforms::{EnrolledOn, serving, target as target_of};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Result of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ordered {
    /// Order that is queued; the device is asked to connect.
    Queued(Vec<CommandId>),
    /// Order that waits for a second person.
    NeedsSecond(CommandId),
    /// Order beyond a cap: held until a second person releases the burst.
    Held {
        /// Id of the command.
        command: CommandId,
        /// Burst in which it is held.
        burst: BurstId,
    },
}

/// Returns the ledger's word for an order that a person gave.
fn ledger_word(order: &Order) -> &'static str {
    match order {
        Order::Lock { .. } => "device.lock.ordered",
        Order::LostMode { .. } => "device.lost-mode.ordered",
        Order::LostModeOff => "device.lost-mode-off.ordered",
        Order::Sound => "device.sound.ordered",
        Order::Refresh | Order::Ask { .. } => "device.refresh.ordered",
        Order::Restart => "device.restart.ordered",
        Order::ShutDown => "device.shut-down.ordered",
        Order::Locate => "device.locate.ordered",
        Order::ClearPasscode => "device.clear-passcode.ordered",
        Order::Erase => "device.erase.ordered",
        Order::InstallSettings { .. }
        | Order::InstallOwnSettings { .. }
        | Order::RemoveSettings { .. }
        | Order::FinishSetup
        | Order::Bluetooth { .. } => "device.configure.ordered",
    }
}

/// Orders what can be undone: lock, lost mode on or off, sound, refresh, restart, shut down. One person may do so, up to a cap.
///
/// # Errors
/// [`AppError::Conflict`] if the device is not under management or has no such command, [`AppError::Invalid`] for a missing
/// reason.
pub async fn order(
    app: &App,
    permit: Permit<CommandDevices>,
    device: DeviceId,
    order: Order,
    reason: &str,
) -> Result<Ordered, AppError> {
    if order.deed().needs_second() {
        return Err(AppError::Conflict("this order needs another permit and a second person".into()));
    }
    place_order(app, permit, device, order, reason).await
}

/// Orders in the caller's transaction what can be undone; otherwise as [`order`].
///
/// # Errors
/// As [`order`].
pub fn order_in(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<CommandDevices>,
    device: DeviceId,
    order: &Order,
    reason: &str,
) -> Result<Ordered, AppError> {
    if order.deed().needs_second() {
        return Err(AppError::Conflict("this order needs another permit and a second person".into()));
    }
    place_in(Work { app, tx, now }, permit, device, order, reason)
}

/// Asks a device where it is. One person may while it is in lost mode: it says so on its screen, and somebody who looks for it at
/// night should not have to wait. At other times a second person must agree before it is queued.
///
/// # Errors
/// As [`order`].
pub async fn order_location(
    app: &App,
    permit: Permit<LocateDevices>,
    device: DeviceId,
    reason: &str,
) -> Result<Ordered, AppError> {
    place_order(app, permit, device, Order::Locate, reason).await
}

/// Asks for an order that destroys data: erase, or clear passcode. A second person must agree before it is queued.
///
/// # Errors
/// As [`order`].
pub async fn order_destruction(
    app: &App,
    permit: Permit<DestroyData>,
    device: DeviceId,
    order: Order,
    reason: &str,
) -> Result<Ordered, AppError> {
    if order.deed().effect() != Effect::Destructive {
        return Err(AppError::Conflict("this order destroys nothing; ask for it as an ordinary one".into()));
    }
    kernel::presence::fresh(permit.actor(), app.world().now())?;
    place_order(app, permit, device, order, reason).await
}

async fn place_order<A: Action + 'static>(
    app: &App,
    permit: Permit<A>,
    device: DeviceId,
    order: Order,
    reason: &str,
) -> Result<Ordered, AppError> {
    let (app, now, reason) = (app.clone(), app.world().now(), reason.to_owned());
    app.clone()
        .store()
        .write(move |tx| place_in(Work { app: &app, tx, now }, &permit, device, &order, &reason))
        .await
}

/// Places an order: checks it, counts it, queues it or has it wait, and enters it.
fn place_in<A: Action>(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<A>,
    device: DeviceId,
    order: &Order,
    reason: &str,
) -> Result<Ordered, AppError> {
    let reason = kernel::fields::text("reason", reason, 500)?;
    locks::take(tx, Lock::Device(device))?;
    let target = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
    permit.reaches(target.force)?;
    let (enrolment, platform) = managed(&target)?;
    let deed = order.deed();
    if !deed.keeps_content() {
        crate::holds::refuse_if_held(tx, device)?;
    }
    if deed.effect() == Effect::Destructive {
        crate::caps::refuse_if_frozen(tx, target.force)?;
    }
    let ordering = Ordering {
        device: &target,
        enrolment,
        deed,
        by: &permit.actor().name,
        reason: &reason,
        loss: crate::caps::loss_of(tx, deed, device)?,
        alone: deed == Deed::Locate && is_in_lost_mode(tx, device)?,
    };
    let placed = place_parts(Work { app, tx, now }, order, platform, &ordering)?;
    let (word, ordered) = outcome(&placed);
    if deed.ends_containment()
        && let Some(loss) = crate::caps::open_loss(tx, device)?
    {
        let by = permit.actor().into();
        crate::caps::tell_of_containment(Work { app, tx, now }, &target, loss, deed, by)?;
    }
    let ids: Vec<CommandId> = placed.iter().map(|command| command.id).collect();
    let record = Record::new(&permit.actor().name, ledger_word(order), format!("device:{device}"))
        .force(target.force)
        .reason(word)
        .detail(json!({ "reason": reason, "commands": ids, "loss": ordering.loss }));
    app.enter(tx, now, record)?;
    Ok(ordered)
}

/// Queues an order as the messages into which the device's vendor splits it.
pub(super) fn place_parts(
    Work { app, tx, now }: Work<'_, '_>,
    order: &Order,
    platform: Platform,
    ordering: &Ordering<'_>,
) -> Result<Vec<Command>, AppError> {
    let (vendor, enrolment) = (&serving(app, platform)?.vendor, ordering.enrolment);
    // A device that never said whether it is supervised may be: at three in the morning a command that the device can refuse is
    // better than one that was never sent.
    let supervised = ordering.device.supervised.unwrap_or(true);
    let on = EnrolledOn { enrolment, platform };
    let known = target_of(app, tx, on, supervised, None)?;
    let mut placed = Vec::new();
    for part in vendor.parts(platform, order) {
        if let Some(refusal) = vendor.refusal(&part, &known) {
            return Err(AppError::Conflict(refusal));
        }
        if *order == Order::Refresh && commands::is_pending(tx, enrolment, part.word())? {
            continue;
        }
        let weight = vendor.weight(&part);
        let spec = Spec::new(app, part, on)?;
        placed.push(queue_order(Work { app, tx, now }, ordering, Sent { spec: &spec, weight })?);
    }
    Ok(placed)
}

/// Returns the result of an order, as a word of the ledger and for the person who gave it.
pub(super) fn outcome(placed: &[Command]) -> (&'static str, Ordered) {
    match placed.first() {
        Some(first) if first.state == CommandState::Asked => {
            ("waits-for-second-person", Ordered::NeedsSecond(first.id))
        }
        Some(Command { id, state: CommandState::Held, burst: Some(burst), .. }) => {
            ("held", Ordered::Held { command: *id, burst: *burst })
        }
        _ => ("queued", Ordered::Queued(placed.iter().map(|command| command.id).collect())),
    }
}

/// Returns the live enrolment and platform of a device, or says why it cannot be commanded.
pub fn managed(device: &Device) -> Result<(EnrolmentId, Platform), AppError> {
    match (device.enrolment, device.enrolment_state, device.kind.platform()) {
        (Some(enrolment), EnrolmentState::Enrolled, Some(platform)) => Ok((enrolment, platform)),
        _ => Err(AppError::Conflict(format!(
            "{} is not under management: no order can reach it from here",
            NamedDevice::from(device).for_staff()
        ))),
    }
}
