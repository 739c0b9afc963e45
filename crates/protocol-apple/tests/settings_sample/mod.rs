//! A policy that uses every setting of the vocabulary, strict throughout, and the same with everything allowed.

use std::collections::BTreeMap;

use domain::{Network, NetworkSecurity, SettingKey, SettingValue};
use protocol_apple::settings::{Group, NetworkIdentity, ProfileOptions};

/// Returns the names of all settings, from the repository's own register.
pub(crate) fn vocabulary() -> Vec<String> {
    let register = include_str!("../../../../policy/vocabulary.toml");
    let names = register.lines().filter_map(|line| line.strip_prefix("key = \"")?.strip_suffix('"'));
    names.map(str::to_owned).collect()
}

pub(crate) fn network(ssid: &str, security: NetworkSecurity) -> Network {
    let trusted_servers = vec!["radius.force.example".to_owned()];
    Network { ssid: ssid.to_owned(), security, auto_join: true, trusted_servers }
}

fn yes() -> SettingValue {
    SettingValue::Bool(true)
}

fn no() -> SettingValue {
    SettingValue::Bool(false)
}

fn text(words: &str) -> SettingValue {
    SettingValue::Text(words.to_owned())
}

fn list(words: &[&str]) -> SettingValue {
    SettingValue::List(words.iter().map(|word| (*word).to_owned()).collect())
}

fn group(id: &str, title: &str, clauses: &[&str], values: &[(&str, SettingValue)]) -> Group {
    Group {
        id: id.to_owned(),
        title: title.to_owned(),
        values: values.iter().map(|(key, value)| (SettingKey::new(*key), value.clone())).collect(),
        clauses: clauses.iter().map(|clause| clause.parse().unwrap()).collect(),
    }
}

/// Returns every setting, at a value that asks something.
pub(crate) fn strict() -> Vec<Group> {
    vec![custody(), passwords(), wireless(), apps(), web(), data()]
}

fn custody() -> Group {
    group(
        "mdu-3",
        "Keeping the device safe",
        &["MDU-3.4", "MDU-3.6", "MDU-3.8"],
        &[
            ("apps.allow_untrusted_developers", no()),
            ("apps.require_signed", yes()),
            ("device.allow_user_erase", no()),
            ("disk.require_encryption", yes()),
            ("lock_screen.allow_assistant", no()),
            ("lock_screen.allow_controls", no()),
            ("lock_screen.allow_notifications", no()),
            ("lock_screen.allow_today", no()),
            ("management.allow_removal", no()),
            ("notice.sign_in_text", text("Police property. Use is monitored.")),
            ("profiles.allow_user_install", no()),
            ("usb.allow_host_pairing", no()),
        ],
    )
}

fn passwords() -> Group {
    group(
        "mdu-6",
        "Passwords",
        &["MDU-6.6", "MDU-6.2a"],
        &[
            ("lock.after_minutes", SettingValue::Count(5)),
            ("lock.grace_minutes", SettingValue::Count(0)),
            ("passcode.allow_simple", no()),
            ("passcode.forbid_personal_strings", yes()),
            ("passcode.forbid_words", list(&["police", "norfolk"])),
            ("passcode.max_failed_attempts", SettingValue::Count(10)),
            ("passcode.min_length", SettingValue::Count(9)),
            ("passcode.min_special", SettingValue::Count(1)),
            ("passcode.require_letter", yes()),
            ("passcode.require_mixed_case", yes()),
            ("passcode.required", yes()),
            ("passcode.wipe_after_failures", yes()),
            ("unlock.allow_automatic_sign_in", no()),
            ("unlock.allow_biometric", no()),
            ("unlock.allow_watch", no()),
            ("unlock.passcode_after_hours", SettingValue::Count(24)),
            ("unlock.passcode_after_restart", yes()),
            ("voicemail.allow_live", no()),
        ],
    )
}

fn wireless() -> Group {
    let networks = vec![
        network("FORCE-CORP", NetworkSecurity::Wpa3Enterprise),
        network("FORCE-VEHICLE", NetworkSecurity::Wpa2Enterprise),
        network("CUSTODY <1>", NetworkSecurity::Wpa2Personal),
    ];
    group(
        "mdu-8",
        "Wi-Fi and Bluetooth",
        &["MDU-8.1", "MDU-9.1"],
        &[
            ("airdrop.allow", no()),
            ("bluetooth.allow_contact_and_message_sync", no()),
            ("bluetooth.allow_file_transfer", no()),
            ("bluetooth.enabled", yes()),
            ("hotspot.allow_change", no()),
            ("sharing.allow_internet_sharing", no()),
            ("wifi.allow_ad_hoc", no()),
            ("wifi.networks", SettingValue::Networks(networks)),
            ("wifi.only_listed", yes()),
        ],
    )
}

fn apps() -> Group {
    group(
        "mdu-10",
        "Apps and accounts",
        &["MDU-10.1", "MDU-13.1"],
        &[
            ("accounts.allow_change", no()),
            ("accounts.allow_guest", no()),
            ("accounts.only_official_social", yes()),
            ("apps.allow_clips", no()),
            ("apps.allow_hidden", no()),
            ("apps.allow_marketplaces", no()),
            ("apps.allow_user_install", no()),
            ("apps.allow_web_install", no()),
            ("apps.blocked", list(&["com.facebook.Facebook", "com.burbn.instagram"])),
            ("apps.links_address", text("https://links.force.example/")),
            ("location.deny_in_social_apps", yes()),
        ],
    )
}

fn web() -> Group {
    group(
        "mdu-12",
        "Mail and web",
        &["MDU-11.3", "MDU-12.1"],
        &[
            ("mail.domains", list(&["norfolk.police.example"])),
            ("mail.host", text("outlook.office365.com")),
            ("mail.only_expected_attachments", yes()),
            ("web.allow_private_relay", no()),
            ("web.allow_user_vpn", no()),
            ("web.denied_addresses", list(&["https://gambling.example/", "betting.example"])),
            ("web.filter_adult", yes()),
            ("web.proxy_address", text("https://proxy.force.example/proxy.pac")),
        ],
    )
}

fn data() -> Group {
    group(
        "mdu-14",
        "Images and data",
        &["MDU-14.1"],
        &[
            ("backup.require_encryption", yes()),
            ("cloud.allow_backup", no()),
            ("cloud.allow_documents", no()),
            ("cloud.allow_managed_apps", no()),
            ("cloud.allow_photo_library", no()),
            ("cloud.allow_shared_albums", no()),
            ("data.allow_managed_to_unmanaged", no()),
            ("data.allow_unmanaged_to_managed", no()),
            ("data.managed_clipboard", yes()),
            ("files.allow_network_drives", no()),
            ("handoff.allow", no()),
            ("mirroring.allow", no()),
            ("usb.allow_drives", no()),
        ],
    )
}

/// Returns the strict policy with every yes turned to no and back: the side that asks less.
pub(crate) fn lax() -> Vec<Group> {
    let mut groups = strict();
    for value in groups.iter_mut().flat_map(|group| group.values.values_mut()) {
        if let SettingValue::Bool(flag) = value {
            *flag = !*flag;
        }
    }
    groups
}

/// Returns the strict policy, each setting at the edge of what can be written down.
pub(crate) fn extreme() -> Vec<Group> {
    let mut groups = strict();
    let edges = BTreeMap::from([
        ("lock.after_minutes", 0),
        ("lock.grace_minutes", 10_000),
        ("passcode.max_failed_attempts", 0),
        ("passcode.min_length", 64),
        ("passcode.min_special", 9),
        ("unlock.passcode_after_hours", 10_000),
    ]);
    for (key, value) in groups.iter_mut().flat_map(|group| &mut group.values) {
        if let Some(edge) = edges.get(key.as_str()) {
            *value = SettingValue::Count(*edge);
        }
    }
    groups
}

/// Options with a certificate for the networks.
pub(crate) fn options() -> ProfileOptions {
    ProfileOptions {
        network_identity: Some(NetworkIdentity {
            scep_url: "https://lanyard.force.example/scep".to_owned(),
            ca_name: Some("wifi".to_owned()),
            ca_fingerprint: Some(vec![7; 32]),
            common_name: "F2LXYZ".to_owned(),
            challenge: Some(domain::Secret::new("one-time".to_owned())),
            anchors: vec![vec![0x30, 0x03, 0x02, 0x01, 0x05]],
        }),
        ..ProfileOptions::new("Norfolk and Suffolk", "uk.police.lanyard")
    }
}
