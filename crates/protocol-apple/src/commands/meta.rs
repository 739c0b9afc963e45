//! What each command takes and does, as one table.

use domain::{Effect, Platform};

use super::Command;

/// Every access right that the vendor defines, in one number.
pub const ACCESS_RIGHTS_ALL: u16 = 8191;

/// A right that the enrolment profile asks for. Rights can be dropped later but never added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum AccessRight {
    /// See which profiles are installed.
    Inspection = 1,
    /// Install and remove profiles.
    Profiles = 2,
    /// Lock and remove the passcode.
    LockAndPasscode = 4,
    /// Erase.
    Erase = 8,
    /// Ask what the device is.
    DeviceInformation = 16,
    /// Ask about networks.
    NetworkInformation = 32,
    /// See provisioning profiles.
    ProvisioningInspection = 64,
    /// Install and remove provisioning profiles.
    Provisioning = 128,
    /// See apps.
    Applications = 256,
    /// See restrictions.
    Restrictions = 512,
    /// See how the device is secured.
    Security = 1024,
    /// Change settings.
    Settings = 2048,
    /// Manage apps.
    ManageApplications = 4096,
}

impl AccessRight {
    /// Returns its bit in `AccessRights`.
    #[must_use]
    pub const fn bit(self) -> u16 {
        self as u16
    }
}

/// Which queue a command waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Before all others: containment of a lost device.
    Urgent,
    /// In turn.
    Normal,
}

/// What a command takes and does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta {
    /// The vendor's `RequestType`.
    pub request_type: &'static str,
    /// The right that the enrolment must have been given, if any.
    pub right: Option<AccessRight>,
    /// Which queue it waits in.
    pub lane: Lane,
    /// Where the device must be supervised.
    pub supervised_on: &'static [Platform],
    /// Where it exists.
    pub platforms: &'static [Platform],
    /// How much harm it can do.
    pub effect: Effect,
    /// Its answer is sensitive personal data: reading it needs a reason.
    pub sensitive_answer: bool,
}

const APPLE: &[Platform] = &[Platform::Ios, Platform::Ipados, Platform::Macos];
const MOBILE: &[Platform] = &[Platform::Ios, Platform::Ipados];

const fn asks(request_type: &'static str, right: AccessRight) -> Meta {
    Meta {
        request_type,
        right: Some(right),
        lane: Lane::Normal,
        supervised_on: &[],
        platforms: APPLE,
        effect: Effect::Harmless,
        sensitive_answer: false,
    }
}

/// Describes lost mode and its companions: iPhone and iPad, supervised, no right needed, urgent.
const fn lost(request_type: &'static str, effect: Effect) -> Meta {
    Meta {
        right: None,
        lane: Lane::Urgent,
        supervised_on: MOBILE,
        platforms: MOBILE,
        effect,
        ..asks(request_type, AccessRight::LockAndPasscode)
    }
}

const fn power(request_type: &'static str) -> Meta {
    Meta { supervised_on: MOBILE, effect: Effect::Harsh, ..asks(request_type, AccessRight::LockAndPasscode) }
}

const INSTALL_PROFILE: Meta = asks("InstallProfile", AccessRight::Profiles);
const REMOVE_PROFILE: Meta = asks("RemoveProfile", AccessRight::Profiles);
const UNENROL: Meta = Meta { effect: Effect::Destructive, ..REMOVE_PROFILE };
const PROFILE_LIST: Meta = asks("ProfileList", AccessRight::Inspection);
const DEVICE_INFORMATION: Meta = asks("DeviceInformation", AccessRight::DeviceInformation);
const SECURITY_INFO: Meta = asks("SecurityInfo", AccessRight::Security);
const RESTRICTIONS: Meta = Meta { platforms: MOBILE, ..asks("Restrictions", AccessRight::Restrictions) };
const INSTALLED_APPLICATION_LIST: Meta = asks("InstalledApplicationList", AccessRight::Applications);
const CERTIFICATE_LIST: Meta = asks("CertificateList", AccessRight::Inspection);
const DEVICE_LOCK: Meta =
    Meta { lane: Lane::Urgent, effect: Effect::Harsh, ..asks("DeviceLock", AccessRight::LockAndPasscode) };
const ENABLE_LOST_MODE: Meta = lost("EnableLostMode", Effect::Harsh);
const DISABLE_LOST_MODE: Meta = lost("DisableLostMode", Effect::Harmless);
const DEVICE_LOCATION: Meta = Meta { sensitive_answer: true, ..lost("DeviceLocation", Effect::Harmless) };
const PLAY_LOST_MODE_SOUND: Meta = lost("PlayLostModeSound", Effect::Harmless);
const CLEAR_PASSCODE: Meta = Meta {
    lane: Lane::Urgent,
    platforms: MOBILE,
    effect: Effect::Destructive,
    ..asks("ClearPasscode", AccessRight::LockAndPasscode)
};
const ACTIVATION_LOCK_BYPASS_CODE: Meta = Meta {
    right: None,
    lane: Lane::Urgent,
    supervised_on: APPLE,
    sensitive_answer: true,
    ..asks("ActivationLockBypassCode", AccessRight::DeviceInformation)
};
const ERASE_DEVICE: Meta =
    Meta { lane: Lane::Urgent, effect: Effect::Destructive, ..asks("EraseDevice", AccessRight::Erase) };
const RESTART_DEVICE: Meta = power("RestartDevice");
const SHUT_DOWN_DEVICE: Meta = power("ShutDownDevice");
const DEVICE_CONFIGURED: Meta =
    Meta { right: None, supervised_on: MOBILE, ..asks("DeviceConfigured", AccessRight::Settings) };
const SETTINGS: Meta = asks("Settings", AccessRight::Settings);

pub(super) const fn of(command: &Command) -> &'static Meta {
    match command {
        Command::InstallProfile { .. } => &INSTALL_PROFILE,
        Command::RemoveProfile { .. } => &REMOVE_PROFILE,
        Command::Unenrol { .. } => &UNENROL,
        Command::ProfileList => &PROFILE_LIST,
        Command::DeviceInformation { .. } => &DEVICE_INFORMATION,
        Command::SecurityInfo => &SECURITY_INFO,
        Command::Restrictions { .. } => &RESTRICTIONS,
        Command::InstalledApplicationList => &INSTALLED_APPLICATION_LIST,
        Command::CertificateList => &CERTIFICATE_LIST,
        Command::DeviceLock { .. } => &DEVICE_LOCK,
        Command::EnableLostMode { .. } => &ENABLE_LOST_MODE,
        Command::DisableLostMode => &DISABLE_LOST_MODE,
        Command::DeviceLocation => &DEVICE_LOCATION,
        Command::PlayLostModeSound => &PLAY_LOST_MODE_SOUND,
        Command::ClearPasscode { .. } => &CLEAR_PASSCODE,
        Command::ActivationLockBypassCode => &ACTIVATION_LOCK_BYPASS_CODE,
        Command::EraseDevice(_) => &ERASE_DEVICE,
        Command::RestartDevice { .. } => &RESTART_DEVICE,
        Command::ShutDownDevice => &SHUT_DOWN_DEVICE,
        Command::DeviceConfigured => &DEVICE_CONFIGURED,
        Command::Settings { .. } => &SETTINGS,
    }
}

const QUERIES: &[&str] = &[
    "UDID",
    "SerialNumber",
    "DeviceName",
    "OSVersion",
    "BuildVersion",
    "ModelName",
    "Model",
    "ProductName",
    "BatteryLevel",
    "IsSupervised",
];

const MOBILE_QUERIES: &[&str] = &[
    "IsMDMLostModeEnabled",
    "IsCloudBackupEnabled",
    "IsDeviceLocatorServiceEnabled",
    "PersonalHotspotEnabled",
];

const MAC_QUERIES: &[&str] =
    &["SystemIntegrityProtectionEnabled", "PINRequiredForDeviceLock", "PINRequiredForEraseDevice"];

/// Returns the questions of [`Command::DeviceInformation`] that Lanyard asks of such a device; none if it is not Apple's.
#[must_use]
pub fn device_queries(platform: Platform) -> Vec<String> {
    let more = match platform {
        Platform::Ios | Platform::Ipados => MOBILE_QUERIES,
        Platform::Macos => MAC_QUERIES,
        Platform::Windows | Platform::Android => return Vec::new(),
    };
    QUERIES.iter().chain(more).map(|query| (*query).to_owned()).collect()
}
