//! Commands: what Lanyard can ask of an Apple device, as types, with what each one takes and what it does.
//!
//! A command says of itself ([`Command::meta`]) how grave it is and what it needs; asking, approving and queueing are
//! `app`'s. Commands that no clause calls for are left out on purpose, and so are the options that would list only a part
//! (`ManagedOnly`, `Identifiers`): a part that is taken for the whole hides what it leaves out.
//!
//! Source: Apple's published schema, `mdm/commands`; `tests/commands_schema.rs` holds every emitted key against it.

mod encode;
mod items;
mod meta;
mod refusal;

use domain::Secret;

pub use encode::sent_settings;
pub use items::SettingItem;
pub use meta::{ACCESS_RIGHTS_ALL, AccessRight, Lane, Meta, device_queries};
pub use refusal::Refusal;

/// One command, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Installs or replaces a configuration profile.
    InstallProfile {
        /// The profile, signed or not. It may carry passwords and challenges.
        profile: Secret<Vec<u8>>,
    },
    /// Removes one configuration profile.
    RemoveProfile {
        /// Its `PayloadIdentifier`.
        identifier: String,
    },
    /// Removes the management profile and with it everything that management installed: the same request as
    /// [`Command::RemoveProfile`], kept apart because there is no way back.
    Unenrol {
        /// The management profile's `PayloadIdentifier`.
        identifier: String,
    },
    /// Which profiles are installed.
    ProfileList,
    /// What the device is.
    DeviceInformation {
        /// The questions; [`device_queries`] are those that Lanyard makes facts of.
        queries: Vec<String>,
    },
    /// How the device is secured.
    SecurityInfo,
    /// Which restrictions are in force.
    Restrictions {
        /// Say also which profile each comes from.
        by_profile: bool,
    },
    /// Which apps are installed.
    InstalledApplicationList,
    /// Which certificates are installed.
    CertificateList,
    /// Locks the screen. A Mac restarts and stays locked, out of reach of management, until the PIN is typed.
    DeviceLock {
        /// Mac only, and needed there.
        pin: Option<Pin>,
        /// Shown on the locked screen.
        message: Option<String>,
        /// Shown on the locked screen; must be real and answered.
        phone_number: Option<String>,
    },
    /// Locks the device to one page until [`Command::DisableLostMode`]. One of message and number is needed.
    EnableLostMode {
        /// Shown on the screen.
        message: Option<String>,
        /// Shown on the screen; must be real and answered.
        phone_number: Option<String>,
        /// Shown at the foot of the screen.
        footnote: Option<String>,
    },
    /// Ends lost mode.
    DisableLostMode,
    /// Where the device is; answered only in lost mode.
    DeviceLocation,
    /// Plays a sound; only in lost mode.
    PlayLostModeSound,
    /// Removes the passcode.
    ClearPasscode {
        /// What the device sent in its first `TokenUpdate`.
        unlock_token: Secret<Vec<u8>>,
    },
    /// Fetches the code that lifts Activation Lock. To be done before an erase: afterwards nobody answers.
    ActivationLockBypassCode,
    /// Erases the device. It acknowledges first and erases then: nothing is heard after.
    EraseDevice(Box<Erase>),
    /// Restarts.
    RestartDevice {
        /// Mac only: ask the person instead of restarting at once.
        notify_user: bool,
    },
    /// Shuts down; out of reach until a person switches it on.
    ShutDownDevice,
    /// Lets a device out of Setup Assistant that waits there for us (`AwaitingConfiguration`).
    DeviceConfigured,
    /// Switches that profiles cannot hold.
    Settings {
        /// In the order in which they are answered.
        items: Vec<SettingItem>,
    },
}

/// How to erase.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erase {
    /// Mac only: the PIN asked for afterwards, where the hardware needs one.
    pub pin: Option<Pin>,
    /// Mac only: what to do where a clean erase is not possible.
    pub obliteration: Option<Obliteration>,
    /// iPhone and iPad: keep the data plan on the eSIM.
    pub preserve_data_plan: bool,
    /// iPhone and iPad: do not offer to copy another device nearby.
    pub disallow_proximity_setup: bool,
    /// iPhone and iPad: enrol again by itself.
    pub return_to_service: Option<ReturnToService>,
}

/// What a Mac does where erasing all content and settings is not possible (macOS 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obliteration {
    /// The vendor's default: it may answer `Error` and erase all the same.
    Default,
    /// Answer `Error` and erase nothing.
    DoNotObliterate,
    /// Acknowledge and obliterate.
    ObliterateWithWarning,
    /// Always obliterate.
    Always,
}

/// How an erased device comes back by itself (iOS 17).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReturnToService {
    /// The network to use; needed unless there is a cable.
    pub wifi_profile: Option<Secret<Vec<u8>>>,
    /// The management profile; needed unless automated enrolment brings one.
    pub mdm_profile: Option<Secret<Vec<u8>>>,
}

/// A PIN of six digits, for Macs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin(Secret<String>);

impl Pin {
    /// Takes six digits; anything else is no PIN.
    #[must_use]
    pub fn new(digits: String) -> Option<Self> {
        let fits = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit());
        fits.then(|| Self(Secret::new(digits)))
    }

    /// Returns the digits, for the escrow and the wire.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl Command {
    /// Returns what the command takes and does.
    #[must_use]
    pub const fn meta(&self) -> &'static Meta {
        meta::of(self)
    }

    /// Returns the vendor's word for it.
    #[must_use]
    pub const fn request_type(&self) -> &'static str {
        self.meta().request_type
    }

    /// Returns the body that carries the command: an XML property list, the same bytes every time.
    ///
    /// `uuid` comes back in the answer; Lanyard uses the [`domain::CommandId`].
    #[must_use]
    pub fn encode(&self, uuid: &str) -> Vec<u8> {
        encode::encode(self, uuid)
    }

    /// Returns why such a device would not carry it out; `None` if nothing speaks against it. Supervision that is not known
    /// is `false`.
    #[must_use]
    pub fn refusal(&self, platform: domain::Platform, supervised: bool) -> Option<Refusal> {
        refusal::of(self, platform, supervised)
    }
}

#[cfg(test)]
mod tests;
