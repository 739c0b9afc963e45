//! Platforms and kinds of device.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The error for a word that is not in a closed set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{word}\" is not one of: {allowed}")]
pub struct UnknownWord {
    /// What was found.
    pub word: String,
    /// What was allowed, separated by commas.
    pub allowed: &'static str,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal / $title:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant),*
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the word used in files, tables and addresses.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Returns the words used on screen.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(word: &str) -> Result<Self, $crate::UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::UnknownWord {
                        word: word.chars().take(40).collect(),
                        allowed: concat!($($word, " "),*),
                    }),
                }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// An operating system family as settings and checks tell them apart.
    Platform {
        /// iPhone.
        Ios = "ios" / "iPhone",
        /// iPad.
        Ipados = "ipados" / "iPad",
        /// Mac.
        Macos = "macos" / "Mac",
        /// Windows laptops and tablets.
        Windows = "windows" / "Windows",
        /// Android phones and tablets.
        Android = "android" / "Android",
    }
}

words! {
    /// The kinds of device in the asset register (UPD-6.3).
    DeviceKind {
        /// iPhone.
        Iphone = "iphone" / "iPhone",
        /// iPad.
        Ipad = "ipad" / "iPad",
        /// Mac, portable or not.
        Mac = "mac" / "Mac",
        /// Windows laptop, tablet or desktop.
        WindowsPc = "windows-pc" / "Windows computer",
        /// Android phone.
        AndroidPhone = "android-phone" / "Android phone",
        /// Android tablet.
        AndroidTablet = "android-tablet" / "Android tablet",
        /// Police radio: in the register only, no management channel exists (F19).
        Radio = "radio" / "Police radio",
        /// A phone that no vendor's service can manage: in the register only.
        Phone = "phone" / "Mobile phone, not managed",
        /// A SIM or eSIM profile of its own: in the register only.
        Sim = "sim" / "SIM",
        /// Anything that goes with a device and has a label of its own: in the register only.
        Accessory = "accessory" / "Accessory",
    }
}

words! {
    /// The classes of force property that the documents name (UPD-6.3), with what goes with them.
    AssetClass {
        /// Mobile phones.
        Phone = "phone" / "Phone",
        /// Tablets and other mobile data devices.
        Tablet = "tablet" / "Tablet",
        /// Laptops.
        Laptop = "laptop" / "Laptop",
        /// Desktop computers.
        Computer = "computer" / "Computer",
        /// Police radios.
        Radio = "radio" / "Radio",
        /// SIMs.
        Sim = "sim" / "SIM",
        /// Chargers, cases, batteries with a label of their own.
        Accessory = "accessory" / "Accessory",
    }
}

impl AssetClass {
    /// Returns its words for several, as the rest of a sentence.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Phone => "phones",
            Self::Tablet => "tablets",
            Self::Laptop => "laptops",
            Self::Computer => "computers",
            Self::Radio => "radios",
            Self::Sim => "SIMs",
            Self::Accessory => "accessories",
        }
    }
}

impl DeviceKind {
    /// Returns the platform through which such a device can be managed; `None` if no channel exists.
    #[must_use]
    pub const fn platform(self) -> Option<Platform> {
        match self {
            Self::Iphone => Some(Platform::Ios),
            Self::Ipad => Some(Platform::Ipados),
            Self::Mac => Some(Platform::Macos),
            Self::WindowsPc => Some(Platform::Windows),
            Self::AndroidPhone | Self::AndroidTablet => Some(Platform::Android),
            Self::Radio | Self::Phone | Self::Sim | Self::Accessory => None,
        }
    }

    /// Returns its class in the list of UPD-6.3, where its kind alone does not say more: a Mac or Windows computer counts as a
    /// laptop until the register says otherwise.
    #[must_use]
    pub const fn class(self) -> AssetClass {
        match self {
            Self::Iphone | Self::AndroidPhone | Self::Phone => AssetClass::Phone,
            Self::Ipad | Self::AndroidTablet => AssetClass::Tablet,
            Self::Mac | Self::WindowsPc => AssetClass::Laptop,
            Self::Radio => AssetClass::Radio,
            Self::Sim => AssetClass::Sim,
            Self::Accessory => AssetClass::Accessory,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for platform in Platform::ALL {
            assert_eq!(platform.as_str().parse::<Platform>().unwrap(), *platform);
        }
        let refused = "symbian".parse::<Platform>().unwrap_err();
        assert!(refused.to_string().contains("ios"), "{refused}");
    }
}
