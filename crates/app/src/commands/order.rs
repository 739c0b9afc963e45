//! People's orders to a device: what each needs, and where two people must agree.

use domain::{CaseId, CommandId, DeviceId, EnrolmentId, Platform, Timestamp};
use protocol_apple::commands::{Effect, Lane};
use serde_json::json;
use store::commands::{Command, CommandState};
use store::devices::{Device, EnrolmentState};
use store::locks::{self, Lock};
use store::{Tx, commands, devices, enrolments, pushes};

use super::spec::Spec;
use crate::access::{self, Action, ApproveDestruction, CommandDevices, DestroyData, LocateDevices, Permit};
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
}

impl Order {
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
        let pin = || (platform == Platform::Macos).then(|| app.sealed_pin(enrolment)).transpose();
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

impl App {
    /// Orders what can be undone: lock, lost mode, sound, refresh, restart, shut down. One person may.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where the device is not under management or has no such command, [`AppError::Invalid`]
    /// for a missing reason.
    pub async fn order(
        &self,
        permit: Permit<CommandDevices>,
        device: DeviceId,
        order: Order,
        reason: &str,
    ) -> Result<Ordered, AppError> {
        if matches!(order, Order::Locate | Order::ClearPasscode | Order::Erase) {
            return Err(AppError::Conflict("this order needs another permit and a second person".into()));
        }
        self.place_order(permit, device, order, reason).await
    }

    /// Asks to locate a device. A second person must agree before it is queued.
    ///
    /// # Errors
    /// As [`App::order`].
    pub async fn order_location(
        &self,
        permit: Permit<LocateDevices>,
        device: DeviceId,
        reason: &str,
    ) -> Result<Ordered, AppError> {
        self.place_order(permit, device, Order::Locate, reason).await
    }

    /// Asks for what destroys data: erase, or clear passcode. A second person must agree before it is queued.
    ///
    /// # Errors
    /// As [`App::order`].
    pub async fn order_destruction(
        &self,
        permit: Permit<DestroyData>,
        device: DeviceId,
        order: Order,
        reason: &str,
    ) -> Result<Ordered, AppError> {
        if !matches!(order, Order::ClearPasscode | Order::Erase) {
            return Err(AppError::Conflict(
                "this order destroys nothing; ask for it as an ordinary one".into(),
            ));
        }
        self.place_order(permit, device, order, reason).await
    }

    async fn place_order<A: Action + 'static>(
        &self,
        permit: Permit<A>,
        device: DeviceId,
        order: Order,
        reason: &str,
    ) -> Result<Ordered, AppError> {
        let reason = crate::people::text("reason", reason, 500)?;
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                locks::take(tx, Lock::Device(device))?;
                let target =
                    devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
                permit.reaches(target.force)?;
                let (enrolment, platform) = managed(&target)?;
                if order == Order::Erase {
                    crate::holds::refuse_if_held(tx, device)?;
                }
                let mut queued = Vec::new();
                let mut second = false;
                for spec in order.specs(&app, platform, enrolment)? {
                    let command = app.command_of(tx, &spec, enrolment, platform)?;
                    // A device that never said whether it is supervised may be: at three in the morning a command that
                    // the device can refuse is better than one that was never sent.
                    if let Some(refusal) = command.refusal(platform, target.supervised.unwrap_or(true)) {
                        return Err(AppError::Conflict(refusal.to_string()));
                    }
                    if order == Order::Refresh && commands::is_pending(tx, enrolment, command.request_type())?
                    {
                        continue;
                    }
                    second |= command.meta().two_person;
                    let asked = Asked { by: &permit.actor().name, reason: Some(&reason), case: None, second };
                    queued.push(app.queue(tx, enrolment, &spec, command.meta(), &asked, now)?);
                }
                if !second {
                    pushes::want(tx, enrolment, now)?;
                }
                let record = Record::new(&permit.actor().name, order.word(), format!("device:{device}"))
                    .force(target.force)
                    .reason(if second { "waits-for-second-person" } else { "queued" })
                    .detail(json!({ "reason": reason, "commands": queued }));
                app.enter(tx, now, record)?;
                Ok(match queued.first() {
                    Some(first) if second => Ordered::NeedsSecond(*first),
                    _ => Ordered::Queued(queued),
                })
            })
            .await
    }

    /// A second person agrees to an order that destroys data or locates a device. They must be one whom the register
    /// knows: two sign-in links, of one name or of two, may be one person's.
    ///
    /// # Errors
    /// [`AppError::Conflict`] for the person who asked, for somebody whom the register does not know, and where it no
    /// longer waits.
    pub async fn approve(
        &self,
        permit: Permit<ApproveDestruction>,
        command: CommandId,
        reason: &str,
    ) -> Result<(), AppError> {
        let reason = crate::people::text("reason", reason, 500)?;
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let asked =
                    commands::by_id(tx, command)?.ok_or_else(|| AppError::not_found("command", command))?;
                let enrolment = enrolments::by_id(tx, asked.enrolment)?
                    .ok_or_else(|| AppError::not_found("enrolment", asked.enrolment))?;
                // A hold that is being placed comes before this or after it.
                locks::take(tx, Lock::Device(enrolment.device))?;
                let device = devices::by_id(tx, enrolment.device)?
                    .ok_or_else(|| AppError::not_found("device", enrolment.device))?;
                permit.reaches(device.force)?;
                if access::may_be_one_person(tx, &asked.asked_by, permit.actor())? {
                    permit.reaches_own(device.force)?;
                    return Err(AppError::Conflict(
                        "somebody else must agree: you asked for it yourself".into(),
                    ));
                }
                if asked.request_type == "EraseDevice" {
                    crate::holds::refuse_if_held(tx, device.id)?;
                }
                if permit.actor().person.is_none() {
                    return Err(AppError::Conflict(
                        "whoever agrees must stand in the register: sign in through the directory, or have a sign-in link \
                         made with --person"
                            .into(),
                    ));
                }
                if !commands::approve(tx, command, &permit.actor().name)? {
                    return Err(AppError::Conflict(
                        "it no longer waits: it was agreed to, taken back, or the device left management"
                            .into(),
                    ));
                }
                pushes::want(tx, asked.enrolment, now)?;
                let record =
                    Record::new(&permit.actor().name, "command.approved", format!("device:{}", device.id))
                        .force(device.force)
                        .detail(
                            json!({ "command": command, "request": asked.request_type, "reason": reason }),
                        );
                app.enter(tx, now, record)
            })
            .await
    }

    /// Takes back an order that has not reached the device.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where it was delivered already.
    pub async fn take_back(
        &self,
        permit: Permit<CommandDevices>,
        command: CommandId,
    ) -> Result<(), AppError> {
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let asked =
                    commands::by_id(tx, command)?.ok_or_else(|| AppError::not_found("command", command))?;
                let enrolment = enrolments::by_id(tx, asked.enrolment)?
                    .ok_or_else(|| AppError::not_found("enrolment", asked.enrolment))?;
                let device = devices::by_id(tx, enrolment.device)?
                    .ok_or_else(|| AppError::not_found("device", enrolment.device))?;
                permit.reaches(device.force)?;
                if !commands::cancel(tx, command, now, "taken back")? {
                    return Err(AppError::Conflict(
                        "it cannot be taken back: the device already has it".into(),
                    ));
                }
                let record =
                    Record::new(&permit.actor().name, "command.taken-back", format!("device:{}", device.id))
                        .force(device.force)
                        .detail(json!({ "command": command, "request": asked.request_type }));
                app.enter(tx, now, record)
            })
            .await
    }

    /// Puts a command into the queue of an enrolment.
    pub(crate) fn queue(
        &self,
        tx: &mut Tx<'_>,
        enrolment: EnrolmentId,
        spec: &Spec,
        meta: &protocol_apple::commands::Meta,
        asked: &Asked<'_>,
        now: Timestamp,
    ) -> Result<CommandId, AppError> {
        let id = CommandId::from_uuid(self.world().uuid());
        let command = Command {
            id,
            enrolment,
            request_type: meta.request_type.to_owned(),
            lane: if meta.lane == Lane::Urgent { 0 } else { 1 },
            spec: spec.to_json()?,
            state: if asked.second { CommandState::Asked } else { CommandState::Queued },
            asked_by: asked.by.to_owned(),
            reason: asked.reason.map(str::to_owned),
            case: asked.case,
            queued_at: now,
            delivered_at: None,
            deliveries: 0,
            finished_at: None,
            error: None,
        };
        debug_assert!(
            !asked.second || meta.effect != Effect::Reversible,
            "what can be undone needs no second person"
        );
        commands::add(tx, &command)?;
        Ok(id)
    }
}

/// On whose behalf a command is queued.
pub(crate) struct Asked<'a> {
    pub by: &'a str,
    pub reason: Option<&'a str>,
    pub case: Option<CaseId>,
    pub second: bool,
}

impl Asked<'_> {
    /// The server itself, carrying out the policy.
    pub(crate) const SYSTEM: Self = Self { by: "system", reason: None, case: None, second: false };
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
