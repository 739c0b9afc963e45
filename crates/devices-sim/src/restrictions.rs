//! The restrictions in force on an iPhone or iPad: the vendor's defaults, and over them what profiles take away.

use std::collections::{BTreeMap, BTreeSet};

use plist::{Dictionary, Value};

use crate::value::{map, text, text_at};

/// Switches that are "allowed" until a profile says otherwise.
const ALLOWED: &[&str] = &[
    "allowAccountModification",
    "allowActivityContinuation",
    "allowAirDrop",
    "allowAppClips",
    "allowAppInstallation",
    "allowAppsToBeHidden",
    "allowAssistant",
    "allowAssistantWhileLocked",
    "allowBluetoothModification",
    "allowCamera",
    "allowCloudBackup",
    "allowCloudDocumentSync",
    "allowCloudPhotoLibrary",
    "allowCloudPrivateRelay",
    "allowEnterpriseAppTrust",
    "allowEraseContentAndSettings",
    "allowFilesNetworkDriveAccess",
    "allowFilesUSBDriveAccess",
    "allowFingerprintForUnlock",
    "allowAutoUnlock",
    "allowHostPairing",
    "allowLiveVoicemail",
    "allowLockScreenControlCenter",
    "allowLockScreenNotificationsView",
    "allowLockScreenTodayView",
    "allowManagedAppsCloudSync",
    "allowMarketplaceAppInstallation",
    "allowOpenFromManagedToUnmanaged",
    "allowOpenFromUnmanagedToManaged",
    "allowPersonalHotspotModification",
    "allowSafari",
    "allowScreenShot",
    "allowSharedStream",
    "allowSimple",
    "allowUIAppInstallation",
    "allowUIConfigurationProfileInstallation",
    "allowVPNCreation",
    "allowWebDistributionAppInstallation",
    "allowiPhoneMirroring",
];

/// Switches that are "not required" until a profile says otherwise.
const NOT_ASKED: &[&str] = &[
    "forceEncryptedBackup",
    "forcePIN",
    "forceWiFiToAllowedNetworksOnly",
    "requireAlphanumeric",
    "requireManagedPasteboard",
];

/// Numbers that have their loosest value until a profile says otherwise.
const LOOSEST: &[(&str, i64)] = &[("maxFailedAttempts", 11), ("minComplexChars", 0), ("minLength", 0)];

/// Keys that an unsupervised device takes and does nothing about.
const SUPERVISED_ONLY: &[&str] = &[
    "allowAccountModification",
    "allowAirDrop",
    "allowAppClips",
    "allowAppInstallation",
    "allowBluetoothModification",
    "allowCloudPrivateRelay",
    "allowEraseContentAndSettings",
    "allowFilesNetworkDriveAccess",
    "allowFilesUSBDriveAccess",
    "allowHostPairing",
    "allowPersonalHotspotModification",
    "allowUIAppInstallation",
    "allowUIConfigurationProfileInstallation",
    "allowVPNCreation",
    "blockedAppBundleIDs",
    "forceWiFiToAllowedNetworksOnly",
];

/// Restrictions in the four groups of the `Restrictions` answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct InForce {
    bools: BTreeMap<String, bool>,
    values: BTreeMap<String, i64>,
    union: BTreeMap<String, BTreeSet<String>>,
    intersection: BTreeMap<String, BTreeSet<String>>,
}

impl InForce {
    /// Makes the vendor's defaults.
    pub(crate) fn defaults() -> Self {
        let allowed = ALLOWED.iter().map(|key| ((*key).to_owned(), true));
        let not_asked = NOT_ASKED.iter().map(|key| ((*key).to_owned(), false));
        Self {
            bools: allowed.chain(not_asked).collect(),
            values: LOOSEST.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect(),
            ..Self::default()
        }
    }

    /// Adds one payload if it is of a kind that restricts. The stricter of two values stays.
    pub(crate) fn add(&mut self, payload: &Dictionary, supervised: bool) {
        if !matches!(
            text_at(payload, "PayloadType"),
            Some("com.apple.applicationaccess" | "com.apple.mobiledevice.passwordpolicy")
        ) {
            return;
        }
        for (key, value) in payload {
            if !key.starts_with("Payload") && (supervised || !SUPERVISED_ONLY.contains(&key.as_str())) {
                self.add_key(key, value);
            }
        }
    }

    fn add_key(&mut self, key: &str, value: &Value) {
        let lifting = key.starts_with("allow");
        match value {
            Value::Boolean(value) => {
                let have = self.bools.entry(key.to_owned()).or_insert(*value);
                *have = if lifting { *have && *value } else { *have || *value };
            }
            Value::Integer(value) => {
                let Some(value) = value.as_signed() else { return };
                let have = self.values.entry(key.to_owned()).or_insert(value);
                *have = if key.starts_with("min") { value.max(*have) } else { value.min(*have) };
            }
            Value::Array(items) => {
                let items: BTreeSet<String> =
                    items.iter().filter_map(Value::as_string).map(str::to_owned).collect();
                if lifting || key.starts_with("whitelisted") {
                    let have = self.intersection.entry(key.to_owned()).or_insert_with(|| items.clone());
                    *have = have.intersection(&items).cloned().collect();
                } else {
                    self.union.entry(key.to_owned()).or_default().extend(items);
                }
            }
            _ => {}
        }
    }

    /// Returns the four groups as a dictionary.
    pub(crate) fn to_value(&self) -> Value {
        let one = |(key, value): (&String, Value)| (key.clone(), map([("value", value)]));
        let many = |(key, items): (&String, &BTreeSet<String>)| {
            let items = items.iter().map(|item| text(item)).collect();
            (key.clone(), map([("values", Value::Array(items))]))
        };
        let bools: Dictionary = self.bools.iter().map(|(key, value)| one((key, (*value).into()))).collect();
        let values: Dictionary = self.values.iter().map(|(key, value)| one((key, (*value).into()))).collect();
        let union: Dictionary = self.union.iter().map(many).collect();
        let intersection: Dictionary = self.intersection.iter().map(many).collect();
        map([
            ("restrictedBool", bools.into()),
            ("restrictedValue", values.into()),
            ("union", union.into()),
            ("intersection", intersection.into()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::dict;

    fn payload(kind: &str, key: &str, value: Value) -> Dictionary {
        dict([("PayloadType", text(kind)), ("PayloadVersion", 1.into()), (key, value)])
    }

    const ACCESS: &str = "com.apple.applicationaccess";

    #[test]
    fn the_stricter_value_of_two_profiles_stays() {
        let mut force = InForce::defaults();
        assert_eq!(force.bools.get("allowAirDrop"), Some(&true));
        force.add(&payload(ACCESS, "allowAirDrop", false.into()), true);
        force.add(&payload(ACCESS, "allowAirDrop", true.into()), true);
        force.add(&payload(ACCESS, "forceEncryptedBackup", true.into()), true);
        for length in [9, 6] {
            force.add(&payload("com.apple.mobiledevice.passwordpolicy", "minLength", length.into()), true);
        }
        for minutes in [5, 15] {
            force.add(
                &payload("com.apple.mobiledevice.passwordpolicy", "maxInactivity", minutes.into()),
                true,
            );
        }
        assert_eq!(force.bools.get("allowAirDrop"), Some(&false));
        assert_eq!(force.bools.get("forceEncryptedBackup"), Some(&true));
        assert_eq!((force.values.get("minLength"), force.values.get("maxInactivity")), (Some(&9), Some(&5)));
        assert!(!force.values.contains_key("PayloadVersion"));
    }

    #[test]
    fn unsupervised_devices_and_other_payloads_are_not_restricted() {
        let mut force = InForce::defaults();
        force.add(&payload(ACCESS, "allowAirDrop", false.into()), false);
        force.add(&payload("com.apple.wifi.managed", "allowCamera", false.into()), true);
        assert_eq!(force, InForce::defaults());
        force.add(&payload(ACCESS, "allowCamera", false.into()), false);
        assert_ne!(force, InForce::defaults());
    }

    #[test]
    fn lists_of_what_is_blocked_add_up_and_lists_of_what_is_allowed_shrink() {
        let list = |items: &[&str]| Value::Array(items.iter().map(|item| text(item)).collect());
        let mut force = InForce::default();
        force.add(&payload(ACCESS, "blockedAppBundleIDs", list(&["a", "b"])), true);
        force.add(&payload(ACCESS, "blockedAppBundleIDs", list(&["c"])), true);
        force.add(&payload(ACCESS, "allowListedAppBundleIDs", list(&["a", "b"])), true);
        force.add(&payload(ACCESS, "allowListedAppBundleIDs", list(&["b", "c"])), true);
        assert_eq!(force.union.get("blockedAppBundleIDs").unwrap().len(), 3);
        let kept: Vec<_> = force.intersection.get("allowListedAppBundleIDs").unwrap().iter().collect();
        assert_eq!(kept, ["b"]);
    }
}
