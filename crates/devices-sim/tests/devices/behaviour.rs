//! Devices against a server of the tests' own, over real HTTP on this machine.

use crate::server::{CA, NOW, Server, world};
use axum::http::StatusCode;
use devices_sim::*;
use domain::Span;
use plist::{Dictionary, Value};

async fn enrolled(server: &Server, model: Model, temper: Temper) -> Device {
    let mut device = Device::new(DeviceSpec::plausible(model, "SERIAL1", temper, 7), 7);
    device.enrol(&server.link, &server.profile()).await.unwrap();
    device
}

fn payload(kind: &str, pairs: &[(&str, Value)]) -> Value {
    let mut all = Dictionary::new();
    for (key, value) in [("PayloadType", kind), ("PayloadIdentifier", "p"), ("PayloadUUID", "u")] {
        all.insert(key.into(), value.into());
    }
    all.extend(pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    Value::Dictionary(all)
}

fn profile(identifier: &str, uuid: &str, payloads: Vec<Value>) -> Value {
    let mut all = Dictionary::new();
    for (key, value) in
        [("PayloadType", "Configuration"), ("PayloadIdentifier", identifier), ("PayloadUUID", uuid)]
    {
        all.insert(key.into(), value.into());
    }
    all.insert("PayloadContent".into(), Value::Array(payloads));
    let mut bytes = Vec::new();
    Value::Dictionary(all).to_writer_xml(&mut bytes).unwrap();
    Value::Data(bytes)
}

fn policy() -> Value {
    profile(
        "force.mdu-6",
        "UUID-6",
        vec![
            payload(
                "com.apple.mobiledevice.passwordpolicy",
                &[("forcePIN", true.into()), ("minLength", 9.into())],
            ),
            payload("com.apple.applicationaccess", &[("allowAirDrop", false.into())]),
        ],
    )
}

fn queries(names: &[&str]) -> [(&'static str, Value); 1] {
    [("Queries", Value::Array(names.iter().map(|name| (*name).into()).collect()))]
}

fn at<'a>(message: &'a Dictionary, path: &[&str]) -> &'a Value {
    let mut value = &message[path[0]];
    for key in &path[1..] {
        value = value
            .as_dictionary()
            .and_then(|all| all.get(key))
            .unwrap_or_else(|| panic!("{key} in {message:?}"));
    }
    value
}

fn statuses(summary: &SessionSummary) -> Vec<&'static str> {
    summary.answered.iter().map(|one| one.status).collect()
}

#[tokio::test]
async fn a_device_enrols_reports_takes_settings_and_shows_them() {
    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::Honest).await;
    assert_eq!(server.check_ins(), ["Authenticate", "TokenUpdate"]);
    let token = server.book.lock().unwrap().heard[1].clone();
    assert_eq!(token["Token"].as_data().unwrap().len(), 32);
    assert!(token.contains_key("UnlockToken") && token.contains_key("PushMagic"));

    server
        .push("DeviceInformation", queries(&["SerialNumber", "OSVersion", "IsSupervised", "NoSuchQuestion"]));
    server.push("Restrictions", []);
    let summary = device.session(&server.link).await.unwrap();
    assert_eq!((statuses(&summary), summary.ended), (vec!["Acknowledged"; 2], Ended::Drained));
    let answer = server.answer("DeviceInformation");
    assert_eq!(at(&answer, &["QueryResponses", "SerialNumber"]).as_string(), Some("SERIAL1"));
    assert_eq!(
        answer["QueryResponses"].as_dictionary().unwrap().len(),
        3,
        "what it does not know is left out"
    );
    let air_drop = ["GlobalRestrictions", "restrictedBool", "allowAirDrop", "value"];
    assert_eq!(at(&server.answer("Restrictions"), &air_drop).as_boolean(), Some(true));

    server.push("InstallProfile", [("Payload", policy())]);
    server.push("SecurityInfo", []);
    device.session(&server.link).await.unwrap();
    let before = server.answer("SecurityInfo");
    assert_eq!(at(&before, &["SecurityInfo", "PasscodePresent"]).as_boolean(), Some(true));
    assert_eq!(at(&before, &["SecurityInfo", "PasscodeCompliant"]).as_boolean(), Some(false), "six digits");

    for name in ["SecurityInfo", "Restrictions", "ProfileList", "CertificateList", "InstalledApplicationList"]
    {
        server.push(name, []);
    }
    device.session(&server.link).await.unwrap();
    assert_eq!(
        at(&server.answer("SecurityInfo"), &["SecurityInfo", "PasscodeCompliant"]).as_boolean(),
        Some(true)
    );
    assert_eq!(at(&server.answer("Restrictions"), &air_drop).as_boolean(), Some(false));
    let length = ["GlobalRestrictions", "restrictedValue", "minLength", "value"];
    assert_eq!(at(&server.answer("Restrictions"), &length).as_signed_integer(), Some(9));
    assert_eq!(device.profiles().collect::<Vec<_>>(), [("test.enrolment", "E-1"), ("force.mdu-6", "UUID-6")]);
    assert_eq!(server.answer("ProfileList")["ProfileList"].as_array().unwrap().len(), 2);
    assert_eq!(server.answer("CertificateList")["CertificateList"].as_array().unwrap().len(), 2);

    server.push("RemoveProfile", [("Identifier", "force.mdu-6".into())]);
    server.push("RemoveProfile", [("Identifier", "never.there".into())]);
    let summary = device.session(&server.link).await.unwrap();
    assert_eq!(statuses(&summary), ["Acknowledged", "Error"]);
    assert_eq!(device.profiles().count(), 1);
}

#[tokio::test]
async fn signed_profiles_work_and_spoilt_or_incomplete_ones_are_refused() {
    let server = Server::start().await;
    let mut device = Device::new(DeviceSpec::plausible(Model::Ipad, "S", Temper::Honest, 1), 1);
    let mut spoilt = server.signed_profile();
    let middle = spoilt.len() / 4;
    spoilt[middle] ^= 1;
    for bad in [spoilt, b"no profile".to_vec(), server.profile_with("<dict/>")] {
        assert!(matches!(device.enrol(&server.link, &bad).await, Err(SimError::Profile(_))));
    }
    let other_ca = format!(
        "<dict><key>URL</key><string>{}/scep</string><key>CAFingerprint</key><data>AAAA</data></dict>",
        server.base
    );
    let refused = device.enrol(&server.link, &server.profile_with(&other_ca)).await;
    assert!(matches!(refused, Err(SimError::Profile(_))), "an authority that the profile does not name");
    assert!(!device.is_enrolled());
    device.enrol(&server.link, &server.signed_profile()).await.unwrap();
    assert!(device.is_enrolled());

    // The challenge is used up: the same profile cannot enrol a second device.
    let mut thief = Device::new(DeviceSpec::plausible(Model::Ipad, "T", Temper::Honest, 2), 2);
    assert!(matches!(thief.enrol(&server.link, &server.profile()).await, Err(SimError::Scep(_))));
}

#[tokio::test]
async fn lost_mode_goes_on_and_off_and_only_then_tells_the_place() {
    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::Honest).await;
    server.push("DeviceLocation", []);
    server.push("EnableLostMode", []);
    server.push("EnableLostMode", [("Message", "Police property".into())]);
    server.push("DeviceLocation", []);
    server.push("PlayLostModeSound", []);
    let summary = device.session(&server.link).await.unwrap();
    assert_eq!(statuses(&summary), ["Error", "Error", "Acknowledged", "Acknowledged", "Acknowledged"]);
    assert!(device.is_lost());
    let place = server.answer("DeviceLocation");
    let latitude = place["Latitude"].as_real().unwrap();
    assert!((52.0..53.0).contains(&latitude), "{latitude}");
    server.push("DisableLostMode", []);
    device.session(&server.link).await.unwrap();
    assert!(!device.is_lost());
}

#[tokio::test]
async fn commands_for_other_kinds_of_device_are_refused_with_a_chain_of_errors() {
    let server = Server::start().await;
    let mut mac = enrolled(&server, Model::Mac, Temper::Honest).await;
    assert!(!server.book.lock().unwrap().heard[1].contains_key("UnlockToken"), "a Mac has none");
    server.push("EnableLostMode", [("Message", "x".into())]);
    server.push("DeviceLock", []);
    server.push("DeviceLock", [("PIN", "123456".into())]);
    server.push("DoTheImpossible", []);
    server.push("SecurityInfo", []);
    let summary = mac.session(&server.link).await.unwrap();
    assert_eq!(statuses(&summary), ["Error", "Error", "Acknowledged", "Error", "Acknowledged"]);
    let chain = server.answer("DoTheImpossible")["ErrorChain"].as_array().unwrap()[0]
        .as_dictionary()
        .unwrap()
        .clone();
    assert_eq!(chain["ErrorCode"].as_signed_integer(), Some(12021));
    assert!(chain.contains_key("USEnglishDescription"));
    assert_eq!(
        at(&server.answer("SecurityInfo"), &["SecurityInfo", "SecureBoot", "SecureBootLevel"]).as_string(),
        Some("full")
    );

    let other = Server::start().await;
    let spec =
        DeviceSpec { supervised: false, ..DeviceSpec::plausible(Model::Iphone, "U", Temper::Honest, 3) };
    let mut device = Device::new(spec, 3);
    device.enrol(&other.link, &other.profile()).await.unwrap();
    other.push("EnableLostMode", [("Message", "x".into())]);
    assert_eq!(statuses(&device.session(&other.link).await.unwrap()), ["Error"]);
}

#[tokio::test]
async fn passcodes_are_cleared_with_the_right_token_only() {
    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::Honest).await;
    let token = server.book.lock().unwrap().heard[1]["UnlockToken"].clone();
    server.push("ClearPasscode", [("UnlockToken", Value::Data(vec![0; 64]))]);
    server.push("ClearPasscode", [("UnlockToken", token)]);
    assert_eq!(statuses(&device.session(&server.link).await.unwrap()), ["Error", "Acknowledged"]);
    assert_eq!(device.passcode(), Passcode::Absent);
}

#[tokio::test]
async fn settings_are_answered_each_by_itself() {
    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::Honest).await;
    let item = |name: &str| {
        let mut all = Dictionary::new();
        all.insert("Item".into(), name.into());
        all.insert("Enabled".into(), true.into());
        Value::Dictionary(all)
    };
    server.push("Settings", [("Settings", Value::Array(vec![item("PersonalHotspot"), item("HostName")]))]);
    server.push("DeviceInformation", queries(&["PersonalHotspotEnabled"]));
    device.session(&server.link).await.unwrap();
    let answer = server.answer("Settings");
    let results: Vec<_> =
        answer["Settings"].as_array().unwrap().iter().map(|one| one.as_dictionary().unwrap()).collect();
    assert_eq!(results[0]["Status"].as_string(), Some("Acknowledged"));
    assert_eq!(results[1]["Status"].as_string(), Some("Error"));
    let hotspot = ["QueryResponses", "PersonalHotspotEnabled"];
    assert_eq!(at(&server.answer("DeviceInformation"), &hotspot).as_boolean(), Some(true));
}

#[tokio::test]
async fn erasing_and_unenrolling_end_the_enrolment() {
    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::Honest).await;
    server.push("EraseDevice", []);
    server.push("SecurityInfo", []);
    let summary = device.session(&server.link).await.unwrap();
    assert_eq!((summary.ended, summary.answered.len()), (Ended::Erased, 1), "nothing after that");
    assert!(!device.is_enrolled() && device.profiles().count() == 0);
    assert!(matches!(device.session(&server.link).await, Err(SimError::NotEnrolled(_))));

    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::Honest).await;
    server.push("RemoveProfile", [("Identifier", "test.enrolment".into())]);
    assert_eq!(device.session(&server.link).await.unwrap().ended, Ended::Unenrolled);
    assert_eq!(server.check_ins().last().map(String::as_str), Some("CheckOut"));

    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::Honest).await;
    device.check_out(&server.link).await.unwrap();
    assert!(!device.is_enrolled());
}

#[tokio::test]
async fn a_status_that_unenrols_a_real_device_unenrols_this_one_and_others_do_not() {
    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::Honest).await;
    server.book.lock().unwrap().refuse.push_back(StatusCode::INTERNAL_SERVER_ERROR);
    let error = device.session(&server.link).await.unwrap_err();
    assert!(device.is_enrolled() && error.to_string().contains("try again later"), "{error}");
    server.book.lock().unwrap().refuse.push_back(StatusCode::UNAUTHORIZED);
    let error = device.session(&server.link).await.unwrap_err();
    assert!(!device.is_enrolled() && error.to_string().contains("unenrol"), "{error}");

    let server = Server::start().await;
    server.book.lock().unwrap().refuse_check_in = Some(("Authenticate", StatusCode::FORBIDDEN));
    let mut device = Device::new(DeviceSpec::plausible(Model::Iphone, "S", Temper::Honest, 1), 1);
    let error = device.enrol(&server.link, &server.profile()).await.unwrap_err();
    assert!(matches!(error, SimError::Status { step: Step::Authenticate, status: 403, .. }), "{error}");
    assert!(!device.is_enrolled());
}

#[tokio::test]
async fn tempers_show() {
    let server = Server::start().await;
    let mut silent = enrolled(&server, Model::Iphone, Temper::Silent).await;
    server.push("SecurityInfo", []);
    assert_eq!(silent.session(&server.link).await.unwrap().ended, Ended::Silent);
    assert_eq!(server.book.lock().unwrap().queue.len(), 1);

    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::NonCompliant).await;
    server.push("InstallProfile", [("Payload", policy())]);
    device.session(&server.link).await.unwrap();
    for name in ["SecurityInfo", "InstalledApplicationList", "ProfileList"] {
        server.push(name, []);
    }
    device.session(&server.link).await.unwrap();
    assert_eq!(
        at(&server.answer("SecurityInfo"), &["SecurityInfo", "PasscodePresent"]).as_boolean(),
        Some(false)
    );
    assert_eq!(server.answer("ProfileList")["ProfileList"].as_array().unwrap().len(), 1, "taken off again");
    assert!(format!("{:?}", server.answer("InstalledApplicationList")).contains("net.whatsapp.WhatsApp"));

    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Mac, Temper::Tampered).await;
    server.push("SecurityInfo", []);
    device.session(&server.link).await.unwrap();
    let sip = ["SecurityInfo", "SystemIntegrityProtectionEnabled"];
    assert_eq!(at(&server.answer("SecurityInfo"), &sip).as_boolean(), Some(false));

    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::ClockSkewed).await;
    device.session(&server.link).await.unwrap();
    let times = server.book.lock().unwrap().times.clone();
    let hour = Span::from_secs(3600);
    assert!(times.iter().all(|time| *time < NOW.minus(hour) || *time > NOW.plus(hour)), "{times:?}");
}

#[tokio::test]
async fn putting_off_repeating_and_enrolling_again() {
    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::NotNow).await;
    for _ in 0..30 {
        server.push("SecurityInfo", []);
        server.push("EnableLostMode", [("Message", "x".into())]);
    }
    let summary = device.session(&server.link).await.unwrap();
    let put_off = summary.answered.iter().filter(|one| one.status == "NotNow").count();
    assert!((3..20).contains(&put_off), "{put_off}");
    assert_eq!(server.book.lock().unwrap().put_off.len(), put_off);
    let urgent = |one: &&Answered| one.request_type == "EnableLostMode" && one.status == "NotNow";
    assert_eq!(summary.answered.iter().filter(urgent).count(), 0, "urgent commands are never put off");

    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::Duplicating).await;
    server.push("SecurityInfo", []);
    device.session(&server.link).await.unwrap();
    let heard = server.book.lock().unwrap().heard.clone();
    assert_eq!(heard.iter().filter(|message| message.contains_key("SecurityInfo")).count(), 2);

    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::ReEnrolling).await;
    let mut sessions = 0;
    while device.session(&server.link).await.unwrap().ended != Ended::WantsEnrolment {
        sessions += 1;
        assert!(sessions < 200, "it should want to by now");
    }
    server.book.lock().unwrap().spent = false;
    device.enrol(&server.link, &server.profile()).await.unwrap();
    assert_eq!(server.check_ins(), ["Authenticate", "TokenUpdate", "Authenticate", "TokenUpdate"]);
}

#[tokio::test]
async fn a_saved_device_goes_on_where_it_was() {
    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::Honest).await;
    server.push("InstallProfile", [("Payload", policy())]);
    device.session(&server.link).await.unwrap();
    let saved = serde_json::to_string(&device).unwrap();
    assert!(!format!("{device:?}").contains("BEGIN PRIVATE KEY"), "the key must not reach a log");
    let mut again: Device = serde_json::from_str(&saved).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), saved);
    assert_eq!(again.certificate_digest(), device.certificate_digest());
    server.push("Restrictions", []);
    again.session(&server.link).await.unwrap();
    let air_drop = ["GlobalRestrictions", "restrictedBool", "allowAirDrop", "value"];
    assert_eq!(at(&server.answer("Restrictions"), &air_drop).as_boolean(), Some(false));
}

#[tokio::test]
async fn certificates_are_renewed_and_idle_messages_signed_for_load_tools() {
    let server = Server::start().await;
    let mut device = enrolled(&server, Model::Iphone, Temper::Honest).await;
    let before = device.certificate_digest();
    device.renew(&server.link).await.unwrap();
    assert_ne!(device.certificate_digest(), before);
    assert_eq!(device.session(&server.link).await.unwrap().ended, Ended::Drained, "the new one is taken");

    let (body, header) = device.signed_idle(&world()).unwrap();
    let signature = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, header).unwrap();
    let signed = pki::cms::verify_detached(&signature, &body, &pki::cms::VerifyOptions::default()).unwrap();
    assert_eq!(
        Some(pki::Certificate::parse(&signed.certificate).unwrap().sha256_hex()),
        device.certificate_digest()
    );
    assert!(pki::Certificate::parse(&signed.certificate).unwrap().check_issued_by(CA.certificate()).is_ok());
    let fresh = Device::new(DeviceSpec::of_fleet(1, 1), 1);
    assert!(matches!(fresh.signed_idle(&world()), Err(SimError::NotEnrolled(_))));
}
