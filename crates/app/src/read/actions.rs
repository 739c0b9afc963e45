//! What a reader may do to a device, and why it would not do it now.

use domain::{Deed, Effect};
use protocol_apple::commands::{Command as Wire, Erase, Pin, device_queries};
use store::devices::Device;
use store::enrolments::Enrolment;

use crate::access::{self, Actor, CommandDevices, DestroyData, LocateDevices};

/// One thing that can be done to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The word of the order: `lock`, `lost-mode`, ...
    pub word: &'static str,
    /// Why the device would not do it now.
    pub refused: Option<String>,
}

pub(super) fn actions(
    actor: &Actor,
    device: &Device,
    live: Option<&Enrolment>,
    (lost_mode, frozen): (bool, bool),
) -> Vec<Action> {
    let Some(platform) = device.kind.platform().filter(|platform| platform.is_apple()) else {
        return Vec::new();
    };
    let pin = || (platform == domain::Platform::Macos).then(|| Pin::new("000000".into())).flatten();
    let mut all: Vec<(&'static str, Wire)> = Vec::new();
    if access::permit::<CommandDevices>(actor).is_ok() {
        let says = Some("-".to_owned());
        all.push(("lock", Wire::DeviceLock { pin: pin(), message: None, phone_number: None }));
        all.push(("lost-mode", Wire::EnableLostMode { message: says, phone_number: None, footnote: None }));
        all.push(("lost-mode-off", Wire::DisableLostMode));
        all.push(("sound", Wire::PlayLostModeSound));
        all.push(("refresh", Wire::DeviceInformation { queries: device_queries(platform) }));
        all.push(("restart", Wire::RestartDevice { notify_user: false }));
        all.push(("shut-down", Wire::ShutDownDevice));
    }
    if access::permit::<LocateDevices>(actor).is_ok() {
        all.push(("locate", Wire::DeviceLocation));
    }
    if access::permit::<DestroyData>(actor).is_ok() {
        all.push(("clear-passcode", Wire::ClearPasscode { unlock_token: domain::Secret::new(vec![0]) }));
        all.push(("erase", Wire::EraseDevice(Box::new(Erase { pin: pin(), ..Erase::default() }))));
    }
    all.into_iter()
        .filter(|(_, wire)| wire.meta().platforms.contains(&platform))
        .map(|(word, wire)| {
            let needs_lost_mode = matches!(word, "lost-mode-off" | "sound" | "locate");
            let refused = match live {
                None => Some("the device is not under management".to_owned()),
                Some(_)
                    if frozen
                        && word.parse::<Deed>().is_ok_and(|deed| deed.effect() == Effect::Destructive) =>
                {
                    Some("the destructive orders of the force are frozen; see Held and waiting".to_owned())
                }
                Some(_) if needs_lost_mode && !lost_mode => {
                    Some("the device does not report that it is in lost mode".to_owned())
                }
                Some(live) if word == "clear-passcode" && !live.has_unlock_token => {
                    Some("the device never gave an unlock token".to_owned())
                }
                Some(_) => wire
                    .refusal(platform, device.supervised.unwrap_or(false))
                    .map(|refusal| refusal.to_string()),
            };
            Action { word, refused }
        })
        .collect()
}
