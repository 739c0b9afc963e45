//! Every key that the settings compiler writes, against the vendor's published schema; and the checker against profiles
//! that are wrong on purpose, so that its silence means something.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may stop, and says when it is skipped")]

#[path = "settings_schema/checker.rs"]
mod checker;
#[path = "settings_sample/mod.rs"]
mod sample;

use std::collections::BTreeSet;
use std::path::PathBuf;

use checker::{Device, Schema};
use domain::{SettingKey, SettingValue, Verdict};
use plist::{Dictionary, Value};
use protocol_apple::settings::{LATER_KEYS, OsVersion, ProfileOptions, Target, compile, cover, knows};

const TARGETS: [Target; 2] = [Target::IosIpados, Target::Macos];
const IOS_LATER: &[&str] = &[
    "allowAppsToBeHidden",
    "allowLiveVoicemail",
    "allowMarketplaceAppInstallation",
    "allowWebDistributionAppInstallation",
    "allowiPhoneMirroring",
];
const MAC_LATER: &[&str] = &["allowiPhoneMirroring"];

fn device(target: Target) -> Device {
    let mac = target == Target::Macos;
    let (minimum, later) =
        if mac { (OsVersion::new(14, 0), MAC_LATER) } else { (OsVersion::new(17, 0), IOS_LATER) };
    Device { mac, minimum, supervised: true, later }
}

fn profiles(
    target: Target,
    groups: &[protocol_apple::settings::Group],
    options: &ProfileOptions,
) -> Vec<Dictionary> {
    let compiled = compile(target, groups, options).unwrap();
    let read = |bytes: &[u8]| plist::from_bytes::<Value>(bytes).unwrap().into_dictionary().unwrap();
    compiled.profiles.iter().map(|profile| read(&profile.bytes)).collect()
}

fn types(profiles: &[Dictionary]) -> BTreeSet<String> {
    let payloads =
        profiles.iter().flat_map(|profile| profile.get("PayloadContent").unwrap().as_array().unwrap());
    let name = |payload: &Value| {
        payload.as_dictionary().unwrap().get("PayloadType").unwrap().as_string().unwrap().to_owned()
    };
    payloads.map(name).collect()
}

/// Returns the vendor's schema; `None` (and a word on it) where the folder is absent.
fn vendor_schema(types: &BTreeSet<String>) -> Option<Schema> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/schemas/apple/mdm/profiles");
    if !folder.is_dir() {
        eprintln!("skipped: ../shared is absent");
        return None;
    }
    let mut wanted: Vec<&str> = types.iter().map(String::as_str).collect();
    wanted.extend(["TopLevel", "CommonPayloadKeys"]);
    Some(Schema::read(&folder, &wanted))
}

#[test]
fn every_setting_has_an_answer_and_the_sample_uses_every_setting() {
    let vocabulary: BTreeSet<String> = sample::vocabulary().into_iter().collect();
    assert!(vocabulary.len() > 60, "the register was not read: {vocabulary:?}");
    let groups = sample::strict();
    let used: BTreeSet<String> =
        groups.iter().flat_map(|group| group.values.keys()).map(|key| key.as_str().to_owned()).collect();
    assert_eq!(used, vocabulary);
    for key in &vocabulary {
        assert!(knows(&SettingKey::new(key)), "{key} has no answer for Apple devices");
    }
}

#[test]
fn a_residue_says_what_is_left_and_nothing_else_has_one() {
    for target in TARGETS {
        for (key, value) in sample::strict().iter().flat_map(|group| &group.values) {
            let coverage = cover(target, key, value);
            let enforced = coverage.verdict == Verdict::Enforced;
            assert_eq!(enforced, coverage.residue.is_empty(), "{target:?} {key}");
            assert!(
                coverage.residue.iter().all(|words| words.ends_with('.')),
                "{key}: {:?}",
                coverage.residue
            );
        }
    }
}

#[test]
fn every_emitted_key_is_in_the_vendor_s_schema() {
    let bare = ProfileOptions::new("Norfolk and Suffolk", "uk.police.lanyard");
    for target in TARGETS {
        for groups in [sample::strict(), sample::lax(), sample::extreme()] {
            for options in [&sample::options(), &bare] {
                let profiles = profiles(target, &groups, options);
                let Some(schema) = vendor_schema(&types(&profiles)) else { return };
                assert_eq!(schema.check(&profiles, device(target)), Vec::<String>::new(), "{target:?}");
            }
        }
    }
}

/// The vendor's schema marks what an unsupervised device ignores; a verdict says so too. Bluetooth is switched by a command, which
/// no profile shows, and of the built-in web filter the schema says so in words.
#[test]
fn what_needs_supervision_by_the_vendor_s_schema_needs_it_in_the_verdict() {
    let target = Target::IosIpados;
    for group in sample::strict() {
        for (key, value) in group.values.clone() {
            // A list of networks to join belongs to the setting that allows no others: without one it is refused.
            let with_it = |other: &str| key.as_str() == "wifi.only_listed" && other.starts_with("wifi.");
            let values = group.values.clone().into_iter();
            let alone = protocol_apple::settings::Group {
                values: values.filter(|(other, _)| *other == key || with_it(other.as_str())).collect(),
                ..group.clone()
            };
            let profiles = profiles(target, &[alone], &sample::options());
            let Some(schema) = vendor_schema(&types(&profiles)) else { return };
            let problems = schema.check(&profiles, Device { supervised: false, ..device(target) });
            // The envelope of every profile has such a key as well: it keeps the holder from removing the profile.
            let own = problems.iter().filter(|problem| !problem.starts_with("TopLevel."));
            let marked = own.into_iter().any(|problem| problem.contains("only on supervised devices"));
            let says = cover(target, &key, &value).needs.contains(&domain::Need::Supervision);
            let in_words =
                ["bluetooth.enabled", "web.denied_addresses", "web.filter_adult"].contains(&key.as_str());
            assert_eq!(says, marked || in_words, "{key}: {problems:?}");
        }
    }
}

#[test]
fn the_vendor_s_schema_refuses_what_we_must_not_write() {
    let profiles = profiles(Target::IosIpados, &sample::strict(), &sample::options());
    let Some(schema) = vendor_schema(&types(&profiles)) else { return };
    let refused = |device: Device, what: &str| {
        let problems = schema.check(&profiles, device);
        assert!(problems.iter().any(|problem| problem.contains(what)), "{what}: {problems:?}");
    };
    let ios = device(Target::IosIpados);
    refused(Device { supervised: false, ..ios }, "allowAirDrop: only on supervised devices");
    refused(Device { minimum: OsVersion::new(14, 0), ..ios }, "blockedAppBundleIDs: only from 15.0");
    refused(Device { later: &[], ..ios }, "allowAppsToBeHidden: only from 18.0");
    refused(Device { mac: true, ..ios }, "allowHostPairing: not on this platform");
}

#[test]
fn later_keys_are_written_and_later_by_the_schema_and_named_in_a_residue() {
    let names = |wanted: Target| -> BTreeSet<&str> {
        LATER_KEYS.iter().filter(|key| key.target == wanted).map(|key| key.apple_key).collect()
    };
    assert_eq!(names(Target::IosIpados), IOS_LATER.iter().copied().collect());
    assert_eq!(names(Target::Macos), MAC_LATER.iter().copied().collect());
    let payload_type = "com.apple.applicationaccess";
    let schema = vendor_schema(&BTreeSet::from([payload_type.to_owned()]));
    for later in LATER_KEYS {
        let compiled = compile(later.target, &sample::strict(), &sample::options()).unwrap();
        let written = compiled.profiles.iter().any(|profile| {
            String::from_utf8_lossy(&profile.bytes).contains(&format!("<key>{}</key>", later.apple_key))
        });
        assert!(written, "{later:?} is in the table and not written");
        if let Some(schema) = &schema {
            let mac = later.target == Target::Macos;
            let from = checker::introduced(schema, payload_type, later.apple_key, mac);
            assert_eq!(from, Some(later.from), "{later:?}");
        }
        if !later.came_with_feature {
            let setting = protocol_apple::restrictions::by_apple_key(later.apple_key).unwrap().setting_key;
            let coverage = cover(later.target, &SettingKey::new(setting), &SettingValue::Bool(false));
            assert!(coverage.residue.concat().contains(&later.from.to_string()), "{coverage:?}");
            assert!(compiled.warnings.iter().any(|warning| warning.text.contains(later.apple_key)));
        }
    }
}

const SMALL_SCHEMA: [&str; 5] = [
    "payload: {payloadtype: TopLevel, supportedOS: {iOS: {introduced: '4.0'}}}
payloadkeys: [{key: PayloadContent, type: <array>}]",
    "payload: {payloadtype: CommonPayloadKeys, supportedOS: {iOS: {introduced: '4.0'}}}
payloadkeys: [{key: PayloadType, type: <string>, presence: required}]",
    "payload: {payloadtype: sample, supportedOS: {iOS: {introduced: '4.0', multiple: false}, macOS: {introduced: n/a}}}
payloadkeys:
- {key: must, type: <boolean>, presence: required}
- {key: number, type: <integer>, range: {min: 2, max: 11}}
- {key: word, type: <string>, rangelist: [Auto, Manual]}
- {key: young, type: <boolean>, supportedOS: {iOS: {introduced: '18.0'}}}
- {key: old, type: <boolean>, supportedOS: {iOS: {deprecated: '14.5'}}}
- {key: guarded, type: <boolean>, supportedOS: {iOS: {supervised: true}}}
- {key: foreign, type: <boolean>, supportedOS: {iOS: {introduced: n/a}}}
- {key: words, type: <array>, subkeys: [{key: item, type: <string>}]}
- {key: inner, type: <dictionary>, subkeys: [{key: needed, type: <string>, presence: required}]}
- {key: uuid, type: <string>, format: '^[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{12}$'}",
    "payload: {payloadtype: user-only, supportedOS: {iOS: {introduced: '4.0', devicechannel: false}}}
payloadkeys: []",
    "payload: {payloadtype: mac-only, supportedOS: {iOS: {introduced: n/a}}}
payloadkeys: [{key: any, type: <boolean>}]",
];

fn profile(payloads: &[&str]) -> Dictionary {
    let body: String = payloads.iter().map(|payload| format!("<dict>{payload}</dict>")).collect();
    let xml =
        format!("<plist version=\"1.0\"><dict><key>PayloadContent</key><array>{body}</array></dict></plist>");
    plist::from_bytes::<Value>(xml.as_bytes()).unwrap().into_dictionary().unwrap()
}

fn problems(payloads: &[&str]) -> Vec<String> {
    let mut schema = Schema::default();
    SMALL_SCHEMA.iter().for_each(|text| schema.add(text));
    let device = Device { mac: false, minimum: OsVersion::new(17, 0), supervised: false, later: &[] };
    schema.check(&[profile(payloads)], device)
}

#[test]
fn the_checker_finds_each_kind_of_mistake() {
    let sample = "<key>PayloadType</key><string>sample</string><key>must</key><true/>";
    assert_eq!(problems(&[sample]), Vec::<String>::new());
    for (extra, said) in [
        ("<key>nonsense</key><true/>", "sample.nonsense: no such key"),
        ("<key>number</key><string>3</string>", "sample.number: not <integer>"),
        ("<key>number</key><integer>12</integer>", "sample.number: 12 is out of range"),
        ("<key>number</key><integer>1</integer>", "sample.number: 1 is out of range"),
        ("<key>word</key><string>auto</string>", "is not one of the allowed values"),
        ("<key>young</key><true/>", "sample.young: only from 18.0"),
        ("<key>old</key><true/>", "sample.old: removed or deprecated"),
        ("<key>guarded</key><true/>", "sample.guarded: only on supervised devices"),
        ("<key>foreign</key><true/>", "sample.foreign: not on this platform"),
        ("<key>words</key><array><true/></array>", "sample.words.item: not <string>"),
        ("<key>inner</key><dict/>", "sample.inner.needed: required and missing"),
        ("<key>inner</key><dict><key>other</key><true/></dict>", "sample.inner.other: no such key"),
        ("<key>uuid</key><string>1234</string>", "sample.uuid: not a UUID"),
    ] {
        let found = problems(&[&format!("{sample}{extra}")]);
        assert!(found.iter().any(|problem| problem.contains(said)), "{extra}: {found:?}");
    }
    for (payload, said) in [
        ("<key>PayloadType</key><string>sample</string>", "sample.must: required and missing"),
        ("<key>PayloadType</key><string>unheard</string>", "unheard: no such payload type"),
        ("<key>PayloadType</key><string>user-only</string>", "user-only: not on the device's own channel"),
        ("<key>PayloadType</key><string>mac-only</string><key>any</key><true/>", "any: not on this platform"),
    ] {
        let found = problems(&[payload]);
        assert!(found.iter().any(|problem| problem.contains(said)), "{payload}: {found:?}");
    }
    assert!(problems(&[sample, sample]).contains(&"sample: 2 payloads, one is allowed".to_owned()));
}
