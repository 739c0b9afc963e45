//! Settings in Lanyard's own words, independent of vendors.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Secret;

/// A vendor-neutral setting, such as `passcode.min_length`; the vocabulary is `policy/vocabulary.toml`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SettingKey(String);

impl SettingKey {
    /// Takes the name as written. The policy loader checks that it is in the vocabulary.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SettingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SettingValue {
    /// On or off, allowed or not.
    Bool(bool),
    /// A whole number; the vocabulary names its unit.
    Count(i64),
    /// Words, an address, or one of a closed set.
    Text(String),
    /// A set of words, such as bundle identifiers.
    List(BTreeSet<String>),
    /// Wi-Fi networks that devices may join.
    Networks(Vec<Network>),
}

/// A Wi-Fi network that devices may join (MDU-8.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The network's name, 1 to 32 bytes.
    pub ssid: String,
    /// How it is protected; an open network cannot be written down.
    pub security: NetworkSecurity,
    /// Join without asking.
    #[serde(default)]
    pub auto_join: bool,
    /// For enterprise security: names that the authentication server's certificate may carry.
    #[serde(default)]
    pub trusted_servers: Vec<String>,
}

/// Protection of a Wi-Fi network. There is no word for an open one, on purpose (MDU-8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NetworkSecurity {
    /// WPA2 with EAP-TLS under the device's own certificate.
    #[serde(rename = "wpa2-enterprise")]
    Wpa2Enterprise,
    /// WPA3 with EAP-TLS under the device's own certificate.
    #[serde(rename = "wpa3-enterprise")]
    Wpa3Enterprise,
    /// WPA2 with a shared password, typed by the holder or sent apart.
    #[serde(rename = "wpa2-personal")]
    Wpa2Personal,
    /// WPA3 with a shared password.
    #[serde(rename = "wpa3-personal")]
    Wpa3Personal,
}

/// Returns whether WPA takes a text as a shared password: 8 to 63 printable signs of ASCII (IEEE 802.11, annex J.4), or the key
/// itself in 64
/// hexadecimal digits.
#[must_use]
pub fn is_network_password(password: &Secret<String>) -> bool {
    let text = password.expose();
    let phrase = (8..=63).contains(&text.len()) && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    phrase || (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
