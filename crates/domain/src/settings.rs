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

/// How far a platform can keep a requirement by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// The platform enforces all of it.
    #[serde(rename = "enforced")]
    Enforced,
    /// The platform enforces some of it; the residue says what is left to people.
    #[serde(rename = "partly")]
    Partly,
    /// No setting of the platform can enforce it.
    #[serde(rename = "not enforceable")]
    NotEnforceable,
}

impl Verdict {
    /// Returns the words for a table or a page.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::Partly => "partly",
            Self::NotEnforceable => "not enforceable",
        }
    }
}

/// How far a platform covers one setting, or all the settings of one clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The verdict.
    pub verdict: Verdict,
    /// What the platform leaves to people, and why; empty only for the verdict enforced.
    pub residue: Vec<String>,
}

impl Coverage {
    /// Says that the platform holds it.
    #[must_use]
    pub const fn enforced() -> Self {
        Self { verdict: Verdict::Enforced, residue: Vec::new() }
    }

    /// Says that the platform holds some of it.
    pub fn partly(residue: impl Into<String>) -> Self {
        Self { verdict: Verdict::Partly, residue: vec![residue.into()] }
    }

    /// Says that the platform cannot hold it.
    pub fn not_enforceable(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::NotEnforceable, residue: vec![why.into()] }
    }

    /// Returns the coverage of a whole made of parts: enforced if every part is, not enforceable if none is even partly,
    /// partly otherwise. `None` for no parts: nothing asked is not the same as everything enforced.
    #[must_use]
    pub fn of_parts(parts: &[Self]) -> Option<Self> {
        let first = parts.first()?;
        let verdict = if parts.iter().all(|part| part.verdict == first.verdict) {
            first.verdict
        } else {
            Verdict::Partly
        };
        let mut residue: Vec<String> = Vec::new();
        for words in parts.iter().flat_map(|part| &part.residue) {
            if !residue.contains(words) {
                residue.push(words.clone());
            }
        }
        Some(Self { verdict, residue })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_is_enforced_only_if_every_part_is() {
        let (yes, no) = (Coverage::enforced(), Coverage::not_enforceable("no key"));
        assert_eq!(Coverage::of_parts(&[]), None);
        assert_eq!(Coverage::of_parts(&[yes.clone(), yes.clone()]), Some(Coverage::enforced()));
        assert_eq!(Coverage::of_parts(&[no.clone(), no.clone()]).unwrap(), no);
        let mixed = Coverage::of_parts(&[yes, no.clone(), no]).unwrap();
        assert_eq!((mixed.verdict, mixed.residue.len()), (Verdict::Partly, 1));
    }
}
