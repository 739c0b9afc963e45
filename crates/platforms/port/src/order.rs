//! What a device can be told to do.

use domain::Deed;
use serde::{Deserialize, Serialize};

/// A part of a device's state that it can be asked to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// What the device is: model, system, battery, lost mode.
    Device,
    /// How it is secured: passcode, encryption, firewall.
    Security,
    /// Which settings are installed.
    Settings,
    /// Which restrictions are in force.
    Restrictions,
    /// Which apps are installed.
    Apps,
    /// Which certificates are installed.
    Certificates,
}

/// One order to a device, with its arguments. Stored as JSON with the command; holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Order {
    /// Locks the screen.
    Lock {
        /// Text for the locked screen.
        message: Option<String>,
        /// Telephone number for the locked screen; must be real and answered.
        phone_number: Option<String>,
    },
    /// Switches lost mode on: the device shows one page and nothing else until lost mode ends.
    LostMode {
        /// Text for the screen.
        message: Option<String>,
        /// Telephone number for the screen; must be real and answered.
        phone_number: Option<String>,
    },
    /// Switches lost mode off.
    LostModeOff,
    /// Asks where the device is. The answer is sensitive.
    Locate,
    /// Plays a sound.
    Sound,
    /// Removes the passcode so that the holder sets a new one (MDU-4.5).
    ClearPasscode,
    /// Erases everything on the device.
    Erase,
    /// Restarts the device.
    Restart,
    /// Shuts the device down: nothing reaches it until somebody switches it on (MDU-4.7).
    ShutDown,
    /// Asks for all that the policy needs to know; a vendor splits it into the questions that its devices answer.
    Refresh,
    /// Asks for one part of its state.
    Ask {
        /// Which part.
        question: Question,
    },
    /// Installs a bundle of settings that many devices share.
    InstallSettings {
        /// SHA-256 of the bundle.
        digest: String,
        /// The bundle's identifier on the device.
        identifier: String,
    },
    /// Installs a bundle of settings that is this device's own.
    InstallOwnSettings {
        /// SHA-256 of the bundle.
        digest: String,
        /// The bundle's identifier on the device.
        identifier: String,
    },
    /// Removes a bundle of settings.
    RemoveSettings {
        /// The bundle's identifier on the device.
        identifier: String,
    },
    /// Lets a device that waits during set-up go on, once its settings are in force.
    FinishSetup,
    /// Switches Bluetooth on or off (MDU-9.1).
    Bluetooth {
        /// On.
        enabled: bool,
    },
}

impl Order {
    /// Returns the word for the order, as the command's row and the ledger keep it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Lock { .. } => "lock",
            Self::LostMode { .. } => "lost-mode",
            Self::LostModeOff => "lost-mode-off",
            Self::Locate => "locate",
            Self::Sound => "sound",
            Self::ClearPasscode => "clear-passcode",
            Self::Erase => "erase",
            Self::Restart => "restart",
            Self::ShutDown => "shut-down",
            Self::Refresh => "refresh",
            Self::Ask { question } => question.word(),
            Self::InstallSettings { .. } | Self::InstallOwnSettings { .. } => "install-settings",
            Self::RemoveSettings { .. } => "remove-settings",
            Self::FinishSetup => "finish-setup",
            Self::Bluetooth { .. } => "bluetooth",
        }
    }

    /// Returns what pages call the order.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Ask { question } => question.title(),
            Self::InstallSettings { .. } | Self::InstallOwnSettings { .. } => "Install settings",
            Self::RemoveSettings { .. } => "Remove settings",
            Self::FinishSetup => "Finish setup",
            _ => self.deed().title(),
        }
    }

    /// Returns what the order does, by which caps, holds and approval decide.
    #[must_use]
    pub const fn deed(&self) -> Deed {
        match self {
            Self::Lock { .. } => Deed::Lock,
            Self::LostMode { .. } => Deed::LostMode,
            Self::LostModeOff => Deed::LostModeOff,
            Self::Locate => Deed::Locate,
            Self::Sound => Deed::Sound,
            Self::ClearPasscode => Deed::ClearPasscode,
            Self::Erase => Deed::Erase,
            Self::Restart => Deed::Restart,
            Self::ShutDown => Deed::ShutDown,
            Self::Refresh | Self::Ask { .. } => Deed::Refresh,
            Self::InstallSettings { .. }
            | Self::InstallOwnSettings { .. }
            | Self::RemoveSettings { .. }
            | Self::FinishSetup
            | Self::Bluetooth { .. } => Deed::Configure,
        }
    }

    /// Returns whether the order only asks the device about itself, so that nothing on it changes.
    #[must_use]
    pub const fn is_question(&self) -> bool {
        matches!(self, Self::Ask { .. } | Self::Refresh)
    }
}

impl Question {
    /// Returns the word for the question, as the command's row and the report's row keep it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Device => "ask-device",
            Self::Security => "ask-security",
            Self::Settings => "ask-settings",
            Self::Restrictions => "ask-restrictions",
            Self::Apps => "ask-apps",
            Self::Certificates => "ask-certificates",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Device => "Report: the device",
            Self::Security => "Report: security",
            Self::Settings => "Report: settings installed",
            Self::Restrictions => "Report: restrictions",
            Self::Apps => "Report: apps",
            Self::Certificates => "Report: certificates",
        }
    }
}

/// The queue in which a command waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Goes before all others: containment of a lost device.
    Urgent,
    /// Goes in turn.
    Normal,
}

impl Lane {
    /// Returns the number by which the queue sorts.
    #[must_use]
    pub const fn place(self) -> i64 {
        match self {
            Self::Urgent => 0,
            Self::Normal => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Effect;

    use super::*;

    #[test]
    fn orders_are_stored_by_these_words_and_no_others() {
        for (order, json) in [
            (
                Order::Lock { message: Some("Call".into()), phone_number: None },
                r#"{"do":"lock","message":"Call","phone_number":null}"#,
            ),
            (Order::Ask { question: Question::Device }, r#"{"do":"ask","question":"device"}"#),
            (
                Order::InstallOwnSettings { digest: "a".into(), identifier: "b".into() },
                r#"{"do":"install-own-settings","digest":"a","identifier":"b"}"#,
            ),
            (Order::Bluetooth { enabled: true }, r#"{"do":"bluetooth","enabled":true}"#),
            (Order::Erase, r#"{"do":"erase"}"#),
        ] {
            assert_eq!(serde_json::to_string(&order).unwrap(), json);
            assert_eq!(serde_json::from_str::<Order>(json).unwrap(), order);
        }
    }

    #[test]
    fn what_the_service_does_by_itself_is_harmless() {
        let own = [
            Order::Refresh,
            Order::Ask { question: Question::Apps },
            Order::RemoveSettings { identifier: String::new() },
            Order::FinishSetup,
            Order::Bluetooth { enabled: false },
        ];
        for order in own {
            assert_eq!(order.deed().effect(), Effect::Harmless, "{}", order.word());
        }
        assert_eq!(Order::Erase.deed().effect(), Effect::Destructive);
    }
}
