//! Groups of settings, and the bundles that a vendor makes of them.

use std::collections::BTreeMap;
use std::fmt;

use domain::{ClauseId, Secret, SettingKey, SettingValue};

/// The settings of one group of clauses, merged: a setting stands in one group only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The last part of the bundle's identifier, such as `mdu-6`.
    pub id: String,
    /// The title that the holder reads on the device.
    pub title: String,
    /// The settings.
    pub values: BTreeMap<SettingKey, SettingValue>,
    /// The clauses that ask for them.
    pub clauses: Vec<ClauseId>,
}

/// What the bundles of one service share.
#[derive(Debug, Clone)]
pub struct Publisher {
    /// The name that devices show as the sender.
    pub organisation: String,
    /// What the identifiers of bundles begin with, in reverse-DNS style.
    pub identifier_prefix: String,
    /// Passwords of networks that have a shared one, by the network's name. They are written into a bundle and not counted in
    /// its mark, which devices report and pages show.
    pub network_passwords: BTreeMap<String, Secret<String>>,
}

impl Publisher {
    /// Makes a publisher that knows no network's password.
    pub fn new(organisation: impl Into<String>, identifier_prefix: impl Into<String>) -> Self {
        Self {
            organisation: organisation.into(),
            identifier_prefix: identifier_prefix.into(),
            network_passwords: BTreeMap::new(),
        }
    }
}

/// A group of settings in a vendor's own form, as it is sent to a device.
#[derive(Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The group that it was made from.
    pub group: String,
    /// Its identifier on the device: another bundle of the same identifier replaces it.
    pub identifier: String,
    /// What devices report of it, derived from the settings: other settings have another mark.
    pub mark: String,
    /// The title that the holder reads on the device.
    pub title: String,
    /// The clauses that it serves.
    pub clauses: Vec<ClauseId>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Bundle {
    /// Leaves the bytes out: they may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bundle({} {}, {} bytes)", self.identifier, self.mark, self.bytes.len())
    }
}

/// What a vendor made of all groups for one platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compiled {
    /// The bundles in the order in which to install them.
    pub bundles: Vec<Bundle>,
    /// What the administrator should know, a sentence each.
    pub warnings: Vec<String>,
}

/// Why a vendor refuses settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CannotCompile(pub String);
