//! The enrolment profile, key by key.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

#[expect(dead_code, reason = "shared with the settings compiler's tests, which use more of it")]
#[path = "settings_schema/checker.rs"]
mod checker;

use std::path::PathBuf;

use domain::Secret;
use plist::{Dictionary, Value};
use protocol_apple::commands::ACCESS_RIGHTS_ALL;
use protocol_apple::enrolment_profile::{EnrolmentProfile, Scep, build};
use protocol_apple::plist_io::{DEFAULT_LIMIT, read_dictionary};
use protocol_apple::settings::OsVersion;

fn sample() -> EnrolmentProfile {
    EnrolmentProfile {
        prefix: "uk.police.lanyard".into(),
        organisation: "Norfolk & Suffolk Constabularies".into(),
        display_name: "Device management".into(),
        topic: "com.apple.mgmt.External.3c1f0a52".into(),
        server_url: "https://mdm.police.example/apple/connect".into(),
        check_in_url: None,
        access_rights: ACCESS_RIGHTS_ALL,
        scep: Scep {
            url: "http://mdm.police.example/scep".into(),
            name: "lanyard".into(),
            challenge: Secret::new("one-time-word".into()),
            common_name: "K7XQ2M9PLN".into(),
            ca_fingerprint: [0xab; 20],
        },
        device_ca: vec![0x30, 1],
        tls_ca: None,
        removal_disallowed: false,
    }
}

fn payloads(profile: &EnrolmentProfile) -> (Dictionary, Vec<Dictionary>) {
    let all = read_dictionary(&build(profile), DEFAULT_LIMIT).unwrap();
    let payloads = all.get("PayloadContent").unwrap().as_array().unwrap();
    let payloads = payloads.iter().map(|payload| payload.as_dictionary().unwrap().clone()).collect();
    (all, payloads)
}

fn of_type<'a>(payloads: &'a [Dictionary], wanted: &str) -> Vec<&'a Dictionary> {
    payloads.iter().filter(|payload| text(payload, "PayloadType") == wanted).collect()
}

fn text<'a>(all: &'a Dictionary, key: &str) -> &'a str {
    all.get(key).unwrap().as_string().unwrap()
}

fn number(all: &Dictionary, key: &str) -> u64 {
    all.get(key).unwrap().as_unsigned_integer().unwrap()
}

#[test]
fn management_uses_the_identity_and_asks_for_signatures() {
    let (_, payloads) = payloads(&sample());
    let mdm = of_type(&payloads, "com.apple.mdm")[0];
    let identity = of_type(&payloads, "com.apple.security.scep")[0];
    assert_eq!(text(mdm, "IdentityCertificateUUID"), text(identity, "PayloadUUID"));
    assert_eq!(number(mdm, "AccessRights"), 8191);
    for key in ["SignMessage", "CheckOutWhenRemoved"] {
        assert_eq!(mdm.get(key).unwrap().as_boolean(), Some(true), "{key}");
    }
    assert_eq!(text(mdm, "ServerURL"), "https://mdm.police.example/apple/connect");
    assert!(mdm.get("CheckInURL").is_none());
    let capabilities: Vec<_> = mdm
        .get("ServerCapabilities")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_string().unwrap())
        .collect();
    // Without com.apple.mdm.token: GetToken is not answered.
    assert_eq!(capabilities, ["com.apple.mdm.per-user-connections", "com.apple.mdm.bootstraptoken"]);
}

#[test]
fn the_identity_is_asked_of_our_ca_only() {
    let (_, payloads) = payloads(&sample());
    let scep = of_type(&payloads, "com.apple.security.scep")[0]
        .get("PayloadContent")
        .unwrap()
        .as_dictionary()
        .unwrap();
    assert_eq!(
        (number(scep, "Keysize"), number(scep, "Key Usage"), text(scep, "Key Type")),
        (2048, 5, "RSA")
    );
    assert_eq!(scep.get("KeyIsExtractable").unwrap().as_boolean(), Some(false));
    assert_eq!(scep.get("CAFingerprint").unwrap().as_data(), Some([0xab; 20].as_slice()));
    assert_eq!(text(scep, "Challenge"), "one-time-word");
    let pair = |name: &str, value: &str| Value::Array(vec![Value::Array(vec![name.into(), value.into()])]);
    let subject = Value::Array(vec![pair("O", "Norfolk & Suffolk Constabularies"), pair("CN", "K7XQ2M9PLN")]);
    assert_eq!(scep.get("Subject").unwrap(), &subject);
    assert!(!format!("{:?}", sample()).contains("one-time-word"));
}

#[test]
fn options_appear_when_asked_for() {
    let (all, plain) = payloads(&sample());
    assert_eq!(of_type(&plain, "com.apple.security.root").len(), 1);
    assert!(all.get("PayloadRemovalDisallowed").is_none());
    let full = EnrolmentProfile {
        check_in_url: Some("https://mdm.police.example/apple/checkin".into()),
        tls_ca: Some(vec![0x30, 2]),
        removal_disallowed: true,
        access_rights: u16::MAX,
        ..sample()
    };
    let (all, payloads) = payloads(&full);
    let roots = of_type(&payloads, "com.apple.security.root");
    let certificates: Vec<_> =
        roots.iter().map(|root| root.get("PayloadContent").unwrap().as_data().unwrap()).collect();
    assert_eq!(certificates, [[0x30, 1], [0x30, 2]]);
    assert_eq!(all.get("PayloadRemovalDisallowed").unwrap().as_boolean(), Some(true));
    let mdm = of_type(&payloads, "com.apple.mdm")[0];
    assert_eq!(text(mdm, "CheckInURL"), "https://mdm.police.example/apple/checkin");
    assert_eq!(number(mdm, "AccessRights"), 8191, "no bits that the vendor does not define");
}

#[test]
fn uuids_depend_on_names_alone() {
    let ids = |profile: &EnrolmentProfile| {
        let (all, mut payloads) = payloads(profile);
        payloads.push(all);
        payloads.iter().map(|payload| text(payload, "PayloadUUID").to_owned()).collect::<Vec<_>>()
    };
    let first = ids(&sample());
    let renewed = EnrolmentProfile { organisation: "Another name".into(), device_ca: vec![9], ..sample() };
    assert_eq!(first, ids(&renewed), "a renewed profile replaces the old one");
    let other = ids(&EnrolmentProfile { prefix: "uk.police.other".into(), ..sample() });
    assert!(first.iter().zip(&other).all(|(a, b)| a != b));
    let mut distinct = first.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), first.len());
    for id in first {
        assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 8);
        assert_eq!(id, id.to_uppercase());
    }
    assert_eq!(build(&sample()), build(&sample()));
}

#[test]
fn every_key_is_in_the_vendor_s_schema() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/schemas/apple/mdm/profiles");
    if !folder.is_dir() {
        return eprintln!("skipped: ../shared is absent");
    }
    let types = [
        "com.apple.mdm",
        "com.apple.security.scep",
        "com.apple.security.root",
        "TopLevel",
        "CommonPayloadKeys",
    ];
    let schema = checker::Schema::read(&folder, &types);
    let full = EnrolmentProfile {
        check_in_url: Some("https://mdm.police.example/apple/checkin".into()),
        tls_ca: Some(vec![0x30, 2]),
        removal_disallowed: true,
        ..sample()
    };
    let (whole, parts) = payloads(&full);
    // The one rule that the checker leaves to others: addresses are https.
    let mdm = of_type(&parts, "com.apple.mdm")[0];
    assert!(["ServerURL", "CheckInURL"].iter().all(|key| text(mdm, key).starts_with("https://")));
    let problems = |device| {
        let mut found = schema.check(std::slice::from_ref(&whole), device);
        found.retain(|problem| !problem.ends_with("does not know the format ^https://.*$"));
        found
    };
    for (mac, minimum) in [(false, OsVersion::new(17, 0)), (true, OsVersion::new(14, 0))] {
        let device = checker::Device { mac, minimum, supervised: true, later: &[] };
        assert_eq!(problems(device), [""; 0], "on a Mac: {mac}");
    }
    let unsupervised =
        checker::Device { mac: false, minimum: OsVersion::new(17, 0), supervised: false, later: &[] };
    assert_eq!(problems(unsupervised), ["TopLevel.PayloadRemovalDisallowed: only on supervised devices"]);
}
