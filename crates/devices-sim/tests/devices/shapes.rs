//! What simulated devices send has the shapes that real ones send: every answer against the vendor's published schema
//! (skipped where the folder is absent), and the server's own reader on the other end of both directions.

use std::path::PathBuf;

use crate::server::{CA, CHALLENGE, NOW, Server};
use devices_sim::*;
use domain::{FactValue, Facts, Platform, Secret};
use plist::{Dictionary, Value};
use protocol_apple::enrolment_profile::{self, EnrolmentProfile as Issued, Scep};
use protocol_apple::{commands, connect, reports};
use serde_norway::Value as Yaml;

/// The keys of every answer.
const ENVELOPE: &[&str] = &["CommandUUID", "Status", "UDID"];

/// Command, its file in the schema, and what goes with it.
type Question = (&'static str, &'static str, Vec<(&'static str, Value)>);

fn questions() -> Vec<Question> {
    vec![
        ("DeviceInformation", "information.device", Vec::new()),
        ("SecurityInfo", "information.security", Vec::new()),
        ("ProfileList", "profile.list", Vec::new()),
        ("InstalledApplicationList", "application.installed.list", Vec::new()),
        ("CertificateList", "certificate.list", Vec::new()),
        ("Restrictions", "device.restrictions.list", vec![("ProfileRestrictions", true.into())]),
        ("EnableLostMode", "device.lostmode.enable", vec![("Message", "x".into())]),
        ("DeviceLocation", "device.lostmode.location", Vec::new()),
        ("DeviceLock", "device.lock", vec![("Message", "x".into()), ("PIN", "123456".into())]),
    ]
}

/// Returns the answers of one device to all questions that its kind takes.
async fn answers(model: Model) -> Vec<(&'static str, &'static str, Dictionary)> {
    let server = Server::start().await;
    let mut device = Device::new(DeviceSpec::plausible(model, "SHAPE1", Temper::Honest, 3), 3);
    device.enrol(&server.link, &server.profile()).await.unwrap();
    for (name, _, more) in questions() {
        server.push(name, more);
    }
    device.session(&server.link).await.unwrap();
    let all = questions().into_iter().map(|(name, file, _)| (name, file, server.answer(name)));
    all.filter(|(.., answer)| answer["Status"].as_string() == Some("Acknowledged")).collect()
}

#[tokio::test]
async fn answers_have_the_published_shapes() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/schemas/apple/mdm/commands");
    if !folder.is_dir() {
        eprintln!("skipped: ../shared is absent");
        return;
    }
    for (model, system, least) in [(Model::Iphone, "iOS", 9), (Model::Mac, "macOS", 6)] {
        let answers = answers(model).await;
        assert_eq!(answers.len(), least, "{model:?} answers as many as its kind takes");
        for (name, file, mut answer) in answers {
            let schema = std::fs::read_to_string(folder.join(format!("{file}.yaml"))).unwrap();
            let schema: Yaml = serde_norway::from_str(&schema).unwrap();
            answer.retain(|key, _| !ENVELOPE.contains(&key.as_str()));
            let faults = faults(&answer, schema.get("responsekeys"), system, name);
            assert_eq!(faults, Vec::<String>::new());
        }
    }
}

/// Returns what is wrong with a dictionary by the schema's list of keys.
fn faults(found: &Dictionary, keys: Option<&Yaml>, system: &str, at: &str) -> Vec<String> {
    let empty = Vec::new();
    let keys = keys.and_then(Yaml::as_sequence).unwrap_or(&empty);
    let mut faults = Vec::new();
    for (name, value) in found {
        let at = format!("{at}.{name}");
        let entry = keys.iter().find(|key| {
            let known = key["key"].as_str().unwrap();
            known == name || known.starts_with("ANY")
        });
        let Some(entry) = entry else {
            faults.push(format!("{at} is not in the schema"));
            continue;
        };
        if entry.get("supportedOS").is_some_and(|all| all[system]["introduced"].as_str() == Some("n/a")) {
            faults.push(format!("{at} is not for {system}"));
        }
        faults.extend(value_faults(value, entry, system, &at));
    }
    for key in keys.iter().filter(|key| key.get("presence").and_then(Yaml::as_str) == Some("required")) {
        let name = key["key"].as_str().unwrap();
        let asked = name == "ProfileRestrictions" || name.starts_with("ANY");
        if !found.contains_key(name) && !asked {
            faults.push(format!("{at} lacks {name}"));
        }
    }
    faults
}

fn value_faults(value: &Value, entry: &Yaml, system: &str, at: &str) -> Vec<String> {
    let fits = match (entry["type"].as_str().unwrap(), value) {
        ("<string>", Value::String(_))
        | ("<boolean>", Value::Boolean(_))
        | ("<integer>", Value::Integer(_))
        | ("<real>", Value::Real(_))
        | ("<data>", Value::Data(_))
        | ("<any>", _) => true,
        ("<dictionary>", Value::Dictionary(inner)) => return faults(inner, entry.get("subkeys"), system, at),
        ("<array>", Value::Array(items)) => {
            let Some(of) = entry.get("subkeys").and_then(|keys| keys.get(0)) else { return Vec::new() };
            return items
                .iter()
                .flat_map(|item| value_faults(item, of, system, &format!("{at}[]")))
                .collect();
        }
        _ => false,
    };
    let allowed = entry.get("rangelist").and_then(Yaml::as_sequence);
    let listed = allowed.is_none_or(|list| match value {
        Value::String(text) => list.iter().any(|one| one.as_str() == Some(text)),
        _ => true,
    });
    if fits && listed { Vec::new() } else { vec![format!("{at} is {value:?}")] }
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let schema: Yaml = serde_norway::from_str(
        "- {key: A, type: <string>, presence: required, rangelist: [x]}\n\
         - {key: B, type: <integer>, supportedOS: {iOS: {introduced: n/a}}}\n\
         - {key: C, type: <array>, subkeys: [{key: Item, type: <boolean>}]}",
    )
    .unwrap();
    let with = |key: &str, value: Value| {
        let mut all = Dictionary::new();
        all.insert("A".into(), "x".into());
        all.insert(key.into(), value);
        faults(&all, Some(&schema), "iOS", "T").len()
    };
    assert_eq!(with("C", Value::Array(vec![true.into()])), 0);
    assert_eq!(with("A", "y".into()), 1, "not in the list");
    assert_eq!(with("A", 1.into()), 1, "wrong type");
    assert_eq!(with("B", 1.into()), 1, "not for this system");
    assert_eq!(with("C", Value::Array(vec![1.into()])), 1, "wrong type inside");
    assert_eq!(with("D", 1.into()), 1, "unknown");
    assert_eq!(faults(&Dictionary::new(), Some(&schema), "iOS", "T").len(), 1, "lacks A");
}

#[tokio::test]
async fn devices_enrol_with_the_servers_own_profile() {
    let server = Server::start().await;
    let profile = enrolment_profile::build(&Issued {
        prefix: "uk.police.test".into(),
        organisation: "Test Constabulary".into(),
        display_name: "Enrolment".into(),
        topic: "com.apple.mgmt.External.test".into(),
        server_url: format!("{}/mdm", server.base),
        check_in_url: Some(format!("{}/checkin", server.base)),
        access_rights: commands::ACCESS_RIGHTS_ALL,
        scep: Scep {
            url: format!("{}/scep", server.base),
            name: "Lanyard".into(),
            challenge: Secret::new(CHALLENGE.into()),
            common_name: "device-1".into(),
            ca_fingerprint: CA.certificate().sha1(),
        },
        device_ca: CA.certificate().der().to_vec(),
        tls_ca: None,
        removal_disallowed: true,
    });
    let read = EnrolmentProfile::read(&profile).unwrap();
    assert_eq!(
        (read.common_name.as_str(), read.identifier.as_str()),
        ("device-1", "uk.police.test.enrolment")
    );
    assert!(read.sign_messages && read.check_out);
    let mut device = Device::new(DeviceSpec::of_fleet(0, 1), 1);
    device.enrol(&server.link, &profile).await.unwrap();
    let heard = server.book.lock().unwrap().heard.clone();
    for message in heard {
        let mut bytes = Vec::new();
        Value::Dictionary(message).to_writer_xml(&mut bytes).unwrap();
        protocol_apple::checkin::decode(&bytes, protocol_apple::plist_io::DEFAULT_LIMIT).unwrap();
    }
}

#[tokio::test]
async fn the_server_reads_the_facts_that_the_device_means() {
    for (model, platform) in [(Model::Iphone, Platform::Ios), (Model::Mac, Platform::Macos)] {
        let mut facts = Facts::default();
        for (name, _, answer) in answers(model).await {
            let mut bytes = Vec::new();
            Value::Dictionary(answer).to_writer_xml(&mut bytes).unwrap();
            let report = connect::decode(&bytes, protocol_apple::plist_io::DEFAULT_LIMIT).unwrap();
            for fact in reports::facts(name, platform, &report, NOW, "test") {
                facts.put(fact);
            }
        }
        let value =
            |name: &str| facts.get(name).unwrap_or_else(|| panic!("{name} on {model:?}")).value.clone();
        assert_eq!(value("device.supervised"), FactValue::Bool(true));
        assert_eq!(value("encryption.enabled"), FactValue::Bool(true));
        assert!(matches!(value("battery.percent"), FactValue::Count(20..=100)));
        assert!(
            matches!(value("profiles.installed"), FactValue::List(list) if list.contains("test.enrolment=E-1"))
        );
        if model == Model::Mac {
            assert_eq!(value("integrity.secure_boot"), FactValue::Text("full".into()));
            assert_eq!(value("integrity.system_protection"), FactValue::Bool(true));
        } else {
            assert_eq!(value("passcode.present"), FactValue::Bool(true));
            assert_eq!(value("effective.airdrop.allow"), FactValue::Bool(true), "nothing restricts it yet");
        }
    }
}
