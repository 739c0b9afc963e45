//! Answers in which one value cannot be read: the rest counts, and what depends on the bad one is not known.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use domain::{Fact, Platform, Timestamp};
use protocol_apple::connect::{CommandReport, Status, command_of_unreadable, decode};
use protocol_apple::plist_io::DEFAULT_LIMIT;
use protocol_apple::{checkin, reports};

const AT: Timestamp = Timestamp::from_millis(0);

fn answer(more: &str) -> CommandReport {
    let body = format!(
        "<plist><dict><key>UDID</key><string>A</string><key>Status</key><string>Acknowledged</string>\
         <key>CommandUUID</key><string>C</string>{more}</dict></plist>"
    );
    decode(body.as_bytes(), DEFAULT_LIMIT).unwrap()
}

fn names(request: &str, report: &CommandReport) -> Vec<String> {
    let facts = reports::facts(request, Platform::Ios, report, AT, "digest");
    facts.into_iter().map(|Fact { name, .. }| name.as_str().to_owned()).collect()
}

#[test]
fn a_bad_value_gives_no_fact_and_the_others_do() {
    let report = answer(
        "<key>QueryResponses</key><dict><key>IsSupervised</key><true/><key>OSVersion</key><string>18.1</string>\
         <key>DeviceName</key><string>Ann&#xD83D;</string><key>LastCloudBackupDate</key><date/></dict>",
    );
    assert_eq!(names("DeviceInformation", &report), ["device.supervised", "os.version"]);
    assert_eq!(
        report.skipped.to_string(),
        "QueryResponses.DeviceName: it holds a character that XML does not have; \
         QueryResponses.LastCloudBackupDate: it is not a date"
    );
}

/// An app that is not in the list would look as if it were not on the device.
#[test]
fn a_list_that_may_lack_a_member_says_nothing() {
    let list = |list: &str, member: &str| {
        answer(&format!(
            "<key>{list}</key><array><dict><key>Identifier</key><string>a</string>\
        <key>PayloadIdentifier</key><string>a</string><key>PayloadUUID</key><string>B</string><key>CommonName</key><string>c</string></dict>\
        {member}</array>"
        ))
    };
    for (request, array, key, fact) in [
        ("InstalledApplicationList", "InstalledApplicationList", "Identifier", "apps.installed"),
        ("ProfileList", "ProfileList", "PayloadUUID", "profiles.installed"),
        ("CertificateList", "CertificateList", "CommonName", "certificates.installed"),
    ] {
        assert_eq!(names(request, &list(array, "")), [fact]);
        let beside = list(array, "<dict><key>BundleSize</key><integer>99999999999999999999</integer></dict>");
        assert_eq!(names(request, &beside), [fact], "what was lost says nothing of the list");
        for member in [
            "<null/>".to_owned(),
            format!("<dict><key>{key}</key><string>&#xD800;</string></dict>"),
            "<dict><key>&nonsense;</key><string>x</string></dict>".to_owned(),
        ] {
            let report = list(array, &member);
            assert_eq!(names(request, &report), Vec::<String>::new(), "{member}");
            assert!(!report.skipped.is_empty());
        }
    }
}

#[test]
fn a_list_of_restrictions_that_may_lack_one_says_nothing() {
    let restrictions = |value: &str| {
        answer(&format!(
            "<key>GlobalRestrictions</key><dict><key>restrictedBool</key><dict><key>allowCamera</key><dict><key>value</key><false/></dict></dict>\
             <key>union</key><dict><key>blockedAppBundleIDs</key><dict><key>values</key><array>{value}</array></dict></dict></dict>"
        ))
    };
    let whole = names("Restrictions", &restrictions("<string>com.example.bad</string>"));
    let short = names("Restrictions", &restrictions("<string>com.example.bad</string><null/>"));
    assert!(short.len() <= whole.len() && !short.iter().any(|name| name.contains("apps")), "{short:?}");
}

#[test]
fn an_answer_without_a_status_is_an_answer() {
    for status in ["", "<key>Status</key><string></string>", "<key>Status</key><date>x</date>"] {
        let body = format!(
            "<dict><key>UDID</key><string>A</string>{status}<key>CommandUUID</key><string>C</string></dict>"
        );
        let report = decode(body.as_bytes(), DEFAULT_LIMIT).unwrap();
        assert_eq!((report.status, report.command_uuid.as_deref()), (Status::Missing, Some("C")));
    }
}

#[test]
fn the_command_of_an_unreadable_answer_is_found() {
    let id = "0192F1C0-7A3E-7C11-8D22-5E0B9A6C4F71";
    let broken =
        format!("<plist><dict><key>CommandUUID</key>\n<string>{id}</string><key>Status</key><string>Ack");
    assert!(decode(broken.as_bytes(), DEFAULT_LIMIT).is_err());
    assert_eq!(command_of_unreadable(broken.as_bytes(), DEFAULT_LIMIT).as_deref(), Some(id));
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(broken.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(command_of_unreadable(&wide, DEFAULT_LIMIT).as_deref(), Some(id));
    for nothing in
        ["", "bplist00", "<dict><key>CommandUUID</key><string>a b</string>", "<key>CommandUUID</key><string>"]
    {
        assert_eq!(command_of_unreadable(nothing.as_bytes(), DEFAULT_LIMIT), None, "{nothing}");
    }
}

/// A name that holders choose must not keep a device from enrolling.
#[test]
fn a_check_in_keeps_what_can_be_read() {
    let body = b"<dict><key>MessageType</key><string>Authenticate</string><key>UDID</key><string>A</string>\
        <key>Topic</key><string>t</string><key>SerialNumber</key><string>S</string><key>DeviceName</key><string>Zo\xeb</string>\
        <key>OSVersion</key><string>18.1</string></dict>";
    let read = checkin::decode(body, DEFAULT_LIMIT).unwrap();
    assert_eq!(read.skipped.to_string(), "DeviceName: it is not in the encoding of the message");
    let checkin::Message::Authenticate(message) = read.message else { unreachable!("it is an Authenticate") };
    assert_eq!((message.device_name, message.os_version.as_deref()), (None, Some("18.1")));
    let facts = reports::first_facts(
        &checkin::Authenticate { device_name: None, os_version: Some("18.1".into()), ..*message },
        AT,
        "digest",
    );
    assert_eq!(facts.len(), 1);
}
