//! What comes of a policy: the same bytes for the same settings, other UUIDs for others, and a refusal rather than a
//! profile that cuts a device off.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

#[path = "settings_sample/mod.rs"]
#[expect(dead_code, reason = "the schema test uses the rest")]
mod sample;

use std::collections::BTreeMap;

use domain::{NetworkSecurity, SettingKey, SettingValue};
use plist::Value;
use proptest::prelude::*;
use protocol_apple::settings::{
    CompileError, Compiled, Group, OsVersion, Profile, ProfileOptions, Switch, Target, compile,
};

const TARGETS: [Target; 2] = [Target::IosIpados, Target::Macos];

fn group(id: &str, values: &[(&str, SettingValue)]) -> Group {
    Group {
        id: id.to_owned(),
        title: format!("Group {id}"),
        values: values.iter().map(|(key, value)| (SettingKey::new(*key), value.clone())).collect(),
        clauses: Vec::new(),
    }
}

fn plain() -> ProfileOptions {
    ProfileOptions::new("Force", "uk.police.lanyard")
}

fn done(target: Target, groups: &[Group]) -> Compiled {
    compile(target, groups, &plain()).unwrap()
}

fn xml(profile: &Profile) -> &str {
    std::str::from_utf8(&profile.bytes).unwrap()
}

fn uuids(compiled: &Compiled) -> BTreeMap<&str, &str> {
    compiled.profiles.iter().map(|profile| (profile.group.as_str(), profile.uuid.as_str())).collect()
}

fn networks(list: &[(&str, NetworkSecurity)]) -> SettingValue {
    SettingValue::Networks(list.iter().map(|(ssid, security)| sample::network(ssid, *security)).collect())
}

#[test]
fn the_profile_for_passwords_on_an_iphone() {
    let compiled = compile(Target::IosIpados, &sample::strict(), &sample::options()).unwrap();
    let profile = compiled.profiles.iter().find(|profile| profile.group == "mdu-6").unwrap();
    insta::assert_snapshot!(xml(profile));
}

#[test]
fn the_profile_for_passwords_on_a_mac() {
    let compiled = compile(Target::Macos, &sample::strict(), &sample::options()).unwrap();
    let profile = compiled.profiles.iter().find(|profile| profile.group == "mdu-6").unwrap();
    insta::assert_snapshot!(xml(profile));
}

#[test]
fn the_profile_for_networks_on_an_iphone() {
    let compiled = compile(Target::IosIpados, &sample::strict(), &sample::options()).unwrap();
    let profile = compiled.profiles.iter().find(|profile| profile.group == "mdu-8").unwrap();
    insta::assert_snapshot!(xml(profile));
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    let mut turned = sample::strict();
    turned.reverse();
    for group in &mut turned {
        group.clauses.reverse();
        for value in group.values.values_mut() {
            if let SettingValue::Networks(list) = value {
                list.reverse();
            }
        }
    }
    for target in TARGETS {
        let straight = compile(target, &sample::strict(), &sample::options()).unwrap();
        assert_eq!(compile(target, &turned, &sample::options()).unwrap(), straight);
    }
}

#[test]
fn another_value_changes_its_own_profile_and_no_other() {
    let mut changed = sample::strict();
    let passwords = changed.iter_mut().find(|group| group.id == "mdu-6").unwrap();
    passwords.values.insert(SettingKey::new("passcode.min_length"), SettingValue::Count(10));
    for target in TARGETS {
        let (before, after) = (done(target, &sample::strict()), done(target, &changed));
        let differ: Vec<&str> = uuids(&before)
            .into_iter()
            .filter(|(group, uuid)| uuids(&after)[group] != *uuid)
            .map(|(group, _)| group)
            .collect();
        assert_eq!(differ, ["mdu-6"], "{target:?}");
        for profile in &after.profiles {
            let uuid: uuid::Uuid = profile.uuid.parse().unwrap();
            assert_eq!((uuid.get_version_num(), profile.uuid.to_uppercase()), (8, profile.uuid.clone()));
            assert_eq!(profile.identifier, format!("uk.police.lanyard.{}", profile.group));
        }
    }
}

#[test]
fn a_device_s_own_word_and_name_change_the_bytes_and_not_the_uuid() {
    let (one, mut other) = (sample::options(), sample::options());
    let identity = other.network_identity.as_mut().unwrap();
    identity.challenge = Some(domain::Secret::new("another word".to_owned()));
    identity.common_name = "C02ABC".to_owned();
    let compile = |options| compile(Target::IosIpados, &sample::strict(), options).unwrap();
    let (one, other) = (compile(&one), compile(&other));
    assert_eq!(uuids(&one), uuids(&other));
    assert_ne!(one, other);
    let shown = format!("{one:?}");
    assert!(shown.contains("uk.police.lanyard.mdu-8") && !shown.contains("one-time"), "{shown}");
}

#[test]
fn a_group_without_a_key_has_no_profile() {
    let groups = [group("a", &[("accounts.only_official_social", SettingValue::Bool(true))])];
    for target in TARGETS {
        assert_eq!(done(target, &groups).profiles, []);
    }
}

#[test]
fn two_keys_are_never_written() {
    for target in TARGETS {
        for groups in [sample::strict(), sample::lax(), sample::extreme()] {
            for profile in done(target, &groups).profiles {
                assert!(!xml(&profile).contains("maxPINAgeInDays"));
                assert!(!xml(&profile).contains("allowUnpairedExternalBootToRecovery"));
            }
        }
    }
}

#[test]
fn a_mac_s_password_rule_holds_together_what_two_clauses_ask() {
    let groups = [
        group("a", &[("passcode.min_length", SettingValue::Count(9))]),
        group("b", &[("passcode.require_mixed_case", SettingValue::Bool(true))]),
    ];
    let compiled = done(Target::Macos, &groups);
    let rules: Vec<&str> =
        compiled.profiles.iter().filter(|profile| xml(profile).contains("customRegex")).map(xml).collect();
    assert_eq!(rules.len(), 1, "two rules could contradict each other");
    assert!(rules[0].contains("^(?=.*[a-z])(?=.*[A-Z]).{9,}$"), "{}", rules[0]);
}

#[test]
fn networks_come_before_the_rule_that_only_they_may_be_joined() {
    let groups = [
        group("a", &[("wifi.only_listed", SettingValue::Bool(true))]),
        group("b", &[("wifi.networks", networks(&[("FORCE", NetworkSecurity::Wpa2Personal)]))]),
        group("c", &[("airdrop.allow", SettingValue::Bool(false))]),
    ];
    let compiled = done(Target::IosIpados, &groups);
    let order: Vec<&str> = compiled.profiles.iter().map(|profile| profile.group.as_str()).collect();
    assert_eq!(order, ["b", "c", "a"]);
}

#[test]
fn a_list_that_would_cut_a_device_off_is_refused() {
    let only = ("wifi.only_listed", SettingValue::Bool(true));
    let no_list = [group("a", std::slice::from_ref(&only))];
    let refused = compile(Target::IosIpados, &no_list, &plain()).unwrap_err();
    assert_eq!(refused, CompileError::EmptyAllowList { group: "a".to_owned() });
    // A Mac is not cut off: an administrator chooses.
    assert_eq!(done(Target::Macos, &no_list).profiles.len(), 1);
    let empty = [group("a", &[only.clone(), ("wifi.networks", SettingValue::Networks(Vec::new()))])];
    assert!(matches!(compile(Target::IosIpados, &empty, &plain()), Err(CompileError::Value { .. })));

    let corporate = networks(&[("FORCE", NetworkSecurity::Wpa2Enterprise)]);
    let groups = [group("a", &[only, ("wifi.networks", corporate)])];
    let wifi_only = ProfileOptions { wifi_only_hardware: true, ..plain() };
    let refused = compile(Target::IosIpados, &groups, &wifi_only).unwrap_err();
    assert_eq!(refused, CompileError::NoReachableNetwork { group: "a".to_owned() });
    let with_identity = ProfileOptions { wifi_only_hardware: true, ..sample::options() };
    assert!(compile(Target::IosIpados, &groups, &with_identity).is_ok());
    let warned = done(Target::IosIpados, &groups).warnings;
    assert!(warned.iter().any(|warning| warning.text.contains("cannot join")), "{warned:?}");
}

#[test]
fn contradictions_and_slips_are_refused() {
    let airdrop = ("airdrop.allow", SettingValue::Bool(false));
    let twice =
        networks(&[("FORCE", NetworkSecurity::Wpa2Personal), ("FORCE", NetworkSecurity::Wpa3Personal)]);
    let long = networks(&[("123456789012345678901234567890123", NetworkSecurity::Wpa2Personal)]);
    for (groups, said) in [
        (
            vec![group("a", std::slice::from_ref(&airdrop)), group("b", std::slice::from_ref(&airdrop))],
            "merge",
        ),
        (vec![group("a", &[]), group("A", &[])], "two groups"),
        (vec![group("a b", &[])], "identifier"),
        (vec![group("a", &[("wifi.networks", twice)])], "listed twice"),
        (vec![group("a", &[("wifi.networks", long)])], "1 to 32 bytes"),
        (vec![group("a", &[("airdrop.allow", SettingValue::Count(0))])], "true or false"),
        (vec![Group { title: "\u{0}".to_owned(), ..group("a", &[]) }], "title"),
    ] {
        let refused = compile(Target::IosIpados, &groups, &plain()).unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
    }
    for (options, said) in [
        (ProfileOptions { minimum_ios: OsVersion::new(16, 4), ..plain() }, "17.0 and later"),
        (ProfileOptions { identifier_prefix: "uk police".to_owned(), ..plain() }, "identifier"),
        (ProfileOptions { organisation: String::new(), ..plain() }, "organisation"),
    ] {
        let refused = compile(Target::IosIpados, &[], &options).unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
    }
}

#[test]
fn removal_is_refused_if_the_service_or_the_policy_says_so() {
    let base = ("airdrop.allow", SettingValue::Bool(false));
    let policy = ("management.allow_removal", SettingValue::Bool(false));
    let refuses = |values: &[(&str, SettingValue)], removal_allowed| {
        let options = ProfileOptions { removal_allowed, ..plain() };
        let compiled = compile(Target::IosIpados, &[group("a", values)], &options).unwrap();
        let top: Value = plist::from_bytes(&compiled.profiles[0].bytes).unwrap();
        top.as_dictionary().unwrap().get("PayloadRemovalDisallowed").unwrap().as_boolean().unwrap()
    };
    assert!(refuses(std::slice::from_ref(&base), false));
    assert!(!refuses(std::slice::from_ref(&base), true));
    assert!(refuses(&[base, policy], true));
}

#[test]
fn what_no_profile_carries_is_named_for_the_command() {
    let compiled = done(Target::IosIpados, &sample::strict());
    assert_eq!(compiled.switches, [Switch::Bluetooth(true), Switch::PersonalHotspot(false)]);
    assert_eq!(done(Target::Macos, &sample::strict()).switches, [Switch::Bluetooth(true)]);
}

#[test]
fn a_wipe_without_a_count_gets_one_and_a_count_without_a_wipe_is_warned_of() {
    let wipe = |wipes| ("passcode.wipe_after_failures", SettingValue::Bool(wipes));
    let compiled = done(Target::IosIpados, &[group("a", &[wipe(true)])]);
    assert!(xml(&compiled.profiles[0]).contains("<key>maxFailedAttempts</key>\n\t\t\t<integer>11</integer>"));
    assert!(compiled.warnings[0].to_string().contains("no number of attempts"));
    let count = ("passcode.max_failed_attempts", SettingValue::Count(10));
    let compiled = done(Target::IosIpados, &[group("a", &[count, wipe(false)])]);
    assert!(compiled.warnings[0].text.contains("also wipe"));
}

#[test]
fn newer_systems_need_no_warning_of_later_keys() {
    let says = |options: &ProfileOptions| {
        let compiled = compile(Target::IosIpados, &sample::strict(), options).unwrap();
        compiled.warnings.iter().any(|warning| warning.text.contains("allowLiveVoicemail"))
    };
    assert!(says(&plain()));
    assert!(!says(&ProfileOptions { minimum_ios: OsVersion::new(18, 0), ..plain() }));
}

#[test]
fn a_setting_without_a_rule_is_warned_of() {
    let groups = [group("a", &[("passcode.min_lenght", SettingValue::Count(9))])];
    let compiled = done(Target::IosIpados, &groups);
    assert!(compiled.profiles.is_empty());
    assert!(compiled.warnings[0].text.contains("passcode.min_lenght"));
}

fn of_words(notice: &str, word: &str, ssid: &str) -> Vec<Group> {
    vec![group(
        "a",
        &[
            ("notice.sign_in_text", SettingValue::Text(notice.to_owned())),
            ("apps.blocked", SettingValue::List([word.to_owned()].into())),
            ("wifi.networks", networks(&[(ssid, NetworkSecurity::Wpa2Personal)])),
        ],
    )]
}

proptest! {
    #[test]
    fn what_a_person_writes_stands_in_the_profile_as_written(
        notice in "\\PC{0,40}x", word in "x\\PC{0,20}", ssid in "\\PC{0,7}x",
    ) {
        let compiled = done(Target::IosIpados, &of_words(&notice, &word, &ssid));
        let top: Value = plist::from_bytes(&compiled.profiles[0].bytes).unwrap();
        let payloads = top.as_dictionary().unwrap().get("PayloadContent").unwrap().as_array().unwrap();
        let find = |key: &str| payloads.iter().find_map(|payload| payload.as_dictionary()?.get(key));
        prop_assert_eq!(find("LockScreenFootnote"), Some(&Value::from(notice)));
        prop_assert_eq!(find("SSID_STR"), Some(&Value::from(ssid)));
        prop_assert_eq!(find("blockedAppBundleIDs"), Some(&Value::Array(vec![word.into()])));
    }

    #[test]
    fn no_text_makes_a_profile_that_cannot_be_read(
        notice in any::<String>(), word in any::<String>(), ssid in any::<String>(),
    ) {
        for target in TARGETS {
            if let Ok(compiled) = compile(target, &of_words(&notice, &word, &ssid), &plain()) {
                prop_assert!(plist::from_bytes::<Value>(&compiled.profiles[0].bytes).is_ok());
            }
        }
    }
}
