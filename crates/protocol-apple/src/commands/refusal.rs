//! What speaks against sending a command to a device, found before it is queued rather than in an error days later.

use domain::Platform;

use super::{Command, Erase, SettingItem};

/// Why a device would not carry a command out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No such command there.
    #[error("{} has no {request_type} command; choose another action for this device", platform.title())]
    NotOnPlatform {
        /// The vendor's word, or the setting's.
        request_type: &'static str,
        /// The platform.
        platform: Platform,
    },
    /// The device is not supervised, or not known to be.
    #[error("{request_type} needs a supervised device; enrol the device through automated enrolment")]
    NeedsSupervision {
        /// The vendor's word, or the setting's.
        request_type: &'static str,
    },
    /// A Mac is unlocked with a PIN that we choose and keep.
    #[error("a Mac is locked with a PIN of six digits; make one and keep it, or nobody can unlock the Mac")]
    PinNeeded,
    /// The option exists on another platform only.
    #[error("{option} does not exist on {}; leave it out", platform.title())]
    OptionNotOnPlatform {
        /// The vendor's word for the option.
        option: &'static str,
        /// The platform.
        platform: Platform,
    },
    /// Lost mode must show something.
    #[error("lost mode needs a message or a telephone number to show; give at least one")]
    NothingToShow,
    /// The command asks for nothing.
    #[error("the command asks for nothing; name at least one thing")]
    Empty,
}

pub(super) fn of(command: &Command, platform: Platform, supervised: bool) -> Option<Refusal> {
    let meta = command.meta();
    let request_type = meta.request_type;
    if !meta.platforms.contains(&platform) {
        return Some(Refusal::NotOnPlatform { request_type, platform });
    }
    let mobile = platform != Platform::Macos;
    if meta.supervised_on.contains(&platform) && !supervised {
        return Some(Refusal::NeedsSupervision { request_type });
    }
    match command {
        Command::DeviceLock { pin: None, .. } if !mobile => Some(Refusal::PinNeeded),
        Command::DeviceLock { pin: Some(_), .. } if mobile => {
            Some(Refusal::OptionNotOnPlatform { option: "PIN", platform })
        }
        Command::RestartDevice { notify_user: true } if mobile => {
            Some(Refusal::OptionNotOnPlatform { option: "NotifyUser", platform })
        }
        Command::EnableLostMode { message, phone_number, .. } => {
            let blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
            (blank(message) && blank(phone_number)).then_some(Refusal::NothingToShow)
        }
        Command::DeviceInformation { queries } if queries.is_empty() => Some(Refusal::Empty),
        Command::EraseDevice(erase) => of_erase(erase, platform, mobile),
        Command::Settings { items } => of_items(items, platform, mobile && !supervised),
        _ => None,
    }
}

fn of_erase(erase: &Erase, platform: Platform, mobile: bool) -> Option<Refusal> {
    let mac_only = [("PIN", erase.pin.is_some()), ("ObliterationBehavior", erase.obliteration.is_some())];
    let mobile_only = [
        ("PreserveDataPlan", erase.preserve_data_plan),
        ("DisallowProximitySetup", erase.disallow_proximity_setup),
        ("ReturnToService", erase.return_to_service.is_some()),
    ];
    let strange: &[(&'static str, bool)] = if mobile { &mac_only } else { &mobile_only };
    let (option, _) = strange.iter().find(|(_, used)| *used)?;
    Some(Refusal::OptionNotOnPlatform { option, platform })
}

fn of_items(items: &[SettingItem], platform: Platform, unsupervised_mobile: bool) -> Option<Refusal> {
    if items.is_empty() {
        return Some(Refusal::Empty);
    }
    items.iter().find_map(|item| {
        let request_type = item.item();
        if !item.platforms().contains(&platform) {
            Some(Refusal::NotOnPlatform { request_type, platform })
        } else if item.supervised_on_mobile() && unsupervised_mobile {
            Some(Refusal::NeedsSupervision { request_type })
        } else {
            None
        }
    })
}
