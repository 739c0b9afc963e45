//! The one table that joins Apple's restriction keys to Lanyard's settings.
//!
//! The settings compiler reads it from right to left to write payloads; `reports` reads it from left to right to turn
//! what a device says is in force into `effective.<setting>` facts. One table, so that what we ask for and what we
//! believe cannot drift apart. Settings that no single restriction key carries (Wi-Fi networks, web filter, disk
//! encryption) are not here: they have payloads of their own.
//!
//! Sources: Apple's published schema, `com.apple.mobiledevice.passwordpolicy`, `com.apple.applicationaccess` and the
//! `Restrictions` command.

/// The payload that carries a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Payload {
    /// `com.apple.mobiledevice.passwordpolicy`.
    Passcode,
    /// `com.apple.applicationaccess`.
    Restrictions,
}

impl Payload {
    /// Returns the vendor's payload type.
    #[must_use]
    pub const fn payload_type(self) -> &'static str {
        match self {
            Self::Passcode => "com.apple.mobiledevice.passwordpolicy",
            Self::Restrictions => "com.apple.applicationaccess",
        }
    }
}

/// What a key's value is and which way it bites. The value of a setting and of its key are the same in every kind
/// but [`Kind::HoursInSeconds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Yes or no; `false` restricts (Apple's `allow...`, default true).
    Allow,
    /// Yes or no; `true` restricts (Apple's `force...` and `require...`, default false).
    Require,
    /// A whole number, the larger the stricter.
    AtLeast,
    /// A whole number, the smaller the stricter.
    AtMost,
    /// Whole minutes, the smaller the stricter.
    Minutes,
    /// The setting counts hours, the key seconds; the smaller the stricter.
    HoursInSeconds,
    /// A set of words, all of them in force.
    List,
}

/// One key of Apple's and the setting that it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restriction {
    /// Apple's key.
    pub apple_key: &'static str,
    /// Lanyard's setting, as in `policy/vocabulary.toml`.
    pub setting_key: &'static str,
    /// The payload that carries the key.
    pub payload: Payload,
    /// Its kind.
    pub kind: Kind,
    /// iPhone and iPad know it.
    pub ios: bool,
    /// Mac knows it.
    pub macos: bool,
    /// The key in force is the setting in force. Where false the key only helps (it stops someone from changing a
    /// switch, whatever the switch says now), so a report of it is no proof and gives no fact.
    pub exact: bool,
}

/// The platforms that know a key.
#[derive(Clone, Copy)]
struct Known {
    ios: bool,
    macos: bool,
}

const BOTH: Known = Known { ios: true, macos: true };
const IOS: Known = Known { ios: true, macos: false };
const MAC: Known = Known { ios: false, macos: true };

const fn pass(key: &'static str, setting: &'static str, kind: Kind) -> Restriction {
    entry(key, setting, Payload::Passcode, kind, BOTH)
}

const fn rule(key: &'static str, setting: &'static str, kind: Kind, known: Known) -> Restriction {
    entry(key, setting, Payload::Restrictions, kind, known)
}

const fn helps(key: &'static str, setting: &'static str, kind: Kind, known: Known) -> Restriction {
    Restriction { exact: false, ..rule(key, setting, kind, known) }
}

const fn entry(
    apple_key: &'static str,
    setting_key: &'static str,
    payload: Payload,
    kind: Kind,
    known: Known,
) -> Restriction {
    Restriction { apple_key, setting_key, payload, kind, ios: known.ios, macos: known.macos, exact: true }
}

/// Every restriction key that Lanyard knows. A setting stands here at most once for each platform.
pub const RESTRICTIONS: &[Restriction] = &[
    pass("forcePIN", "passcode.required", Kind::Require),
    pass("minLength", "passcode.min_length", Kind::AtLeast),
    pass("allowSimple", "passcode.allow_simple", Kind::Allow),
    pass("requireAlphanumeric", "passcode.require_letter", Kind::Require),
    pass("minComplexChars", "passcode.min_special", Kind::AtLeast),
    pass("maxFailedAttempts", "passcode.max_failed_attempts", Kind::AtMost),
    pass("maxInactivity", "lock.after_minutes", Kind::Minutes),
    pass("maxGracePeriod", "lock.grace_minutes", Kind::Minutes),
    rule("allowFingerprintForUnlock", "unlock.allow_biometric", Kind::Allow, BOTH),
    rule("allowAutoUnlock", "unlock.allow_watch", Kind::Allow, BOTH),
    rule("enforcedFingerprintTimeout", "unlock.passcode_after_hours", Kind::HoursInSeconds, MAC),
    rule("allowLockScreenNotificationsView", "lock_screen.allow_notifications", Kind::Allow, IOS),
    rule("allowLockScreenTodayView", "lock_screen.allow_today", Kind::Allow, IOS),
    rule("allowAssistantWhileLocked", "lock_screen.allow_assistant", Kind::Allow, IOS),
    rule("allowLockScreenControlCenter", "lock_screen.allow_controls", Kind::Allow, IOS),
    rule("forceWiFiToAllowedNetworksOnly", "wifi.only_listed", Kind::Require, IOS),
    helps("allowBluetoothSharingModification", "bluetooth.allow_file_transfer", Kind::Allow, MAC),
    rule("allowAirDrop", "airdrop.allow", Kind::Allow, BOTH),
    rule("allowPersonalHotspotModification", "hotspot.allow_change", Kind::Allow, IOS),
    helps("allowInternetSharingModification", "sharing.allow_internet_sharing", Kind::Allow, MAC),
    rule("blockedAppBundleIDs", "apps.blocked", Kind::List, IOS),
    rule("allowUIAppInstallation", "apps.allow_user_install", Kind::Allow, IOS),
    rule("allowMarketplaceAppInstallation", "apps.allow_marketplaces", Kind::Allow, IOS),
    rule("allowWebDistributionAppInstallation", "apps.allow_web_install", Kind::Allow, IOS),
    rule("allowAppClips", "apps.allow_clips", Kind::Allow, IOS),
    rule("allowAppsToBeHidden", "apps.allow_hidden", Kind::Allow, IOS),
    rule("allowEnterpriseAppTrust", "apps.allow_untrusted_developers", Kind::Allow, IOS),
    rule("allowAccountModification", "accounts.allow_change", Kind::Allow, BOTH),
    rule("allowOpenFromManagedToUnmanaged", "data.allow_managed_to_unmanaged", Kind::Allow, IOS),
    rule("allowOpenFromUnmanagedToManaged", "data.allow_unmanaged_to_managed", Kind::Allow, IOS),
    rule("requireManagedPasteboard", "data.managed_clipboard", Kind::Require, IOS),
    rule("allowCloudPrivateRelay", "web.allow_private_relay", Kind::Allow, BOTH),
    rule("allowVPNCreation", "web.allow_user_vpn", Kind::Allow, IOS),
    rule("allowHostPairing", "usb.allow_host_pairing", Kind::Allow, IOS),
    rule("allowFilesUSBDriveAccess", "usb.allow_drives", Kind::Allow, IOS),
    rule("allowFilesNetworkDriveAccess", "files.allow_network_drives", Kind::Allow, IOS),
    rule("allowUIConfigurationProfileInstallation", "profiles.allow_user_install", Kind::Allow, BOTH),
    rule("allowEraseContentAndSettings", "device.allow_user_erase", Kind::Allow, BOTH),
    rule("allowCloudPhotoLibrary", "cloud.allow_photo_library", Kind::Allow, BOTH),
    rule("allowSharedStream", "cloud.allow_shared_albums", Kind::Allow, IOS),
    rule("allowCloudBackup", "cloud.allow_backup", Kind::Allow, IOS),
    rule("allowCloudDocumentSync", "cloud.allow_documents", Kind::Allow, BOTH),
    rule("allowManagedAppsCloudSync", "cloud.allow_managed_apps", Kind::Allow, IOS),
    rule("forceEncryptedBackup", "backup.require_encryption", Kind::Require, IOS),
    rule("allowActivityContinuation", "handoff.allow", Kind::Allow, BOTH),
    rule("allowiPhoneMirroring", "mirroring.allow", Kind::Allow, BOTH),
    rule("allowLiveVoicemail", "voicemail.allow_live", Kind::Allow, IOS),
];

/// Names under which older systems report a key that Apple has since renamed: (old, new). For reading only.
pub const OLDER_NAMES: &[(&str, &str)] = &[
    ("blacklistedAppBundleIDs", "blockedAppBundleIDs"),
    ("forceWiFiWhitelisting", "forceWiFiToAllowedNetworksOnly"),
];

/// Returns the entry for one of Apple's keys, under its present or an older name.
#[must_use]
pub fn by_apple_key(key: &str) -> Option<&'static Restriction> {
    let key = OLDER_NAMES.iter().find(|(old, _)| *old == key).map_or(key, |(_, new)| *new);
    RESTRICTIONS.iter().find(|entry| entry.apple_key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_key_and_each_setting_stands_once() {
        let keys: BTreeSet<_> = RESTRICTIONS.iter().map(|entry| entry.apple_key).collect();
        let settings: BTreeSet<_> = RESTRICTIONS.iter().map(|entry| entry.setting_key).collect();
        assert_eq!((keys.len(), settings.len()), (RESTRICTIONS.len(), RESTRICTIONS.len()));
        assert!(RESTRICTIONS.iter().all(|entry| entry.ios || entry.macos), "a key that no platform knows");
    }

    #[test]
    fn every_setting_is_in_the_vocabulary() {
        let vocabulary = include_str!("../../../policy/vocabulary.toml");
        for entry in RESTRICTIONS {
            assert!(
                vocabulary.contains(&format!("key = \"{}\"", entry.setting_key)),
                "{} is not in policy/vocabulary.toml",
                entry.setting_key
            );
        }
    }

    #[test]
    fn older_names_lead_to_the_present_key() {
        for (old, new) in OLDER_NAMES {
            assert_eq!(by_apple_key(old).unwrap().apple_key, *new);
        }
        assert_eq!(by_apple_key("allowCamera"), None);
    }

    #[test]
    fn polarity_follows_the_vendor_s_prefix() {
        for entry in RESTRICTIONS {
            match entry.kind {
                Kind::Allow => assert!(entry.apple_key.starts_with("allow"), "{}", entry.apple_key),
                Kind::Require => assert!(
                    entry.apple_key.starts_with("force") || entry.apple_key.starts_with("require"),
                    "{}",
                    entry.apple_key
                ),
                _ => {}
            }
        }
    }
}
