//! The command loop, with messages of real devices.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use protocol_apple::channel::Channel;
use protocol_apple::connect::{CommandReport, Status, decode};
use protocol_apple::errors::DecodeError;
use protocol_apple::plist_io::DEFAULT_LIMIT;

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("data/", $name)).as_slice()
    };
}

fn read(bytes: &[u8]) -> CommandReport {
    decode(bytes, DEFAULT_LIMIT).unwrap()
}

#[test]
fn a_device_asks_for_work() {
    let idle = read(sample!("idle-iphone.plist"));
    assert_eq!((idle.status, idle.command_uuid, idle.errors.len()), (Status::Idle, None, 0));
    let user = read(sample!("idle-mac-user.plist"));
    assert_eq!(user.not_on_console, Some(true));
    assert!(matches!(user.channel, Channel::User { .. }));
}

#[test]
fn not_now_is_not_an_end() {
    let report = read(sample!("not-now-iphone.plist"));
    assert_eq!(report.status, Status::NotNow);
    assert_eq!(report.command_uuid.as_deref(), Some("0192F1C0-7A3E-7C11-8D22-5E0B9A6C4F71"));
}

#[test]
fn errors_keep_their_chain() {
    let report = read(sample!("error-chain-ipad.bplist"));
    assert_eq!(report.status, Status::Error);
    let codes: Vec<_> = report.errors.iter().map(|link| (link.code, link.domain.as_str())).collect();
    assert_eq!(
        codes,
        [(4001, "MCInstallationErrorDomain"), (2005, "MCProfileErrorDomain"), (0, "NSCocoaErrorDomain")]
    );
    assert_eq!(report.errors[0].english.as_ref().unwrap().expose(), "Profile Installation Failed");
    assert_eq!(report.errors[1].english, None);

    let ours = read(sample!("format-error-iphone.plist"));
    assert_eq!(ours.status, Status::CommandFormatError);
    assert_eq!(ours.errors[0].localised.as_ref().unwrap().expose(), "Unbekannter Befehl.");
}

#[test]
fn a_word_we_do_not_know_is_neither_done_nor_failed() {
    let body = b"<dict><key>UDID</key><string>A</string><key>Status</key><string>Pondering</string>\
        <key>CommandUUID</key><integer>7</integer></dict>";
    let report = read(body);
    assert_eq!(report.status, Status::Other("Pondering".into()));
    assert_eq!(report.status.as_str(), "Pondering");
    assert_eq!(report.command_uuid.as_deref(), Some("7"));
}

#[test]
fn what_is_no_answer_is_refused() {
    let no_status = b"<dict><key>UDID</key><string>A</string></dict>";
    assert!(matches!(decode(no_status, DEFAULT_LIMIT), Err(DecodeError::Missing { key: "Status", .. })));
    let nobody = b"<dict><key>Status</key><string>Idle</string></dict>";
    assert_eq!(decode(nobody, DEFAULT_LIMIT), Err(DecodeError::NoIdentity));
    assert_eq!(decode(nobody, 10), Err(DecodeError::TooLarge { size: nobody.len(), limit: 10 }));
    let long = format!(
        "<dict><key>UDID</key><string>A</string><key>Status</key><string>Idle</string>\
         <key>CommandUUID</key><string>{}</string></dict>",
        "x".repeat(129)
    );
    assert_eq!(read(long.as_bytes()).command_uuid, None, "it cannot be one of ours");
}

#[test]
fn nothing_reported_is_printed() {
    let printed = format!("{:?}", read(sample!("device-information-iphone.plist")));
    assert!(!printed.contains("NC-PH-01877") && !printed.contains("K7XQ2M9PLN"), "{printed}");
    let printed = format!("{:?}", read(sample!("error-chain-ipad.bplist")));
    assert!(!printed.contains("Installation Failed"), "{printed}");
}
