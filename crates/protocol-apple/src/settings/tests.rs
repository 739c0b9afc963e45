use std::collections::{BTreeMap, BTreeSet};

use domain::{Need, Network, NetworkSecurity, Verdict};

use super::rules::{Answer, Rule, Shape};
use super::*;
use crate::restrictions::RESTRICTIONS;

const TARGETS: [Target; 2] = [Target::IosIpados, Target::Macos];

/// Returns a value of the rule's shape that asks something.
fn asking(rule: &Rule) -> SettingValue {
    let text = |words: &str| SettingValue::Text(words.to_owned());
    match rule.shape {
        Shape::Allow => SettingValue::Bool(false),
        Shape::Require | Shape::Switch => SettingValue::Bool(true),
        Shape::Least => SettingValue::Count(3),
        Shape::Most => SettingValue::Count(10),
        Shape::Text => text("Police property"),
        Shape::Address => text("https://force.example/"),
        Shape::Host => text("mail.force.example"),
        Shape::Words | Shape::Addresses => SettingValue::List(BTreeSet::from(["force.example".to_owned()])),
        Shape::Networks => SettingValue::Networks(vec![Network {
            ssid: "FORCE".to_owned(),
            security: NetworkSecurity::Wpa2Enterprise,
            auto_join: true,
            trusted_servers: vec!["radius.force.example".to_owned()],
        }]),
    }
}

fn alone(rule: &Rule) -> Group {
    let mut values = BTreeMap::from([(SettingKey::new(rule.key), asking(rule))]);
    if rule.key == "wifi.only_listed" {
        let networks = rules::find("wifi.networks").unwrap();
        values.insert(SettingKey::new(networks.key), asking(networks));
    }
    Group { id: "g".to_owned(), title: "Group".to_owned(), values, clauses: Vec::new() }
}

#[test]
fn a_verdict_and_what_is_sent_agree() {
    for target in TARGETS {
        for rule in rules::all() {
            let compiled =
                compile(target, &[alone(rule)], &ProfileOptions::new("Force", "uk.police.lanyard")).unwrap();
            let sent = !compiled.profiles.is_empty() || !compiled.switches.is_empty();
            let said = match rule.answer(target) {
                Answer::Held | Answer::Depends(_) => true,
                Answer::Inherent | Answer::No(_) => false,
                // Signed code is how iPhone and iPad are made; removal is refused by every profile's head.
                Answer::Partly(_) => !matches!(
                    (rule.key, target),
                    ("apps.require_signed", Target::IosIpados) | ("management.allow_removal", _)
                ),
            };
            assert_eq!(sent, said, "{} on {target:?}", rule.key);
        }
    }
}

#[test]
fn each_rule_stands_once_and_the_shared_table_has_no_other_setting() {
    let keys: Vec<&str> = rules::all().map(|rule| rule.key).collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    for entry in RESTRICTIONS {
        assert!(keys.contains(&entry.setting_key), "{} has no rule", entry.setting_key);
    }
}

#[test]
fn verdicts_are_those_of_the_enforceability_study() {
    use Verdict::{Enforced as E, NotEnforceable as N, Partly as P};
    for (key, ios, macos) in [
        ("passcode.require_letter", P, P),
        ("passcode.require_mixed_case", N, P),
        ("passcode.forbid_words", N, P),
        ("passcode.forbid_personal_strings", N, N),
        ("passcode.wipe_after_failures", E, N),
        ("unlock.passcode_after_hours", N, E),
        ("wifi.only_listed", E, P),
        ("bluetooth.enabled", P, P),
        ("bluetooth.allow_contact_and_message_sync", N, N),
        ("apps.blocked", E, N),
        ("accounts.only_official_social", N, N),
        ("mail.only_expected_attachments", N, N),
        ("web.filter_adult", E, N),
        ("apps.require_signed", P, P),
        ("lock_screen.allow_notifications", P, N),
        ("location.deny_in_social_apps", N, N),
        ("disk.require_encryption", E, E),
    ] {
        let value = asking(rules::find(key).unwrap());
        let verdict = |target| cover(target, &SettingKey::new(key), &value).verdict;
        assert_eq!((verdict(Target::IosIpados), verdict(Target::Macos)), (ios, macos), "{key}");
    }
}

#[test]
fn a_value_that_asks_nothing_is_held_by_doing_nothing() {
    for (key, value) in [
        ("location.deny_in_social_apps", SettingValue::Bool(false)),
        ("bluetooth.allow_contact_and_message_sync", SettingValue::Bool(true)),
        ("passcode.forbid_words", SettingValue::List(BTreeSet::new())),
        ("passcode.min_special", SettingValue::Count(0)),
    ] {
        for target in TARGETS {
            assert_eq!(cover(target, &SettingKey::new(key), &value), Coverage::enforced(), "{key}");
        }
    }
}

#[test]
fn what_was_forgotten_or_misspelt_never_reads_as_held() {
    for (key, value) in [
        ("passcode.min_lenght", SettingValue::Count(9)),
        ("passcode.min_length", SettingValue::Bool(true)),
        ("passcode.min_length", SettingValue::Count(-1)),
        ("wifi.networks", SettingValue::Networks(Vec::new())),
        ("web.proxy_address", SettingValue::Text("proxy.force.example".to_owned())),
    ] {
        for target in TARGETS {
            let coverage = cover(target, &SettingKey::new(key), &value);
            assert_eq!(coverage.verdict, Verdict::NotEnforceable, "{key}");
            assert!(coverage.residue.concat().contains(key), "{coverage:?}");
        }
    }
    assert!(!knows(&SettingKey::new("passcode.min_lenght")));
}

#[test]
fn values_beyond_the_reach_of_a_key_leave_a_residue() {
    let verdict =
        |target, key: &str, count| cover(target, &SettingKey::new(key), &SettingValue::Count(count)).verdict;
    assert_eq!(verdict(Target::IosIpados, "passcode.min_length", 16), Verdict::Enforced);
    assert_eq!(verdict(Target::IosIpados, "passcode.min_length", 17), Verdict::Partly);
    let residue =
        cover(Target::Macos, &SettingKey::new("passcode.min_length"), &SettingValue::Count(17)).residue;
    assert_eq!(
        residue.len(),
        1,
        "a Mac's content rule reaches further, from the next change on: {residue:?}"
    );
    assert_eq!(verdict(Target::IosIpados, "lock.after_minutes", 60), Verdict::Enforced);
    assert_eq!(verdict(Target::IosIpados, "lock.after_minutes", 0), Verdict::Partly);
    let many = (0..300).map(|n| format!("site{n}.example")).collect();
    let key = SettingKey::new("web.denied_addresses");
    assert_eq!(cover(Target::IosIpados, &key, &SettingValue::List(many)).verdict, Verdict::Partly);
}

#[test]
fn networks_with_a_shared_password_or_an_unnamed_server_leave_a_residue() {
    let network = |ssid: &str, security, servers: &[&str]| Network {
        ssid: ssid.to_owned(),
        security,
        auto_join: false,
        trusted_servers: servers.iter().map(|name| (*name).to_owned()).collect(),
    };
    let value = SettingValue::Networks(vec![
        network("GOOD", NetworkSecurity::Wpa3Enterprise, &["radius.force.example"]),
        network("SHARED", NetworkSecurity::Wpa3Personal, &[]),
        network("UNNAMED", NetworkSecurity::Wpa2Enterprise, &[]),
    ]);
    let coverage = cover(Target::IosIpados, &SettingKey::new("wifi.networks"), &value);
    assert_eq!((coverage.verdict, coverage.residue.len()), (Verdict::Partly, 2));
    assert!(!coverage.residue.concat().contains("GOOD"));
    let bad = SettingValue::Networks(vec![network("", NetworkSecurity::Wpa2Personal, &[])]);
    let refused = cover(Target::Macos, &SettingKey::new("wifi.networks"), &bad);
    assert_eq!(refused.verdict, Verdict::NotEnforceable);
}

#[test]
fn a_verdict_names_what_a_device_needs_first() {
    let needs =
        |target, key: &str| cover(target, &SettingKey::new(key), &asking(rules::find(key).unwrap())).needs;
    let system = |version: &str| Need::System(version.to_owned());
    assert_eq!(needs(Target::IosIpados, "airdrop.allow"), [Need::Supervision, system("17.0")].into());
    assert_eq!(needs(Target::Macos, "airdrop.allow"), [system("14.0")].into());
    assert_eq!(needs(Target::IosIpados, "voicemail.allow_live"), [Need::Supervision, system("17.2")].into());
    assert_eq!(
        needs(Target::Macos, "management.allow_removal"),
        [Need::AutomatedEnrolment, system("14.0")].into()
    );
    assert_eq!(needs(Target::IosIpados, "disk.require_encryption"), [].into(), "it is so without us");
    assert_eq!(needs(Target::IosIpados, "passcode.forbid_words"), [].into(), "nothing helps");
    for key in super::needs::SUPERVISED {
        assert!(rules::find(key).is_some(), "{key}");
    }
}

#[test]
fn apple_s_platforms_have_a_compiler_and_others_none() {
    let ipad = AppleCompiler::new(Platform::Ipados).unwrap();
    assert_eq!((ipad.platform(), ipad.target()), (Platform::Ipados, Target::IosIpados));
    let key = SettingKey::new("passcode.require_mixed_case");
    assert_eq!(ipad.cover(&key, &SettingValue::Bool(true)).verdict, Verdict::NotEnforceable);
    assert_eq!(AppleCompiler::new(Platform::Macos).map(|mac| mac.target()), Some(Target::Macos));
    assert_eq!(AppleCompiler::new(Platform::Windows), None);
    assert_eq!(AppleCompiler::new(Platform::Android), None);
}
