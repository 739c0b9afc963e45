//! Clears the password of a device for its holder, once the desk has asked for it and somebody else has agreed.
//!
//! Both people are known when the order is given, so it is queued at once; the caps, the freeze and legal holds stop it as they
//! stop every order of its kind.

use domain::{CommandId, DeviceId, Effect, Timestamp};
use platform_port::Order;
use serde_json::json;
use store::commands::{self};
use store::devices::Device;
use store::locks::{self, Lock};
use store::{Tx, devices, enrolments, holds, pushes};

use super::Ordered;
use super::order::{managed, outcome, place_parts};
use super::queue::{Ordering, count_agreed};
use crate::caps;
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// A reset that two people have agreed on.
#[derive(Debug, Clone, Copy)]
pub struct AgreedReset<'a> {
    /// The device.
    pub device: DeviceId,
    /// Who asked, as the ledger names them.
    pub asked_by: &'a str,
    /// Who agreed, as the ledger names them. The caller has made sure that it is somebody else.
    pub agreed_by: &'a str,
    /// The reason.
    pub reason: &'a str,
}

/// What can be done about the password of a device from afar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResetWay {
    /// It can be cleared; its holder then sets a new one on the device.
    Clear,
    /// Nothing can be done from afar, for this reason.
    ByHand(String),
}

/// Returns what can be done about the password of a device from afar.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn way_to_reset(app: &App, tx: &mut Tx<'_>, device: DeviceId) -> Result<ResetWay, AppError> {
    let device = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
    Ok(way_of(app, &device))
}

fn way_of(app: &App, device: &Device) -> ResetWay {
    let Some((platform, served)) = app.platforms().of_kind(device.kind) else {
        return ResetWay::ByHand(format!("no {} is under management here", device.kind.title()));
    };
    if !served.vendor.has(platform, &Order::ClearPasscode) {
        return ResetWay::ByHand(format!(
            "the password of a {} cannot be cleared or changed from afar",
            device.kind.title()
        ));
    }
    match managed(device) {
        Ok(_) => ResetWay::Clear,
        Err(error) => ResetWay::ByHand(error.to_string()),
    }
}

/// Orders that the password of a device be cleared. Takes the lock of the device.
///
/// # Errors
/// [`AppError::Conflict`] where the device cannot be given the order, under a legal hold or a freeze, and where the person who
/// asked may no longer ask.
pub fn order_agreed_reset(
    Work { app, tx, now }: Work<'_, '_>,
    reset: AgreedReset<'_>,
) -> Result<Ordered, AppError> {
    locks::take(tx, Lock::Device(reset.device))?;
    let device =
        devices::by_id(tx, reset.device)?.ok_or_else(|| AppError::not_found("device", reset.device))?;
    let (enrolment, platform) = managed(&device)?;
    let order = Order::ClearPasscode;
    if holds::stands(tx, device.id)? {
        return Err(AppError::Conflict(
            "a legal hold stands on this device: somebody who may place holds must agree, so have it ordered on the page of the device"
                .into(),
        ));
    }
    if order.deed().effect() == Effect::Destructive {
        caps::refuse_if_frozen(tx, device.force)?;
    }
    if !caps::may_still_ask(Work { app, tx, now }, reset.asked_by, order.deed(), device.force)? {
        return Err(AppError::Conflict(
            "the person who asked for it may no longer ask for it; somebody else must ask again".into(),
        ));
    }
    let ordering = Ordering {
        device: &device,
        enrolment,
        deed: order.deed(),
        by: reset.asked_by,
        reason: reset.reason,
        loss: None,
        alone: false,
    };
    let mut placed = place_parts(Work { app, tx, now }, &order, platform, &ordering)?;
    for command in &mut placed {
        let held = count_agreed(Work { app, tx, now }, &device, command)?;
        commands::approve(tx, command.id, reset.agreed_by, held)?;
        command.burst = held;
        command.state =
            if held.is_some() { domain::CommandState::Held } else { domain::CommandState::Queued };
        if held.is_none() {
            pushes::want(tx, enrolment, now)?;
        }
    }
    let (word, ordered) = outcome(&placed);
    let ids: Vec<CommandId> = placed.iter().map(|command| command.id).collect();
    let record =
        Record::new(reset.agreed_by, "device.clear-passcode.ordered", format!("device:{}", device.id))
            .force(device.force)
            .reason(word)
            .detail(json!({ "reason": reset.reason, "commands": ids, "asked_by": reset.asked_by }));
    app.enter(tx, now, record)?;
    Ok(ordered)
}

/// Takes an order back that has not reached the device; returns whether that was still possible.
///
/// # Errors
/// Only if the database does not answer.
pub fn call_off_reset(
    tx: &mut Tx<'_>,
    command: CommandId,
    why: &str,
    now: Timestamp,
) -> Result<bool, AppError> {
    Ok(commands::cancel(tx, command, now, why)?)
}

/// Has a device asked for its state soon.
///
/// # Errors
/// Only if the database does not answer.
pub fn look_soon(tx: &mut Tx<'_>, device: &Device, at: Timestamp) -> Result<(), AppError> {
    match device.enrolment {
        Some(enrolment) => Ok(enrolments::set_refresh(tx, enrolment, at)?),
        None => Ok(()),
    }
}
