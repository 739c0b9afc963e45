//! The items of the `Settings` command.

use domain::Platform;
use plist::{Dictionary, Value};

use crate::fields::Fields;

/// One switch of the `Settings` command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingItem {
    /// Bluetooth on or off (iOS 11.3 supervised, macOS 10.13.4).
    Bluetooth {
        /// On.
        enabled: bool,
    },
    /// The personal hotspot on or off (iPhone and iPad; also takes the network information right).
    PersonalHotspot {
        /// On.
        enabled: bool,
    },
    /// Mobile data abroad (iPhone and iPad).
    DataRoaming {
        /// On.
        enabled: bool,
    },
    /// The device's name (iOS supervised, macOS 10.10).
    DeviceName {
        /// The name.
        name: String,
    },
    /// Whose device it is, for the holder to see.
    Organisation {
        /// The force's name.
        name: String,
        /// A number to call.
        phone: Option<String>,
        /// An address to write to.
        email: Option<String>,
    },
    /// Whether a supervised device may be put under Activation Lock by its holder.
    ActivationLock {
        /// It may.
        allowed: bool,
    },
    /// The time zone (iOS 14 supervised).
    TimeZone {
        /// From the IANA database, such as `Europe/London`.
        zone: String,
    },
}

const APPLE: &[Platform] = &[Platform::Ios, Platform::Ipados, Platform::Macos];
const MOBILE: &[Platform] = &[Platform::Ios, Platform::Ipados];

impl SettingItem {
    /// Returns the vendor's word.
    #[must_use]
    pub const fn item(&self) -> &'static str {
        match self {
            Self::Bluetooth { .. } => "Bluetooth",
            Self::PersonalHotspot { .. } => "PersonalHotspot",
            Self::DataRoaming { .. } => "DataRoaming",
            Self::DeviceName { .. } => "DeviceName",
            Self::Organisation { .. } => "OrganizationInfo",
            Self::ActivationLock { .. } => "MDMOptions",
            Self::TimeZone { .. } => "TimeZone",
        }
    }

    /// Returns where it exists.
    #[must_use]
    pub const fn platforms(&self) -> &'static [Platform] {
        match self {
            Self::PersonalHotspot { .. } | Self::DataRoaming { .. } | Self::TimeZone { .. } => MOBILE,
            Self::Bluetooth { .. }
            | Self::DeviceName { .. }
            | Self::Organisation { .. }
            | Self::ActivationLock { .. } => APPLE,
        }
    }

    /// Returns whether an iPhone or iPad must be supervised for it.
    #[must_use]
    pub const fn supervised_on_mobile(&self) -> bool {
        matches!(self, Self::Bluetooth { .. } | Self::DeviceName { .. } | Self::TimeZone { .. })
    }

    pub(super) fn to_value(&self) -> Value {
        let mut out = Dictionary::new();
        out.insert("Item".into(), self.item().into());
        let (key, value): (_, Value) = match self {
            Self::Bluetooth { enabled }
            | Self::PersonalHotspot { enabled }
            | Self::DataRoaming { enabled } => ("Enabled", (*enabled).into()),
            Self::DeviceName { name } => ("DeviceName", name.clone().into()),
            Self::TimeZone { zone } => ("TimeZone", zone.clone().into()),
            Self::ActivationLock { allowed } => {
                let mut options = Dictionary::new();
                options.insert("ActivationLockAllowedWhileSupervised".into(), (*allowed).into());
                ("MDMOptions", options.into())
            }
            Self::Organisation { name, phone, email } => {
                let mut info = Dictionary::new();
                info.insert("OrganizationName".into(), name.clone().into());
                for (key, text) in [("OrganizationPhone", phone), ("OrganizationEmail", email)] {
                    if let Some(text) = text {
                        info.insert(key.into(), text.clone().into());
                    }
                }
                ("OrganizationInfo", info.into())
            }
        };
        out.insert(key.into(), value);
        Value::Dictionary(out)
    }

    /// Reads an item back; `None` for one that Lanyard does not send.
    pub(super) fn read(fields: Fields<'_>) -> Option<Self> {
        let enabled = fields.flag("Enabled");
        match fields.text("Item")?.as_str() {
            "Bluetooth" => Some(Self::Bluetooth { enabled: enabled? }),
            "PersonalHotspot" => Some(Self::PersonalHotspot { enabled: enabled? }),
            "DataRoaming" => Some(Self::DataRoaming { enabled: enabled? }),
            "DeviceName" => Some(Self::DeviceName { name: fields.text("DeviceName")? }),
            "TimeZone" => Some(Self::TimeZone { zone: fields.text("TimeZone")? }),
            "MDMOptions" => {
                let allowed =
                    fields.dictionary("MDMOptions")?.flag("ActivationLockAllowedWhileSupervised")?;
                Some(Self::ActivationLock { allowed })
            }
            "OrganizationInfo" => {
                let info = fields.dictionary("OrganizationInfo")?;
                let (phone, email) = (info.text("OrganizationPhone"), info.text("OrganizationEmail"));
                Some(Self::Organisation { name: info.text("OrganizationName")?, phone, email })
            }
            _ => None,
        }
    }
}
