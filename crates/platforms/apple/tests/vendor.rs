//! Apple behind the port: which bytes an order becomes, why a device cannot be given it, and what an answer says.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is wrong")]

use std::collections::BTreeSet;

use domain::{CommandId, Deed, Effect, FactValue, Platform, Secret, Timestamp};
use platform_apple::{Apple, BOOTSTRAP_TOKEN, UNLOCK_TOKEN, check_in};
use platform_port::{
    Group, Lane, Message, Offer, Order, Publisher, Question, Stage, Supplies, Target, Vendor,
};
use protocol_apple::checkin;
use protocol_apple::commands::{Command, Erase, Pin, SettingItem, device_queries};

const PHONES: [Platform; 2] = [Platform::Ios, Platform::Ipados];

fn id() -> CommandId {
    "00000004-0000-7000-8000-000000000001".parse().unwrap()
}

/// Every order, with the command that it is on that platform.
fn orders(platform: Platform, pin: Option<Pin>) -> Vec<(Order, Command)> {
    let profile = Secret::new(b"<profile>".to_vec());
    let ask = |question| Order::Ask { question };
    let (message, phone_number) = (Some("Call us".to_owned()), Some("101".to_owned()));
    let names = || ("d".to_owned(), "uk.police.lanyard.mdu-6".to_owned());
    let ((digest, identifier), (own_digest, own_identifier)) = (names(), names());
    vec![
        (
            Order::Lock { message: message.clone(), phone_number: None },
            Command::DeviceLock { pin: pin.clone(), message: message.clone(), phone_number: None },
        ),
        (
            Order::LostMode { message: message.clone(), phone_number: phone_number.clone() },
            Command::EnableLostMode { message, phone_number, footnote: None },
        ),
        (Order::LostModeOff, Command::DisableLostMode),
        (Order::Locate, Command::DeviceLocation),
        (Order::Sound, Command::PlayLostModeSound),
        (Order::ClearPasscode, Command::ClearPasscode { unlock_token: Secret::new(vec![1, 2]) }),
        (
            Order::Erase,
            Command::EraseDevice(Box::new(Erase {
                pin,
                disallow_proximity_setup: platform != Platform::Macos,
                ..Erase::default()
            })),
        ),
        (Order::Restart, Command::RestartDevice { notify_user: false }),
        (Order::ShutDown, Command::ShutDownDevice),
        (ask(Question::Device), Command::DeviceInformation { queries: device_queries(platform) }),
        (ask(Question::Security), Command::SecurityInfo),
        (ask(Question::Settings), Command::ProfileList),
        (ask(Question::Restrictions), Command::Restrictions { by_profile: false }),
        (ask(Question::Apps), Command::InstalledApplicationList),
        (ask(Question::Certificates), Command::CertificateList),
        (Order::InstallSettings { digest, identifier }, Command::InstallProfile { profile: profile.clone() }),
        (
            Order::InstallOwnSettings { digest: own_digest, identifier: own_identifier },
            Command::InstallProfile { profile },
        ),
        (
            Order::RemoveSettings { identifier: "uk.police.lanyard.mdu-6".into() },
            Command::RemoveProfile { identifier: "uk.police.lanyard.mdu-6".into() },
        ),
        (Order::FinishSetup, Command::DeviceConfigured),
        (
            Order::Bluetooth { enabled: false },
            Command::Settings { items: vec![SettingItem::Bluetooth { enabled: false }] },
        ),
    ]
}

fn supplies(code: Option<&str>) -> Supplies {
    Supplies {
        bundle: Some(Secret::new(b"<profile>".to_vec())),
        code: code.map(|code| Secret::new(code.to_owned())),
        kept: [(UNLOCK_TOKEN, Secret::new(vec![1, 2]))].into(),
    }
}

#[test]
fn each_order_is_the_command_that_it_was_before_there_was_a_port() {
    for (platform, code) in
        [(Platform::Ios, None), (Platform::Ipados, None), (Platform::Macos, Some("123456"))]
    {
        let pin = code.and_then(|code| Pin::new(code.to_owned()));
        for (order, command) in orders(platform, pin) {
            let bytes = Apple::default().prepare(id(), &order, platform, &supplies(code)).unwrap();
            assert_eq!(bytes, command.encode(&id().to_string()), "{} on {platform}", order.word());
            let (weight, meta) = (Apple::default().weight(&order), command.meta());
            assert_eq!(weight.effect, meta.effect, "{}", order.word());
            assert_eq!(weight.lane == Lane::Urgent, meta.lane == protocol_apple::commands::Lane::Urgent);
            assert_eq!(Apple::default().has(platform, &order), meta.platforms.contains(&platform));
            assert!(weight.effect <= order.deed().effect(), "our word for it says no less: {}", order.word());
        }
    }
}

#[test]
fn a_refresh_is_the_questions_of_the_platform_in_their_order() {
    let words = |platform| -> Vec<&'static str> {
        Apple::default().parts(platform, &Order::Refresh).iter().map(Order::word).collect()
    };
    let phone =
        ["ask-device", "ask-security", "ask-settings", "ask-restrictions", "ask-apps", "ask-certificates"];
    assert_eq!(words(Platform::Ios), phone);
    assert_eq!(
        words(Platform::Macos),
        ["ask-device", "ask-security", "ask-settings", "ask-apps", "ask-certificates"]
    );
    assert_eq!(Apple::default().parts(Platform::Ios, &Order::Erase), [Order::Erase]);
    assert_eq!(Apple::default().weight(&Order::Refresh).effect, Effect::Harmless);
    assert!(Apple::default().prepare(id(), &Order::Refresh, Platform::Ios, &supplies(None)).is_err());
}

#[test]
fn a_mac_wants_a_pin_of_six_digits_where_it_locks_or_is_erased() {
    let lock = Order::Lock { message: None, phone_number: None };
    for (order, mac) in [(&lock, Some(6)), (&Order::Erase, Some(6)), (&Order::Restart, None)] {
        assert_eq!(Apple::default().code_digits(Platform::Macos, order), mac);
        assert_eq!(Apple::default().code_digits(Platform::Ios, order), None);
    }
    assert!(Apple::default().consequence(Platform::Macos, &lock).unwrap().contains("asks for a PIN"));
    assert_eq!(Apple::default().consequence(Platform::Ios, &lock), None);
    let wrong = Apple::default().prepare(id(), &lock, Platform::Macos, &supplies(Some("12")));
    assert!(wrong.unwrap_err().to_string().contains("not six digits"));
}

fn target(platform: Platform, supervised: bool, lost_mode: Option<bool>, kept: &[&str]) -> Target {
    let kept: BTreeSet<String> = kept.iter().map(|what| (*what).to_owned()).collect();
    Target { platform, supervised, lost_mode, kept }
}

#[test]
fn a_device_is_told_of_as_refusing_before_anything_is_sent() {
    let why = |order: &Order, target: &Target| Apple::default().refusal(order, target);
    let lost = || Order::LostMode { message: Some("Call".into()), phone_number: None };
    for platform in PHONES {
        let good = target(platform, true, Some(true), &[UNLOCK_TOKEN]);
        for (order, _) in orders(platform, None) {
            assert_eq!(why(&order, &good), None, "{}", order.word());
        }
        for order in [Order::Sound, Order::Locate, Order::LostModeOff] {
            let found = why(&order, &target(platform, true, Some(false), &[]));
            assert_eq!(found.as_deref(), Some("the device does not report that it is in lost mode"));
            assert_eq!(why(&order, &target(platform, true, None, &[])), None, "nobody looked");
        }
        assert!(
            why(&lost(), &target(platform, false, None, &[])).unwrap().contains("needs a supervised device")
        );
        assert_eq!(
            why(&Order::ClearPasscode, &target(platform, true, None, &[])).as_deref(),
            Some("the device never gave an unlock token")
        );
    }
    let mac = target(Platform::Macos, true, None, &[]);
    assert!(why(&lost(), &mac).unwrap().contains("Mac has no"));
    assert_eq!(why(&Order::Lock { message: None, phone_number: None }, &mac), None, "its PIN will be made");
    assert_eq!(why(&Order::Refresh, &mac), None);
    let silent = Order::LostMode { message: Some(" ".into()), phone_number: None };
    assert!(why(&silent, &target(Platform::Ios, true, None, &[])).unwrap().contains("needs a message"));
}

fn report(status: &str, more: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\"><dict><key>UDID</key><string>U-1</string>\
         <key>CommandUUID</key><string>C-1</string><key>Status</key><string>{status}</string>{more}</dict></plist>"
    )
    .into_bytes()
}

#[test]
fn an_answer_says_how_far_it_got_and_why() {
    let chain = "<key>ErrorChain</key><array><dict><key>ErrorCode</key><integer>12021</integer><key>ErrorDomain</key>\
                 <string>MCMDM</string><key>USEnglishDescription</key><string>No such thing</string></dict></array>";
    for (status, more, stage, words) in [
        ("Acknowledged", "", Stage::Done, None),
        ("Error", chain, Stage::Failed, Some("MCMDM 12021: No such thing")),
        ("Error", "", Stage::Failed, Some("the device gave no reason")),
        ("CommandFormatError", "", Stage::NotUnderstood, None),
        ("NotNow", "", Stage::NotNow, None),
        ("Idle", "", Stage::Idle, None),
        ("Pondering", "", Stage::Unknown, None),
    ] {
        let answer = Apple::default().read(&report(status, more)).unwrap();
        assert_eq!((answer.stage, answer.words.as_deref()), (stage, words), "{status}");
        assert_eq!((answer.speaker.device.as_str(), answer.speaker.is_device()), ("U-1", true));
        assert_eq!(answer.command.as_deref(), Some("C-1"));
    }
    let without =
        String::from_utf8(report("Idle", "")).unwrap().replace("<key>Status</key><string>Idle</string>", "");
    let answer = Apple::default().read(without.as_bytes()).unwrap();
    assert_eq!(answer.stage, Stage::Failed);
    assert_eq!(answer.words.as_deref(), Some("the answer does not say how the command went"));
    assert!(Apple::default().read(b"").is_err());
}

#[test]
fn facts_depend_on_the_order_that_was_answered() {
    let told = "<key>QueryResponses</key><dict><key>OSVersion</key><string>18.1</string>\
                <key>IsSupervised</key><true/></dict>";
    let answer = Apple::default().read(&report("Acknowledged", told)).unwrap();
    let facts =
        |order: &Order| answer.report.facts(order, Platform::Ios, Timestamp::from_millis(5), "digest");
    let found = facts(&Order::Ask { question: Question::Device });
    let version = found.iter().find(|fact| fact.name.as_str() == "os.version").unwrap();
    assert_eq!(version.value, FactValue::Text("18.1".into()));
    assert_eq!((version.at, version.source.as_str()), (Timestamp::from_millis(5), "digest"));
    assert!(
        facts(&Order::Ask { question: Question::Security })
            .iter()
            .all(|fact| fact.name.as_str() != "os.version")
    );
    assert!(facts(&Order::Restart).is_empty());

    let switched =
        "<key>Settings</key><array><dict><key>Status</key><string>Acknowledged</string></dict></array>";
    let answer = Apple::default().read(&report("Acknowledged", switched)).unwrap();
    let order = Order::Bluetooth { enabled: false };
    let found = answer.report.facts(&order, Platform::Ios, Timestamp::default(), "digest");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].name.as_str(), &found[0].value),
        ("effective.bluetooth.enabled", &FactValue::Bool(false))
    );

    let place = "<key>Latitude</key><real>52.5</real><key>Longitude</key><real>1.25</real>";
    let answer = Apple::default().read(&report("Acknowledged", place)).unwrap();
    let place = answer.report.location().unwrap();
    assert_eq!((place.latitude, place.longitude, place.accuracy_metres), (52.5, 1.25, None));
    assert_eq!(format!("{place:?}"), "Location(..)", "a place is never logged");
}

fn said(kind: &str, more: &str) -> platform_port::CheckIn {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\"><dict><key>MessageType</key><string>{kind}</string>\
         <key>UDID</key><string>U-1</string><key>Topic</key><string>com.apple.mgmt.External.x</string>{more}</dict></plist>"
    );
    check_in(&checkin::decode(text.as_bytes(), 100_000).unwrap())
}

#[test]
fn a_check_in_is_put_into_the_port_s_words() {
    let begins = "<key>SerialNumber</key><string>S1</string><key>OSVersion</key><string>18.1</string>\
                  <key>ModelName</key><string>iPhone</string><key>DeviceName</key><string>Her phone</string>";
    let received = said("Authenticate", begins);
    assert_eq!((received.name.as_str(), received.speaker.personal), ("Authenticate", false));
    let Message::Begin(begin) = received.message else { panic!("it begins") };
    assert_eq!((begin.serial.as_deref(), begin.os_version.as_deref()), (Some("S1"), Some("18.1")));
    assert_eq!(begin.model.as_deref(), Some("iPhone"));
    let names: Vec<&str> = begin.told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["device.name", "device.model", "os.version"]);

    let token = "<key>Token</key><data>AP8=</data><key>PushMagic</key><string>the magic</string>";
    let unlock = "<key>UnlockToken</key><data>AQI=</data><key>AwaitingConfiguration</key><true/>";
    let Message::Ready(ready) = said("TokenUpdate", &format!("{token}{unlock}")).message else {
        panic!("ready")
    };
    assert_eq!(ready.address, "com.apple.mgmt.External.x 00ff the magic");
    assert!(ready.awaits_settings);
    let kept: Vec<(&str, &[u8])> =
        ready.kept.iter().map(|kept| (kept.what, kept.value.expose().as_slice())).collect();
    assert_eq!(kept, [(UNLOCK_TOKEN, &[1, 2][..])]);
    let Message::Ready(again) = said("TokenUpdate", token).message else { panic!("ready") };
    assert!(again.kept.is_empty(), "what it leaves out stays as it is kept");

    assert!(matches!(said("CheckOut", "").message, Message::Leave));
    let boot = said("SetBootstrapToken", "<key>BootstrapToken</key><data>AQ==</data>").message;
    assert!(matches!(boot, Message::Keep { what, value: Some(_) } if what == BOOTSTRAP_TOKEN));
    assert!(matches!(said("SetBootstrapToken", "").message, Message::Keep { value: None, .. }));
    assert!(
        matches!(said("GetBootstrapToken", "").message, Message::Give { what } if what == BOOTSTRAP_TOKEN)
    );
    let other = said("Dancing", "");
    assert_eq!(other.name, "Dancing");
    assert!(matches!(other.message, Message::Other));
    let user = said("TokenUpdate", &format!("{token}<key>UserID</key><string>USER-1</string>"));
    assert_eq!(user.speaker.user_id(), Some("USER-1"));
}

#[test]
fn the_enrolment_profile_carries_what_the_offer_says() {
    let offer = Offer {
        platform: Platform::Ios,
        address: "https://mdm.force.example".into(),
        check_in_address: Some("https://two.force.example".into()),
        organisation: "A Force".into(),
        identifier_prefix: "uk.police.lanyard".into(),
        name: "the-device".into(),
        challenge: Secret::new("the-word".into()),
        authority: vec![0x30, 0],
        authority_sha1: [7; 20],
    };
    let file = Apple::new("com.apple.mgmt.External.x").enrolment_file(offer).unwrap();
    assert_eq!((file.extension, file.media_type), ("mobileconfig", "application/x-apple-aspen-config"));
    assert!(file.is_signed);
    let all: plist::Dictionary = plist::from_bytes(file.bytes.expose()).unwrap();
    let payloads = all["PayloadContent"].as_array().unwrap();
    let of = |kind: &str| {
        let found = payloads.iter().map(|payload| payload.as_dictionary().unwrap());
        found.clone().find(|payload| payload["PayloadType"].as_string() == Some(kind)).unwrap()
    };
    let mdm = of("com.apple.mdm");
    assert_eq!(mdm["Topic"].as_string(), Some("com.apple.mgmt.External.x"));
    assert_eq!(mdm["ServerURL"].as_string(), Some("https://mdm.force.example/apple/mdm"));
    assert_eq!(mdm["CheckInURL"].as_string(), Some("https://two.force.example/apple/checkin"));
    let scep = of("com.apple.security.scep")["PayloadContent"].as_dictionary().unwrap();
    assert_eq!(scep["URL"].as_string(), Some("https://mdm.force.example/scep"));
    assert_eq!(scep["Challenge"].as_string(), Some("the-word"));
    assert_eq!(scep["CAFingerprint"].as_data(), Some(&[7; 20][..]));
    assert_eq!(all["PayloadDisplayName"].as_string(), Some("A Force device management"));
}

#[test]
fn groups_become_profiles_and_one_that_devices_refuse_is_an_error() {
    let group =
        |id: &str| Group { id: id.into(), title: "T".into(), values: Default::default(), clauses: vec![] };
    let publisher = Publisher::new("A Force", "uk.police.lanyard");
    let compiled = Apple::default().compile(Platform::Ios, Vec::new(), &publisher).unwrap();
    assert!(compiled.bundles.is_empty());
    let twice = Apple::default().compile(Platform::Ios, vec![group("a"), group("a")], &publisher);
    assert!(twice.unwrap_err().to_string().contains("two groups"));
    let strangers = Apple::default().compile(Platform::Windows, vec![group("a")], &publisher).unwrap();
    assert!(strangers.bundles.is_empty());
    assert_eq!(Deed::Erase.effect(), Apple::default().weight(&Order::Erase).effect);
}
