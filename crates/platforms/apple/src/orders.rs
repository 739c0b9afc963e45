//! Our orders as Apple's commands.

use domain::{Platform, Secret};
use platform_port::{CannotPrepare, Order, Question, Supplies, Target};
use protocol_apple::commands::{Command, Erase, Pin, SettingItem, device_queries};

use crate::{Apple, UNLOCK_TOKEN};
use platform_port::Vendor;

/// Makes the command that carries an order.
pub(crate) fn command(
    order: &Order,
    platform: Platform,
    supplies: &Supplies,
) -> Result<Command, CannotPrepare> {
    Ok(match order.clone() {
        Order::Lock { message, phone_number } => {
            Command::DeviceLock { pin: pin(supplies)?, message, phone_number }
        }
        Order::LostMode { message, phone_number } => {
            Command::EnableLostMode { message, phone_number, footnote: None }
        }
        Order::LostModeOff => Command::DisableLostMode,
        Order::Locate => Command::DeviceLocation,
        Order::Sound => Command::PlayLostModeSound,
        Order::ClearPasscode => Command::ClearPasscode {
            unlock_token: supplies.kept.get(UNLOCK_TOKEN).cloned().ok_or_else(no_unlock_token)?,
        },
        Order::Erase => Command::EraseDevice(Box::new(Erase {
            pin: pin(supplies)?,
            disallow_proximity_setup: platform != Platform::Macos,
            ..Erase::default()
        })),
        Order::Restart => Command::RestartDevice { notify_user: false },
        Order::ShutDown => Command::ShutDownDevice,
        Order::Refresh => return Err(CannotPrepare("a refresh is sent as questions, one by one".into())),
        Order::Ask { question } => ask(question, platform),
        Order::InstallSettings { .. } | Order::InstallOwnSettings { .. } => Command::InstallProfile {
            profile: supplies
                .bundle
                .clone()
                .ok_or_else(|| CannotPrepare("the profile's content is missing".into()))?,
        },
        Order::RemoveSettings { identifier } => Command::RemoveProfile { identifier },
        Order::FinishSetup => Command::DeviceConfigured,
        Order::Bluetooth { enabled } => Command::Settings { items: vec![SettingItem::Bluetooth { enabled }] },
    })
}

fn ask(question: Question, platform: Platform) -> Command {
    match question {
        Question::Device => Command::DeviceInformation { queries: device_queries(platform) },
        Question::Security => Command::SecurityInfo,
        Question::Settings => Command::ProfileList,
        Question::Restrictions => Command::Restrictions { by_profile: false },
        Question::Apps => Command::InstalledApplicationList,
        Question::Certificates => Command::CertificateList,
    }
}

fn pin(supplies: &Supplies) -> Result<Option<Pin>, CannotPrepare> {
    let Some(code) = &supplies.code else { return Ok(None) };
    let pin = Pin::new(code.expose().clone());
    pin.map(Some).ok_or_else(|| CannotPrepare("the PIN that was kept is not six digits".into()))
}

fn no_unlock_token() -> CannotPrepare {
    CannotPrepare("the device never gave an unlock token".into())
}

/// Makes the command of an order with stand-ins for what is secret or large, to look at what the command takes and does.
pub(crate) fn stand_in(order: &Order, platform: Platform) -> Option<Command> {
    let code = Apple::default().code_digits(platform, order).map(|_| Secret::new("000000".to_owned()));
    let kept = [(UNLOCK_TOKEN, Secret::new(vec![0]))].into();
    let supplies = Supplies { bundle: Some(Secret::new(Vec::new())), code, kept };
    command(order, platform, &supplies).ok()
}

/// Says why such a device would not carry an order out.
pub(crate) fn refusal(order: &Order, target: &Target) -> Option<String> {
    let is_in_lost_mode_only = matches!(order, Order::LostModeOff | Order::Sound | Order::Locate);
    if is_in_lost_mode_only && target.lost_mode == Some(false) {
        return Some("the device does not report that it is in lost mode".to_owned());
    }
    if *order == Order::ClearPasscode && !target.kept.contains(UNLOCK_TOKEN) {
        return Some(no_unlock_token().0);
    }
    let platform = target.platform;
    let parts = Apple::default().parts(platform, order);
    parts.iter().find_map(|part| {
        stand_in(part, platform)?.refusal(platform, target.supervised).map(|why| why.to_string())
    })
}
