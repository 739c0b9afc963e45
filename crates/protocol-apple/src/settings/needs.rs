//! What a device needs before a setting does anything on it.

use domain::Need;

use super::Target;
use super::rules::{Answer, Rule};
use super::versions::{LATER_KEYS, floor};
use crate::restrictions;

/// Settings that an iPhone or iPad takes and does nothing about while it is not supervised: those whose keys the vendor's schema
/// marks so, the payloads of the proxy and the footnote, the built-in web filter, of which the schema says so in words only, and the
/// command that switches Bluetooth.
pub(super) const SUPERVISED: &[&str] = &[
    "accounts.allow_change",
    "airdrop.allow",
    "apps.allow_clips",
    "apps.allow_hidden",
    "apps.allow_marketplaces",
    "apps.allow_user_install",
    "apps.allow_web_install",
    "apps.blocked",
    "bluetooth.allow_file_transfer",
    "bluetooth.enabled",
    "cloud.allow_documents",
    "device.allow_user_erase",
    "files.allow_network_drives",
    "hotspot.allow_change",
    "mirroring.allow",
    "notice.sign_in_text",
    "profiles.allow_user_install",
    "sharing.allow_internet_sharing",
    "usb.allow_drives",
    "usb.allow_host_pairing",
    "voicemail.allow_live",
    "web.allow_private_relay",
    "web.allow_user_vpn",
    "web.denied_addresses",
    "web.filter_adult",
    "web.proxy_address",
    "wifi.only_listed",
];

/// The setting that only Apple's enrolment service can keep.
const BY_ENROLMENT: &str = "management.allow_removal";

/// Returns what a device of this family needs for a setting.
pub(super) fn needs(target: Target, rule: &Rule) -> Vec<Need> {
    let answer = rule.answer(target);
    if matches!(answer, Answer::Inherent | Answer::No(_)) {
        return Vec::new();
    }
    let mut needs = vec![Need::System(oldest(target, rule.key).to_string())];
    if target == Target::IosIpados && SUPERVISED.contains(&rule.key) {
        needs.push(Need::Supervision);
    }
    if rule.key == BY_ENROLMENT {
        needs.push(Need::AutomatedEnrolment);
    }
    needs
}

/// Returns the oldest system on which the setting does something, or on which there is anything for it to take away.
fn oldest(target: Target, key: &str) -> super::OsVersion {
    let later = LATER_KEYS.iter().find(|later| {
        later.target == target
            && !later.came_with_feature
            && restrictions::by_apple_key(later.apple_key).is_some_and(|known| known.setting_key == key)
    });
    later.map_or_else(|| floor(target), |later| later.from)
}
