//! Every command that Lanyard can send, against the vendor's published schema: its keys, their types and values, the
//! platforms, the rights and the need for supervision. The checker is tested on commands that are wrong on purpose.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may stop, and says when it is skipped")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use domain::{Platform, Secret};
use plist::{Dictionary, Value};
use protocol_apple::commands::{
    AccessRight, Command, Erase, Meta, Obliteration, Pin, ReturnToService, SettingItem, device_queries,
};
use protocol_apple::plist_io::{DEFAULT_LIMIT, read_dictionary};
use serde_norway::Value as Yaml;

/// Returns the schema's files by request type; `None` (and a word on it) where the folder is absent.
fn schema() -> Option<BTreeMap<String, Yaml>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/schemas/apple/mdm/commands");
    if !folder.is_dir() {
        eprintln!("skipped: ../shared is absent");
        return None;
    }
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    // The tree of `managed.application.configuration` and its like is not needed, and some files refer to themselves.
    let wanted: BTreeSet<_> = every_command().iter().map(Command::request_type).collect();
    let named = files.filter_map(|text| {
        let name = text.lines().find_map(|line| line.strip_prefix("  requesttype: "))?.to_owned();
        wanted.contains(name.as_str()).then(|| (name, serde_norway::from_str(&text).unwrap()))
    });
    Some(named.collect())
}

fn pin() -> Option<Pin> {
    Pin::new("314159".into())
}

fn secret(bytes: &[u8]) -> Secret<Vec<u8>> {
    Secret::new(bytes.to_vec())
}

/// Returns each command with every option used that an iPhone knows, then those of a Mac.
fn every_command() -> Vec<Command> {
    let text = || Some("text".to_owned());
    let back = ReturnToService { wifi_profile: Some(secret(b"w")), mdm_profile: Some(secret(b"m")) };
    let phone_erase = Erase {
        preserve_data_plan: true,
        disallow_proximity_setup: true,
        return_to_service: Some(back),
        ..Erase::default()
    };
    let mut all = vec![
        Command::InstallProfile { profile: secret(b"profile") },
        Command::RemoveProfile { identifier: "uk.police.lanyard.mdu-6".into() },
        Command::Unenrol { identifier: "uk.police.lanyard.enrolment".into() },
        Command::ProfileList,
        Command::DeviceInformation { queries: device_queries(Platform::Ios) },
        Command::DeviceInformation { queries: device_queries(Platform::Macos) },
        Command::SecurityInfo,
        Command::Restrictions { by_profile: true },
        Command::InstalledApplicationList,
        Command::CertificateList,
        Command::DeviceLock { pin: None, message: text(), phone_number: text() },
        Command::DeviceLock { pin: pin(), message: text(), phone_number: text() },
        Command::EnableLostMode { message: text(), phone_number: text(), footnote: text() },
        Command::DisableLostMode,
        Command::DeviceLocation,
        Command::PlayLostModeSound,
        Command::ClearPasscode { unlock_token: secret(b"token") },
        Command::ActivationLockBypassCode,
        Command::EraseDevice(Box::new(phone_erase)),
        Command::RestartDevice { notify_user: false },
        Command::RestartDevice { notify_user: true },
        Command::ShutDownDevice,
        Command::DeviceConfigured,
        Command::Settings { items: phone_items() },
        Command::Settings { items: mac_items() },
    ];
    for obliteration in [
        Obliteration::Default,
        Obliteration::DoNotObliterate,
        Obliteration::ObliterateWithWarning,
        Obliteration::Always,
    ] {
        let erase = Erase { pin: pin(), obliteration: Some(obliteration), ..Erase::default() };
        all.push(Command::EraseDevice(Box::new(erase)));
    }
    all
}

fn mac_items() -> Vec<SettingItem> {
    let (phone, email) = (Some("101".to_owned()), Some("ict@police.example".to_owned()));
    vec![
        SettingItem::Bluetooth { enabled: true },
        SettingItem::DeviceName { name: "NC-LT-00412".into() },
        SettingItem::Organisation { name: "Constabulary".into(), phone, email },
        SettingItem::ActivationLock { allowed: false },
    ]
}

fn phone_items() -> Vec<SettingItem> {
    let mut all = mac_items();
    all.push(SettingItem::PersonalHotspot { enabled: false });
    all.push(SettingItem::DataRoaming { enabled: false });
    all.push(SettingItem::TimeZone { zone: "Europe/London".into() });
    all
}

/// Returns what the schema says of one platform; the schema tells iPad from iPhone only for Shared iPad.
fn support<'a>(key: &'a Yaml, platform: Platform, field: &str) -> Option<&'a Yaml> {
    let system = if platform == Platform::Macos { "macOS" } else { "iOS" };
    key.get("supportedOS")?.get(system)?.get(field)
}

fn absent_on(key: &Yaml, platform: Platform) -> bool {
    support(key, platform, "introduced").and_then(Yaml::as_str) == Some("n/a")
}

fn keys<'a>(of: &'a Yaml, field: &str) -> Vec<&'a Yaml> {
    of.get(field).and_then(Yaml::as_sequence).map(|all| all.iter().collect()).unwrap_or_default()
}

fn name(key: &Yaml) -> &str {
    key.get("key").and_then(Yaml::as_str).unwrap()
}

/// Collects everything that is wrong with the keys of a dictionary.
fn check_keys(
    known: &[&Yaml],
    found: &Dictionary,
    platform: Platform,
    path: &str,
    problems: &mut Vec<String>,
) {
    for (key, value) in found {
        match known.iter().find(|known| name(known) == key) {
            Some(known) => check(known, value, platform, &format!("{path}.{key}"), problems),
            None => problems.push(format!("{path}.{key}: no such key")),
        }
    }
    for key in known.iter().filter(|key| key.get("presence").and_then(Yaml::as_str) == Some("required")) {
        if !found.contains_key(name(key)) {
            problems.push(format!("{path}.{}: required and missing", name(key)));
        }
    }
}

fn check(known: &Yaml, value: &Value, platform: Platform, path: &str, problems: &mut Vec<String>) {
    if absent_on(known, platform) {
        problems.push(format!("{path}: not on {platform}"));
    }
    let inner = keys(known, "subkeys");
    match (known.get("type").and_then(Yaml::as_str).unwrap(), value) {
        ("<boolean>", Value::Boolean(_)) | ("<data>", Value::Data(_)) | ("<integer>", Value::Integer(_)) => {}
        ("<string>", Value::String(text)) => {
            let allowed = keys(known, "rangelist");
            if !allowed.is_empty() && !allowed.iter().any(|word| word.as_str() == Some(text)) {
                problems.push(format!("{path}: {text} is not one of the allowed words"));
            }
            // The questions of DeviceInformation stand as the keys of the one string that the list holds.
            if !inner.is_empty() {
                match inner.iter().find(|known| name(known) == text) {
                    Some(question) if absent_on(question, platform) => {
                        problems.push(format!("{path}: {text} is not on {platform}"));
                    }
                    Some(_) => {}
                    None => problems.push(format!("{path}: {text} is no question")),
                }
            }
        }
        ("<dictionary>", Value::Dictionary(all)) => check_keys(&inner, all, platform, path, problems),
        ("<array>", Value::Array(items)) => {
            for item in items {
                // A list of several kinds tells them apart by their `Item`.
                let kind = item.as_dictionary().and_then(|all| all.get("Item")).and_then(Value::as_string);
                match inner.iter().find(|known| inner.len() == 1 || Some(name(known)) == kind) {
                    Some(known) => check(known, item, platform, &format!("{path}[]"), problems),
                    None => problems.push(format!("{path}: no such item as {kind:?}")),
                }
            }
        }
        (wanted, _) => problems.push(format!("{path}: not {wanted}")),
    }
}

/// Returns what is wrong with an encoded command on a platform.
fn problems(schema: &BTreeMap<String, Yaml>, encoded: &[u8], platform: Platform) -> Vec<String> {
    let envelope = read_dictionary(encoded, DEFAULT_LIMIT).unwrap();
    let mut command = envelope.get("Command").unwrap().as_dictionary().unwrap().clone();
    let request = command.remove("RequestType").unwrap().into_string().unwrap();
    let Some(file) = schema.get(&request) else { return vec![format!("{request}: no such command")] };
    let mut found = Vec::new();
    if absent_on(file.get("payload").unwrap(), platform) {
        found.push(format!("{request}: not on {platform}"));
    }
    check_keys(&keys(file, "payloadkeys"), &command, platform, &request, &mut found);
    found
}

const APPLE: [Platform; 3] = [Platform::Ios, Platform::Ipados, Platform::Macos];

#[test]
fn every_command_is_in_the_schema_where_it_is_not_refused() {
    let Some(schema) = schema() else { return };
    let mut sent = 0;
    for command in every_command() {
        for platform in APPLE.into_iter().filter(|platform| command.refusal(*platform, true).is_none()) {
            // The questions differ by platform; each list belongs to one.
            if let Command::DeviceInformation { queries } = &command
                && *queries != device_queries(platform)
            {
                continue;
            }
            assert_eq!(
                problems(&schema, &command.encode("U"), platform),
                [""; 0],
                "{command:?} on {platform}"
            );
            sent += 1;
        }
    }
    assert!(sent > 50, "only {sent} commands were checked");
}

#[test]
fn what_is_refused_is_refused_for_cause() {
    let Some(schema) = schema() else { return };
    for command in every_command() {
        let meta = command.meta();
        let file = schema.get(meta.request_type).unwrap().get("payload").unwrap();
        for platform in APPLE {
            assert_eq!(
                meta.platforms.contains(&platform),
                !absent_on(file, platform),
                "{} on {platform}",
                meta.request_type
            );
            let supervised = support(file, platform, "supervised").and_then(Yaml::as_bool) == Some(true);
            assert_eq!(
                meta.supervised_on.contains(&platform),
                supervised,
                "{} on {platform}",
                meta.request_type
            );
            let right = support(file, platform, "accessrights").and_then(Yaml::as_str);
            if meta.platforms.contains(&platform) {
                assert_eq!(
                    right.and_then(named_right),
                    meta.right.map(Some),
                    "{}: {right:?}",
                    meta.request_type
                );
            }
        }
    }
}

/// Returns the right behind the schema's word; `Some(None)` is "needs none".
fn named_right(word: &str) -> Option<Option<AccessRight>> {
    Some(match word {
        "AllowInspection" => Some(AccessRight::Inspection),
        "AllowInstallationRemoval" => Some(AccessRight::Profiles),
        "AllowPasscodeRemovalAndLock" => Some(AccessRight::LockAndPasscode),
        "AllowDeviceErase" => Some(AccessRight::Erase),
        // Each question of DeviceInformation has a right of its own; most have this one.
        "Special Case" => Some(AccessRight::DeviceInformation),
        "AllowQueryApplications" => Some(AccessRight::Applications),
        "AllowQueryRestrictions" => Some(AccessRight::Restrictions),
        "AllowQuerySecurity" => Some(AccessRight::Security),
        "AllowSettings" => Some(AccessRight::Settings),
        "None" => return None,
        other => unreachable!("the checker does not know the right {other}"),
    })
}

#[test]
fn settings_items_agree_with_the_schema() {
    let Some(schema) = schema() else { return };
    let list = keys(schema.get("Settings").unwrap(), "payloadkeys");
    let known = keys(list.first().unwrap(), "subkeys");
    for item in phone_items() {
        let entry = known.iter().find(|entry| name(entry) == item.item()).unwrap();
        for platform in APPLE {
            assert_eq!(
                item.platforms().contains(&platform),
                !absent_on(entry, platform),
                "{item:?} on {platform}"
            );
        }
        let supervised = support(entry, Platform::Ios, "supervised").and_then(Yaml::as_bool) == Some(true);
        assert_eq!(item.supervised_on_mobile(), supervised, "{item:?}");
    }
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let Some(schema) = schema() else { return };
    let wrong = |body: &str, platform| {
        let whole = format!("<dict><key>Command</key><dict>{body}</dict></dict>");
        problems(&schema, whole.as_bytes(), platform)
    };
    let request = |word: &str| format!("<key>RequestType</key><string>{word}</string>");
    let lock = request("DeviceLock");
    for (body, platform, expected) in [
        (request("SelfDestruct"), Platform::Ios, "SelfDestruct: no such command"),
        (request("EnableLostMode"), Platform::Macos, "EnableLostMode: not on macos"),
        (format!("{lock}<key>Pin</key><string>1</string>"), Platform::Macos, "DeviceLock.Pin: no such key"),
        (format!("{lock}<key>PIN</key><string>1</string>"), Platform::Ios, "DeviceLock.PIN: not on ios"),
        (
            format!("{lock}<key>PIN</key><integer>1</integer>"),
            Platform::Macos,
            "DeviceLock.PIN: not <string>",
        ),
        (request("ClearPasscode"), Platform::Ios, "ClearPasscode.UnlockToken: required and missing"),
        (
            format!("{}<key>ObliterationBehavior</key><string>Gently</string>", request("EraseDevice")),
            Platform::Macos,
            "EraseDevice.ObliterationBehavior: Gently is not one of the allowed words",
        ),
        (
            format!("{}<key>Queries</key><array><string>Mood</string></array>", request("DeviceInformation")),
            Platform::Ios,
            "DeviceInformation.Queries[]: Mood is no question",
        ),
        (
            format!(
                "{}<key>Queries</key><array><string>IsMDMLostModeEnabled</string></array>",
                request("DeviceInformation")
            ),
            Platform::Macos,
            "DeviceInformation.Queries[]: IsMDMLostModeEnabled is not on macos",
        ),
        (
            format!(
                "{}<key>Settings</key><array><dict><key>Item</key><string>Bluetooth</string></dict></array>",
                request("Settings")
            ),
            Platform::Ios,
            "Settings.Settings[].Enabled: required and missing",
        ),
    ] {
        assert_eq!(wrong(&body, platform), [expected]);
    }
}

#[test]
fn each_request_type_has_one_meaning() {
    let mut seen: BTreeMap<&str, &Meta> = BTreeMap::new();
    for command in every_command() {
        let meta = command.meta();
        let first = *seen.entry(meta.request_type).or_insert(meta);
        let same = first == meta || meta.request_type == "RemoveProfile";
        assert!(same, "{}: only the removal of management itself may differ", meta.request_type);
    }
}
