//! Answers of devices, and the facts that Lanyard makes of them.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use std::collections::BTreeSet;

use domain::{Fact, FactValue, Grade, Platform, Timestamp};
use protocol_apple::commands::SettingItem;
use protocol_apple::connect::{CommandReport, decode};
use protocol_apple::plist_io::DEFAULT_LIMIT;
use protocol_apple::reports::{activation_lock_bypass_code, facts, location, settings_facts};

macro_rules! sample {
    ($name:literal) => {
        decode(include_bytes!(concat!("data/", $name)), DEFAULT_LIMIT).unwrap()
    };
}

const AT: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// Returns the facts as lines, in the order in which they came.
fn lines(request: &str, platform: Platform, report: &CommandReport) -> Vec<String> {
    let found = facts(request, platform, report, AT, "digest");
    for Fact { grade, at, source, .. } in &found {
        assert_eq!((*grade, *at, source.as_str()), (Grade::Reported, AT, "digest"));
    }
    found.iter().map(|fact| format!("{} = {}", fact.name, fact.value)).collect()
}

fn xml(keys: &str) -> CommandReport {
    let body = format!(
        "<dict><key>UDID</key><string>A</string><key>Status</key><string>Acknowledged</string>{keys}</dict>"
    );
    decode(body.as_bytes(), DEFAULT_LIMIT).unwrap()
}

#[test]
fn a_phone_says_what_it_is() {
    let report = sample!("device-information-iphone.plist");
    let expected = [
        "device.supervised = yes",
        "device.name = NC-PH-01877",
        "device.model = iPhone",
        "os.version = 18.1",
        "os.build = 22B83",
        "battery.percent = 82",
        "device.lost_mode = no",
        "cloud.backup_enabled = no",
        "hotspot.enabled = yes",
        "locator.enabled = no",
    ];
    assert_eq!(lines("DeviceInformation", Platform::Ios, &report), expected);
}

#[test]
fn a_mac_on_mains_has_no_battery_level() {
    let expected = [
        "device.supervised = yes",
        "device.name = NC-LT-00412",
        "device.model = MacBook Air",
        "os.version = 15.1",
        "os.build = 24B83",
        "integrity.system_protection = yes",
    ];
    assert_eq!(
        lines("DeviceInformation", Platform::Macos, &sample!("device-information-mac.bplist")),
        expected
    );
}

#[test]
fn security_of_a_phone_and_of_a_mac() {
    let phone = [
        "passcode.present = yes",
        "passcode.compliant = yes",
        "passcode.compliant_with_profiles = yes",
        "encryption.enabled = yes",
        "enrolment.user_enrolment = no",
    ];
    assert_eq!(lines("SecurityInfo", Platform::Ios, &sample!("security-info-iphone.plist")), phone);
    let mac = [
        "encryption.enabled = yes",
        "integrity.system_protection = yes",
        "integrity.sealed_system = yes",
        "integrity.recovery_lock = no",
        "firewall.enabled = no",
        "integrity.secure_boot = full",
        "enrolment.user_enrolment = no",
        "enrolment.automated = yes",
    ];
    assert_eq!(lines("SecurityInfo", Platform::Macos, &sample!("security-info-mac.plist")), mac);
}

#[test]
fn restrictions_in_force_are_settings_in_force() {
    let expected = [
        "effective.passcode.required = yes",
        "effective.passcode.min_length = 9",
        "effective.passcode.allow_simple = no",
        "effective.passcode.require_letter = yes",
        "effective.passcode.min_special = 1",
        "effective.passcode.max_failed_attempts = 10",
        "effective.lock.after_minutes = 5",
        "effective.lock.grace_minutes = 0",
        "effective.unlock.allow_biometric = yes",
        "effective.wifi.only_listed = yes",
        "effective.airdrop.allow = no",
        "effective.hotspot.allow_change = no",
        "effective.apps.blocked = com.example.chat, com.example.social",
        "effective.backup.require_encryption = no",
    ];
    let report = sample!("restrictions-iphone.bplist");
    assert_eq!(lines("Restrictions", Platform::Ios, &report), expected);
    // A Mac's answer means nothing, whatever stands in it.
    assert_eq!(lines("Restrictions", Platform::Macos, &sample!("restrictions-mac.plist")), [""; 0]);
}

#[test]
fn lists_are_whole() {
    let profiles = facts("ProfileList", Platform::Ipados, &sample!("profile-list-ipad.plist"), AT, "");
    let expected = BTreeSet::from([
        "uk.police.lanyard.enrolment=0F1E2D3C-4B5A-8697-8877-665544332211".to_owned(),
        "uk.police.lanyard.mdu-6=5D2C1B0A-9F8E-8D7C-AB6A-594837261504".to_owned(),
    ]);
    assert_eq!(profiles.first().unwrap().value, FactValue::List(expected));
    let apps =
        lines("InstalledApplicationList", Platform::Macos, &sample!("installed-applications-mac.bplist"));
    assert_eq!(apps, ["apps.installed = com.example.maps, com.example.social"]);
    let certificates = lines("CertificateList", Platform::Ios, &sample!("certificate-list-iphone.plist"));
    assert_eq!(certificates, ["certificates.installed = K7XQ2M9PLN, Lanyard device CA"]);
}

#[test]
fn a_user_s_channel_does_not_speak_for_the_device() {
    assert_eq!(lines("ProfileList", Platform::Macos, &sample!("profile-list-mac-user.plist")), [""; 0]);
}

#[test]
fn silence_gives_no_fact() {
    for request in
        ["DeviceInformation", "SecurityInfo", "Restrictions", "ProfileList", "CertificateList", "Settings"]
    {
        assert_eq!(lines(request, Platform::Ios, &xml("")), [""; 0], "{request}");
    }
    let empty = xml(
        "<key>SecurityInfo</key><dict/><key>QueryResponses</key><dict/><key>GlobalRestrictions</key><dict/>",
    );
    for request in ["DeviceInformation", "SecurityInfo", "Restrictions"] {
        assert_eq!(lines(request, Platform::Ios, &empty), [""; 0], "{request}");
        assert_eq!(lines(request, Platform::Macos, &empty), [""; 0], "{request}");
    }
    // An empty list is an answer; no list is none.
    assert_eq!(
        lines("ProfileList", Platform::Ios, &xml("<key>ProfileList</key><array/>")),
        ["profiles.installed = "]
    );
    let wrong = xml("<key>SecurityInfo</key><dict><key>PasscodePresent</key><string>yes</string></dict>");
    assert_eq!(lines("SecurityInfo", Platform::Ios, &wrong), [""; 0], "a wrong type is no answer");
}

#[test]
fn only_an_acknowledged_answer_holds_facts() {
    for status in ["NotNow", "Error", "Idle", "Pondering"] {
        let body = format!(
            "<dict><key>UDID</key><string>A</string><key>Status</key><string>{status}</string>\
             <key>SecurityInfo</key><dict><key>PasscodePresent</key><true/></dict></dict>"
        );
        let report = decode(body.as_bytes(), DEFAULT_LIMIT).unwrap();
        assert_eq!(lines("SecurityInfo", Platform::Ios, &report), [""; 0], "{status}");
    }
}

#[test]
fn limits_that_are_none_give_no_fact() {
    let limits = xml("<key>GlobalRestrictions</key><dict><key>restrictedValue</key><dict>\
         <key>maxFailedAttempts</key><dict><key>value</key><integer>0</integer></dict>\
         <key>maxInactivity</key><dict><key>value</key><integer>0</integer></dict>\
         <key>minLength</key><dict><key>value</key><integer>-1</integer></dict></dict></dict>");
    assert_eq!(lines("Restrictions", Platform::Ios, &limits), [""; 0]);
}

#[test]
fn a_switch_taken_is_acknowledged_only() {
    let report = sample!("settings-iphone.plist");
    let bluetooth = Some(SettingItem::Bluetooth { enabled: true });
    let hotspot = Some(SettingItem::PersonalHotspot { enabled: false });
    let found = settings_facts(&[bluetooth.clone(), hotspot.clone()], &report, AT, "digest");
    let [fact] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(fact.name.as_str(), "effective.bluetooth.enabled");
    assert_eq!((&fact.value, fact.grade), (&FactValue::Bool(true), Grade::Acknowledged));
    // The second answer is an error; and answers that do not match what was sent say nothing.
    assert_eq!(settings_facts(&[hotspot, bluetooth.clone()], &report, AT, ""), []);
    assert_eq!(settings_facts(&[bluetooth], &report, AT, ""), []);
}

#[test]
fn a_location_is_kept_apart_and_never_printed() {
    let report = sample!("device-location-iphone.plist");
    assert_eq!(facts("DeviceLocation", Platform::Ios, &report, AT, ""), []);
    let found = location(&report).unwrap();
    assert_eq!((found.latitude, found.longitude, found.accuracy_metres), (52.6309, 1.2974, Some(12.5)));
    assert_eq!(found.taken_at.unwrap().to_string(), "2026-11-22T03:04:05.000Z");
    assert_eq!(format!("{found:?}"), "Location(..)");

    let nowhere = xml("<key>Latitude</key><real>91</real><key>Longitude</key><integer>1</integer>");
    assert_eq!(location(&nowhere), None);
    let vague = xml("<key>Latitude</key><integer>52</integer><key>Longitude</key><integer>1</integer>\
         <key>HorizontalAccuracy</key><real>-1</real><key>Timestamp</key><string>yesterday</string>");
    let found = location(&vague).unwrap();
    assert_eq!((found.accuracy_metres, found.taken_at), (None, None));
}

#[test]
fn a_bypass_code_is_a_secret() {
    let code = activation_lock_bypass_code(&sample!("bypass-code-iphone.plist")).unwrap();
    assert!(code.expose().starts_with("0A1B2-"));
    assert_eq!(activation_lock_bypass_code(&xml("")), None);
}

/// Every fact that any sample gives is in the register, with the type that the register names.
#[test]
fn every_fact_is_in_the_register() {
    let facts_register = include_str!("../../../policy/facts.toml");
    let vocabulary = include_str!("../../../policy/vocabulary.toml");
    let all = [
        ("DeviceInformation", Platform::Ios, sample!("device-information-iphone.plist")),
        ("DeviceInformation", Platform::Macos, sample!("device-information-mac.bplist")),
        ("SecurityInfo", Platform::Ios, sample!("security-info-iphone.plist")),
        ("SecurityInfo", Platform::Macos, sample!("security-info-mac.plist")),
        ("Restrictions", Platform::Ios, sample!("restrictions-iphone.bplist")),
        ("ProfileList", Platform::Ipados, sample!("profile-list-ipad.plist")),
        ("InstalledApplicationList", Platform::Macos, sample!("installed-applications-mac.bplist")),
        ("CertificateList", Platform::Ios, sample!("certificate-list-iphone.plist")),
    ];
    for (request, platform, report) in all {
        for fact in facts(request, platform, &report, AT, "") {
            let (register, name) = match fact.name.as_str().strip_prefix("effective.") {
                Some(setting) => (vocabulary, format!("key = \"{setting}\"\n")),
                None => (facts_register, format!("name = \"{}\"\n", fact.name)),
            };
            let (_, entry) =
                register.split_once(&name).unwrap_or_else(|| panic!("{} is not registered", fact.name));
            let kind = match fact.value {
                FactValue::Bool(_) => "bool",
                FactValue::Count(_) => "count",
                FactValue::Text(_) => "text",
                FactValue::List(_) => "list",
            };
            assert!(
                entry.starts_with(&format!("type = \"{kind}\"\n")),
                "{} should not be a {kind}",
                fact.name
            );
        }
    }
}
