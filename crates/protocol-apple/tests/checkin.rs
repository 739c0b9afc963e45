//! Check-in messages as devices and test clients send them.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use domain::Platform;
use protocol_apple::channel::Channel;
use protocol_apple::checkin::{CheckIn, Endpoint, Message, TokenService, decode};
use protocol_apple::errors::DecodeError;
use protocol_apple::plist_io::DEFAULT_LIMIT;

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("data/", $name)).as_slice()
    };
}

fn read(bytes: &[u8]) -> CheckIn {
    decode(bytes, DEFAULT_LIMIT).unwrap()
}

const PHONE: &str = "00008120-001A2C4E0F83201E";
const MAC: &str = "5A8F1D72-93BE-5C0E-A1D4-7B20C9E4F611";

#[test]
fn a_phone_enrols() {
    let CheckIn { channel, message, .. } = read(sample!("authenticate-iphone.plist"));
    assert_eq!(channel, Channel::Device { udid: PHONE.into() });
    assert!(channel.is_device() && channel.key() == PHONE);
    let Message::Authenticate(said) = message else { panic!("{message:?}") };
    assert_eq!(said.serial_number.as_deref(), Some("K7XQ2M9PLN"));
    assert_eq!(said.os_version.as_deref(), Some("18.1"));
    assert_eq!(said.build_version.as_deref(), Some("22B83"));
    assert_eq!(said.product_name.as_deref(), Some("iPhone15,4"));
    assert_eq!(said.imei.as_ref().unwrap().expose(), "35 209900 176148 1");
    assert_eq!(said.meid.as_ref().unwrap().expose(), "35209900176148");
    assert_eq!(said.platform(), Some(Platform::Ios));
    assert_eq!((said.model_name, said.device_name), (None, None));
    assert!(said.topic.starts_with("com.apple.mgmt."));
}

#[test]
fn a_mac_enrols_in_binary() {
    let CheckIn { channel, message, .. } = read(sample!("authenticate-mac.bplist"));
    assert_eq!(channel.device_key(), MAC);
    let Message::Authenticate(said) = message else { panic!("{message:?}") };
    assert_eq!(said.model.as_deref(), Some("Mac14,2"));
    assert_eq!(said.platform(), Some(Platform::Macos));
    assert_eq!(said.model_name.as_deref(), Some("MacBook Air"));
    assert_eq!(said.device_name.as_ref().unwrap().expose(), "NC-LT-00412");
}

#[test]
fn another_client_s_order_and_types_are_taken() {
    let Message::Authenticate(said) = read(sample!("authenticate-odd-client.plist")).message else {
        panic!()
    };
    assert_eq!(said.os_version.as_deref(), Some("17.5"));
    assert_eq!(said.build_version.as_deref(), Some("21"));
    assert_eq!(said.platform(), None, "nothing says what it is");
    assert_eq!(said.device_name.as_ref().unwrap().expose(), "second & last", "of equal keys the last counts");
}

#[test]
fn a_personal_enrolment_shows_itself() {
    let CheckIn { channel, message, .. } = read(sample!("authenticate-user-enrolment.plist"));
    let Channel::UserEnrolment { enrolment_id, user_id: None } = &channel else { panic!("{channel:?}") };
    assert_eq!(channel.key(), *enrolment_id);
    let Message::Authenticate(said) = message else { panic!("{message:?}") };
    assert_eq!(said.serial_number, None);
}

#[test]
fn a_later_token_update_says_nothing_of_the_unlock_token() {
    let Message::TokenUpdate(first) = read(sample!("token-update-iphone.plist")).message else { panic!() };
    let Message::TokenUpdate(later) = read(sample!("token-update-iphone-again.plist")).message else {
        panic!()
    };
    assert!(first.token_hex().expose().starts_with("000102030405"));
    assert_eq!(first.push_magic.expose(), "7B1C52E4-0D3A-4B86-9E1F-22A40F6C8D90");
    assert_eq!(first.unlock_token.as_ref().unwrap().expose().len(), 23 * 20);
    assert_eq!((later.unlock_token.is_none(), later.awaiting_configuration), (true, false));
    assert_ne!(first.token, later.token);
}

#[test]
fn users_have_channels_of_their_own() {
    let CheckIn { channel, message, .. } = read(sample!("token-update-mac-user.bplist"));
    assert_eq!(channel.key(), format!("{MAC}:61D3A8B0-2C47-4E95-B6F1-0A8D5E7C9F24"));
    assert!(!channel.is_device() && channel.device_key() == MAC);
    let Message::TokenUpdate(update) = message else { panic!("{message:?}") };
    assert_eq!(update.not_on_console, Some(true));
    assert_eq!(update.user_long_name.as_ref().unwrap().expose(), "Alex Example");

    let shared = read(sample!("token-update-shared-ipad.plist")).channel;
    assert_eq!(shared.user_key(), Some("a.example@police.example"));
    assert!(matches!(shared, Channel::SharedIpadUser { .. }));
}

#[test]
fn the_other_messages_are_told_apart() {
    assert_eq!(read(sample!("check-out-iphone.plist")).message, Message::CheckOut);
    let user = read(sample!("user-authenticate-mac.plist"));
    assert_eq!(user.message, Message::UserAuthenticate { digest_response: None });
    assert!(matches!(user.channel, Channel::User { short_name: None, .. }));
    let Message::SetBootstrapToken { token, awaiting_configuration: true } =
        read(sample!("set-bootstrap-token-mac.bplist")).message
    else {
        panic!()
    };
    assert_eq!(token.unwrap().expose(), b"bootstrap-token-of-a-mac");
    let Message::SetBootstrapToken { token: None, .. } =
        read(sample!("delete-bootstrap-token-mac.plist")).message
    else {
        panic!("no bytes at all mean: delete")
    };
    assert_eq!(read(sample!("get-bootstrap-token-mac.plist")).message, Message::GetBootstrapToken);
    let token = read(sample!("get-token-iphone.plist")).message;
    assert_eq!(token, Message::GetToken(TokenService::ManagedAccount));
    let Message::DeclarativeManagement { endpoint, data } =
        read(sample!("declarative-status-iphone.plist")).message
    else {
        panic!()
    };
    assert_eq!(endpoint, Endpoint::Status);
    assert!(data.unwrap().expose().starts_with(b"{\"StatusItems\""));
    let unknown = read(sample!("unknown-message.plist")).message;
    assert_eq!(unknown, Message::Unknown { message_type: "ReturnToOrbit".into() });
    assert_eq!(unknown.message_type(), "ReturnToOrbit");
}

fn message(keys: &str) -> Result<CheckIn, DecodeError> {
    decode(format!("<plist version=\"1.0\"><dict>{keys}</dict></plist>").as_bytes(), DEFAULT_LIMIT)
}

fn out_of(udid: &str) -> Result<CheckIn, DecodeError> {
    message(&format!("<key>MessageType</key><string>CheckOut</string><key>UDID</key><string>{udid}</string>"))
}

#[test]
fn identifiers_are_taken_whole_or_not_at_all() {
    assert!(out_of(&"A".repeat(128)).is_ok());
    let bad = DecodeError::BadIdentity { key: "UDID", limit: 128 };
    for udid in [&"A".repeat(129), "A B", "A:B", "A\nB", "\u{430}", "A\u{0}"] {
        assert_eq!(out_of(udid), Err(bad.clone()), "{udid}");
    }
    assert_eq!(out_of(""), Err(DecodeError::NoIdentity));
    let shared = "<key>MessageType</key><string>CheckOut</string><key>UDID</key><string>A</string>\
        <key>UserID</key><string>ffffffff-ffff-ffff-ffff-ffffffffffff</string>";
    assert!(matches!(message(shared), Err(DecodeError::Missing { key: "UserShortName", .. })));
}

#[test]
fn what_is_missing_is_named() {
    let missing = |key, message| Err(DecodeError::Missing { key, message });
    assert_eq!(message("<key>UDID</key><string>A</string>"), missing("MessageType", "the check-in"));
    let update = "<key>MessageType</key><string>TokenUpdate</string><key>UDID</key><string>A</string>\
        <key>Topic</key><string>t</string><key>Token</key><string>AAEC</string>";
    assert_eq!(message(update), missing("Token", "TokenUpdate"), "text is no token");
    let authenticate = "<key>MessageType</key><string>Authenticate</string><key>UDID</key><string>A</string>";
    assert_eq!(message(authenticate), missing("Topic", "Authenticate"));
    let nobody = "<key>MessageType</key><string>CheckOut</string>";
    assert_eq!(message(nobody), Err(DecodeError::NoIdentity));
}

#[test]
fn nothing_personal_is_printed() {
    for bytes in [
        sample!("authenticate-mac.bplist"),
        sample!("authenticate-iphone.plist"),
        sample!("token-update-iphone.plist"),
        sample!("token-update-mac-user.bplist"),
        sample!("token-update-shared-ipad.plist"),
        sample!("set-bootstrap-token-mac.bplist"),
    ] {
        let printed = format!("{:?}", read(bytes));
        for secret in ["Alex", "aexample", "police.example", "NC-LT", "209900", "7B1C52E4", "[0, 1, 2"] {
            assert!(!printed.contains(secret), "{secret} in {printed}");
        }
    }
}
