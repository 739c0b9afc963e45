//! People's orders to a device: what each needs, and where two people must agree.

use domain::{BurstId, CommandId, Deed, DeviceId, Effect, EnrolmentId, Platform};
use serde_json::json;
use store::commands::{Command, CommandState};
use store::devices::{Device, EnrolmentState};
use store::locks::{self, Lock};
use store::{commands, devices};

use super::queue::{Ordering, queue_order};
use super::spec::Spec;
use crate::access::{Action, CommandDevices, DestroyData, LocateDevices, Permit};
use crate::record::Record;
use crate::{App, AppError};

/// What a person asks of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Lock it; a Mac gets a PIN that is kept sealed.
    Lock {
        /// Shown on the screen, with a number to call.
        message: Option<String>,
        /// Must be real and answered.
        phone_number: Option<String>,
    },
    /// Lost mode on: locked to one page, can be located.
    LostModeOn {
        /// Shown on the screen.
        message: String,
        /// Must be real and answered.
        phone_number: Option<String>,
    },
    /// Lost mode off.
    LostModeOff,
    /// Play a sound; only in lost mode.
    Sound,
    /// Ask for its state now.
    Refresh,
    /// Restart.
    Restart,
    /// Shut down: out of reach until somebody switches it on (MDU-4.7).
    ShutDown,
    /// Where it is; only in lost mode. Sensitive.
    Locate,
    /// Remove the passcode so that the holder sets a new one (MDU-4.5).
    ClearPasscode,
    /// Erase everything on it.
    Erase,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ordered {
    /// Queued; the device is asked to connect.
    Queued(Vec<CommandId>),
    /// Waits for a second person.
    NeedsSecond(CommandId),
    /// Beyond a cap: held until a second person releases the burst.
    Held {
        /// The command.
        command: CommandId,
        /// The burst in which it is held.
        burst: BurstId,
    },
}

impl Order {
    /// What it does, by which caps, holds and approval decide.
    #[must_use]
    pub const fn deed(&self) -> Deed {
        match self {
            Self::Lock { .. } => Deed::Lock,
            Self::LostModeOn { .. } => Deed::LostMode,
            Self::LostModeOff => Deed::LostModeOff,
            Self::Sound => Deed::Sound,
            Self::Refresh => Deed::Refresh,
            Self::Restart => Deed::Restart,
            Self::ShutDown => Deed::ShutDown,
            Self::Locate => Deed::Locate,
            Self::ClearPasscode => Deed::ClearPasscode,
            Self::Erase => Deed::Erase,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Lock { .. } => "device.lock.ordered",
            Self::LostModeOn { .. } => "device.lost-mode.ordered",
            Self::LostModeOff => "device.lost-mode-off.ordered",
            Self::Sound => "device.sound.ordered",
            Self::Refresh => "device.refresh.ordered",
            Self::Restart => "device.restart.ordered",
            Self::ShutDown => "device.shut-down.ordered",
            Self::Locate => "device.locate.ordered",
            Self::ClearPasscode => "device.clear-passcode.ordered",
            Self::Erase => "device.erase.ordered",
        }
    }

    fn specs(&self, app: &App, platform: Platform, enrolment: EnrolmentId) -> Result<Vec<Spec>, AppError> {
        let pin = || {
            (platform == Platform::Macos)
                .then(|| crate::commands::spec::sealed_pin(app, enrolment))
                .transpose()
        };
        Ok(match self.clone() {
            Self::Lock { message, phone_number } => {
                vec![Spec::DeviceLock { sealed_pin: pin()?, message, phone_number }]
            }
            Self::LostModeOn { message, phone_number } => {
                vec![Spec::EnableLostMode { message: Some(message), phone_number }]
            }
            Self::LostModeOff => vec![Spec::DisableLostMode],
            Self::Sound => vec![Spec::PlayLostModeSound],
            Self::Refresh => Spec::refresh(platform),
            Self::Restart => vec![Spec::RestartDevice],
            Self::ShutDown => vec![Spec::ShutDownDevice],
            Self::Locate => vec![Spec::DeviceLocation],
            Self::ClearPasscode => vec![Spec::ClearPasscode],
            Self::Erase => vec![Spec::EraseDevice { sealed_pin: pin()? }],
        })
    }
}

/// Orders what can be undone: lock, lost mode on or off, sound, refresh, restart, shut down. One person may, up to a cap.
///
/// # Errors
/// [`AppError::Conflict`] where the device is not under management or has no such command, [`AppError::Invalid`]
/// for a missing reason.
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

/// Asks to locate a device. A second person must agree before it is queued.
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

/// Asks for what destroys data: erase, or clear passcode. A second person must agree before it is queued.
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
    crate::presence::fresh(permit.actor(), app.world().now())?;
    place_order(app, permit, device, order, reason).await
}

async fn place_order<A: Action + 'static>(
    app: &App,
    permit: Permit<A>,
    device: DeviceId,
    order: Order,
    reason: &str,
) -> Result<Ordered, AppError> {
    let reason = crate::people::text("reason", reason, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
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
                by: permit.actor(),
                reason: &reason,
                loss: crate::caps::loss_of(tx, deed, device)?,
            };
            let mut placed = Vec::new();
            for spec in order.specs(&app, platform, enrolment)? {
                let command = crate::commands::spec::command_of(&app, tx, &spec, enrolment, platform)?;
                // A device that never said whether it is supervised may be: at three in the morning a command that
                // the device can refuse is better than one that was never sent.
                if let Some(refusal) = command.refusal(platform, target.supervised.unwrap_or(true)) {
                    return Err(AppError::Conflict(refusal.to_string()));
                }
                if order == Order::Refresh && commands::is_pending(tx, enrolment, command.request_type())? {
                    continue;
                }
                placed.push(queue_order(&app, tx, &ordering, (&spec, command.meta()), now)?);
            }
            let (word, ordered) = outcome(&placed);
            if deed.ends_containment()
                && let Some(loss) = crate::caps::open_loss(tx, device)?
            {
                let by = (permit.actor().name.as_str(), permit.actor().shown.as_str());
                crate::caps::tell_of_containment(&app, tx, (&target, loss, deed), by, now)?;
            }
            let ids: Vec<CommandId> = placed.iter().map(|command| command.id).collect();
            let record = Record::new(&permit.actor().name, order.word(), format!("device:{device}"))
                .force(target.force)
                .reason(word)
                .detail(json!({ "reason": reason, "commands": ids, "loss": ordering.loss }));
            app.enter(tx, now, record)?;
            Ok(ordered)
        })
        .await
}

/// What became of an order, as a word of the ledger and for who gave it.
fn outcome(placed: &[Command]) -> (&'static str, Ordered) {
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

/// The live enrolment and platform of a device, or why it cannot be commanded.
pub(crate) fn managed(device: &Device) -> Result<(EnrolmentId, Platform), AppError> {
    match (device.enrolment, device.enrolment_state, device.kind.platform()) {
        (Some(enrolment), EnrolmentState::Enrolled, Some(platform)) => Ok((enrolment, platform)),
        _ => Err(AppError::Conflict(format!(
            "{} {} is not under management: no command can reach it; contain it by other means",
            device.kind.title(),
            device.serial
        ))),
    }
}
