//! What a command is to do, as the database keeps it: without secrets and without the bytes that many share.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::{EnrolmentId, Platform};
use protocol_apple::commands::{Command, Erase, Pin, SettingItem, device_queries};
use serde::{Deserialize, Serialize};
use store::{Tx, enrolments, profiles};

use crate::{App, AppError};

/// What a command is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Spec {
    /// Install a profile that the store keeps under its digest.
    InstallProfile {
        /// Which content.
        digest: String,
        /// Its identifier.
        identifier: String,
    },
    /// Install a profile that is this device's own and lies sealed.
    InstallOwnProfile {
        /// Which content.
        digest: String,
        /// Its identifier.
        identifier: String,
    },
    /// Remove a profile.
    RemoveProfile {
        /// Its identifier.
        identifier: String,
    },
    /// Ask which profiles are installed.
    ProfileList,
    /// Ask what the device is.
    DeviceInformation,
    /// Ask how it is secured.
    SecurityInfo,
    /// Ask which restrictions are in force.
    Restrictions,
    /// Ask which apps are installed.
    InstalledApplicationList,
    /// Ask which certificates are installed.
    CertificateList,
    /// Lock the screen; a Mac with a PIN, which lies sealed.
    DeviceLock {
        /// The sealed PIN in base64.
        sealed_pin: Option<String>,
        /// Shown on the screen.
        message: Option<String>,
        /// Shown on the screen.
        phone_number: Option<String>,
    },
    /// Lost mode on.
    EnableLostMode {
        /// Shown on the screen.
        message: Option<String>,
        /// Shown on the screen.
        phone_number: Option<String>,
    },
    /// Lost mode off.
    DisableLostMode,
    /// Ask where it is.
    DeviceLocation,
    /// Play a sound.
    PlayLostModeSound,
    /// Remove the passcode, with the unlock token of the enrolment.
    ClearPasscode,
    /// Erase; a Mac with a PIN, which lies sealed.
    EraseDevice {
        /// The sealed PIN in base64.
        sealed_pin: Option<String>,
    },
    /// Restart.
    RestartDevice,
    /// Shut down.
    ShutDownDevice,
    /// Let the device out of Setup Assistant.
    DeviceConfigured,
    /// Bluetooth on or off (MDU-9.1).
    Bluetooth {
        /// On.
        enabled: bool,
    },
}

/// The place for which a command's PIN is sealed.
pub(super) fn pin_place(enrolment: EnrolmentId) -> String {
    format!("pin:{enrolment}")
}

/// The place for which an enrolment's token is sealed.
pub(crate) fn token_place(kind: &str, enrolment: EnrolmentId) -> String {
    format!("{kind}:{enrolment}")
}

impl Spec {
    /// Whether it only asks the device about itself: nothing on it changes.
    pub(crate) const fn is_question(&self) -> bool {
        matches!(
            self,
            Self::ProfileList
                | Self::DeviceInformation
                | Self::SecurityInfo
                | Self::Restrictions
                | Self::InstalledApplicationList
                | Self::CertificateList
        )
    }

    /// Reads what [`Spec::to_json`] wrote.
    pub(crate) fn from_json(text: &str) -> Result<Self, AppError> {
        serde_json::from_str(text).map_err(|error| AppError::fault(&error))
    }

    pub(crate) fn to_json(&self) -> Result<String, AppError> {
        serde_json::to_string(self).map_err(|error| AppError::fault(&error))
    }

    /// The questions that make up a refresh of a device's state.
    pub(crate) fn refresh(platform: Platform) -> Vec<Self> {
        let mut asks = vec![Self::DeviceInformation, Self::SecurityInfo, Self::ProfileList];
        if matches!(platform, Platform::Ios | Platform::Ipados) {
            asks.push(Self::Restrictions);
        }
        asks.extend([Self::InstalledApplicationList, Self::CertificateList]);
        asks
    }
}

/// Makes the command to be sent: fetches profiles, opens sealed tokens and PINs.
pub(crate) fn command_of(
    app: &App,
    tx: &mut Tx<'_>,
    spec: &Spec,
    enrolment: EnrolmentId,
    platform: Platform,
) -> Result<Command, AppError> {
    Ok(match spec.clone() {
        Spec::InstallProfile { digest, .. } => {
            let content = profiles::content(tx, &digest)?
                .ok_or_else(|| AppError::Fault(format!("the profile {digest} is not in the store")))?;
            Command::InstallProfile { profile: domain::Secret::new(content) }
        }
        Spec::InstallOwnProfile { digest, identifier } => Command::InstallProfile {
            profile: crate::permissions::own_content(app, tx, enrolment, (&identifier, &digest))?,
        },
        Spec::RemoveProfile { identifier } => Command::RemoveProfile { identifier },
        Spec::ProfileList => Command::ProfileList,
        Spec::DeviceInformation => Command::DeviceInformation { queries: device_queries(platform) },
        Spec::SecurityInfo => Command::SecurityInfo,
        Spec::Restrictions => Command::Restrictions { by_profile: false },
        Spec::InstalledApplicationList => Command::InstalledApplicationList,
        Spec::CertificateList => Command::CertificateList,
        Spec::DeviceLock { sealed_pin, message, phone_number } => Command::DeviceLock {
            pin: open_pin(app, sealed_pin.as_deref(), enrolment)?,
            message,
            phone_number,
        },
        Spec::EnableLostMode { message, phone_number } => {
            Command::EnableLostMode { message, phone_number, footnote: None }
        }
        Spec::DisableLostMode => Command::DisableLostMode,
        Spec::DeviceLocation => Command::DeviceLocation,
        Spec::PlayLostModeSound => Command::PlayLostModeSound,
        Spec::ClearPasscode => {
            let sealed = enrolments::unlock_token(tx, enrolment)?
                .ok_or_else(|| AppError::Conflict("the device never gave an unlock token".into()))?;
            Command::ClearPasscode {
                unlock_token: app.sealer().open(&token_place("unlock", enrolment), &sealed)?,
            }
        }
        Spec::EraseDevice { sealed_pin } => Command::EraseDevice(Box::new(Erase {
            pin: open_pin(app, sealed_pin.as_deref(), enrolment)?,
            disallow_proximity_setup: platform != Platform::Macos,
            ..Erase::default()
        })),
        Spec::RestartDevice => Command::RestartDevice { notify_user: false },
        Spec::ShutDownDevice => Command::ShutDownDevice,
        Spec::DeviceConfigured => Command::DeviceConfigured,
        Spec::Bluetooth { enabled } => Command::Settings { items: vec![SettingItem::Bluetooth { enabled }] },
    })
}

/// Makes a PIN and seals it for an enrolment; base64.
pub(super) fn sealed_pin(app: &App, enrolment: EnrolmentId) -> Result<String, AppError> {
    // Six digits out of eight random bytes: the remainder's bias is far below one in a million.
    let digits = format!("{:06}", u64::from_be_bytes(app.world().bytes()) % 1_000_000);
    let sealed = app.sealer().seal(app.world(), &pin_place(enrolment), digits.as_bytes())?;
    Ok(BASE64.encode(sealed))
}

/// The same order for another enrolment: its PIN is sealed for that one. A PIN that cannot be opened is made anew.
pub(crate) fn resealed(app: &App, spec: Spec, from: EnrolmentId, to: EnrolmentId) -> Result<Spec, AppError> {
    let again = |sealed: Option<String>| -> Result<Option<String>, AppError> {
        let Some(sealed) = sealed else { return Ok(None) };
        match open_pin(app, Some(&sealed), from) {
            Ok(Some(pin)) => {
                let sealed = app.sealer().seal(app.world(), &pin_place(to), pin.expose().as_bytes())?;
                Ok(Some(BASE64.encode(sealed)))
            }
            _ => self::sealed_pin(app, to).map(Some),
        }
    };
    Ok(match spec {
        Spec::DeviceLock { sealed_pin, message, phone_number } => {
            Spec::DeviceLock { sealed_pin: again(sealed_pin)?, message, phone_number }
        }
        Spec::EraseDevice { sealed_pin } => Spec::EraseDevice { sealed_pin: again(sealed_pin)? },
        other => other,
    })
}

pub(super) fn open_pin(
    app: &App,
    sealed: Option<&str>,
    enrolment: EnrolmentId,
) -> Result<Option<Pin>, AppError> {
    let Some(sealed) = sealed else { return Ok(None) };
    let sealed = BASE64.decode(sealed).map_err(|error| AppError::fault(&error))?;
    let digits = app.sealer().open(&pin_place(enrolment), &sealed)?.into_exposed();
    let digits = String::from_utf8(digits).map_err(|error| AppError::fault(&error))?;
    Pin::new(digits).map(Some).ok_or_else(|| AppError::Keys("a sealed PIN is not six digits".into()))
}
