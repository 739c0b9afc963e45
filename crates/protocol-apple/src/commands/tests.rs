use domain::Platform::{Android, Ios, Ipados, Macos, Windows};
use domain::{Effect, Secret};

use super::*;
use crate::plist_io::{DEFAULT_LIMIT, read_dictionary};

fn lock(pin: Option<&str>) -> Command {
    let pin = pin.map(|digits| Pin::new(digits.into()).unwrap());
    Command::DeviceLock { pin, message: Some("Police property".into()), phone_number: None }
}

fn lost(message: Option<&str>) -> Command {
    Command::EnableLostMode { message: message.map(Into::into), phone_number: None, footnote: None }
}

#[test]
fn a_command_is_the_same_bytes_every_time() {
    let command = Command::EnableLostMode {
        message: Some("Police property <return> & call".into()),
        phone_number: Some("01603 000000".into()),
        footnote: None,
    };
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
        <plist version=\"1.0\">\n<dict>\n\
        \t<key>CommandUUID</key>\n\t<string>U-1</string>\n\
        \t<key>Command</key>\n\t<dict>\n\
        \t\t<key>RequestType</key>\n\t\t<string>EnableLostMode</string>\n\
        \t\t<key>Message</key>\n\t\t<string>Police property &lt;return&gt; &amp; call</string>\n\
        \t\t<key>PhoneNumber</key>\n\t\t<string>01603 000000</string>\n\
        \t</dict>\n</dict>\n</plist>\n";
    assert_eq!(String::from_utf8(command.encode("U-1")).unwrap(), expected);
    assert_eq!(command.encode("U-1"), command.clone().encode("U-1"));
}

#[test]
fn options_not_used_are_not_written() {
    let bytes = Command::EraseDevice(Box::default()).encode("U");
    let all = read_dictionary(&bytes, DEFAULT_LIMIT).unwrap();
    let command = all.get("Command").unwrap().as_dictionary().unwrap();
    assert_eq!(command.keys().collect::<Vec<_>>(), ["RequestType"]);
}

#[test]
fn each_command_says_how_much_harm_it_can_do() {
    let erase = Command::EraseDevice(Box::default());
    let clear = Command::ClearPasscode { unlock_token: Secret::new(vec![1]) };
    let unenrol = Command::Unenrol { identifier: "x".into() };
    for command in [&erase, &clear, &unenrol] {
        assert_eq!(command.meta().effect, Effect::Destructive);
    }
    assert!(Command::DeviceLocation.meta().sensitive_answer);
    // One person may contain a loss at night: it can be undone.
    for (command, effect) in [
        (lock(None), Effect::Harsh),
        (lost(Some("x")), Effect::Harsh),
        (Command::DisableLostMode, Effect::Harmless),
        (Command::PlayLostModeSound, Effect::Harmless),
    ] {
        assert_eq!((command.meta().effect, command.meta().lane), (effect, Lane::Urgent));
    }
    let remove = Command::RemoveProfile { identifier: "x".into() };
    assert_eq!(remove.request_type(), unenrol.request_type());
    assert_ne!(remove.meta(), unenrol.meta());
}

#[test]
fn refusals_come_before_the_queue() {
    let not_on = |request_type, platform| Some(Refusal::NotOnPlatform { request_type, platform });
    assert_eq!(lost(Some("x")).refusal(Ios, true), None);
    assert_eq!(lost(Some("x")).refusal(Macos, true), not_on("EnableLostMode", Macos));
    assert_eq!(
        lost(Some("x")).refusal(Ipados, false),
        Some(Refusal::NeedsSupervision { request_type: "EnableLostMode" })
    );
    assert_eq!(lost(Some(" ")).refusal(Ios, true), Some(Refusal::NothingToShow));
    assert_eq!(lost(None).refusal(Ios, true), Some(Refusal::NothingToShow));
    assert_eq!(lock(None).refusal(Ios, false), None);
    assert_eq!(lock(None).refusal(Macos, true), Some(Refusal::PinNeeded));
    assert_eq!(lock(Some("123456")).refusal(Macos, false), None);
    assert_eq!(
        lock(Some("123456")).refusal(Ios, true),
        Some(Refusal::OptionNotOnPlatform { option: "PIN", platform: Ios })
    );
    let clear = Command::ClearPasscode { unlock_token: Secret::new(vec![1]) };
    assert_eq!(clear.refusal(Macos, true), not_on("ClearPasscode", Macos));
    assert_eq!(Command::RestartDevice { notify_user: false }.refusal(Macos, false), None);
    assert!(Command::RestartDevice { notify_user: true }.refusal(Ios, true).is_some());
    assert!(Command::RestartDevice { notify_user: false }.refusal(Ios, false).is_some());
    assert!(Command::ActivationLockBypassCode.refusal(Macos, false).is_some());
    assert_eq!(Command::DeviceInformation { queries: vec![] }.refusal(Ios, true), Some(Refusal::Empty));
    assert_eq!(Command::SecurityInfo.refusal(Android, true), not_on("SecurityInfo", Android));
    assert_eq!(Command::SecurityInfo.refusal(Windows, true), not_on("SecurityInfo", Windows));
}

#[test]
fn an_erase_takes_the_options_of_its_platform() {
    let mac = Command::EraseDevice(Box::new(Erase {
        obliteration: Some(Obliteration::DoNotObliterate),
        ..Erase::default()
    }));
    let phone = Command::EraseDevice(Box::new(Erase { preserve_data_plan: true, ..Erase::default() }));
    assert_eq!((mac.refusal(Macos, false), phone.refusal(Ios, false)), (None, None));
    assert_eq!(
        mac.refusal(Ios, true),
        Some(Refusal::OptionNotOnPlatform { option: "ObliterationBehavior", platform: Ios })
    );
    assert_eq!(
        phone.refusal(Macos, true),
        Some(Refusal::OptionNotOnPlatform { option: "PreserveDataPlan", platform: Macos })
    );
}

#[test]
fn settings_are_refused_item_by_item() {
    let settings = |items: Vec<SettingItem>| Command::Settings { items };
    let bluetooth = SettingItem::Bluetooth { enabled: true };
    let hotspot = SettingItem::PersonalHotspot { enabled: false };
    assert_eq!(settings(vec![]).refusal(Ios, true), Some(Refusal::Empty));
    assert_eq!(settings(vec![bluetooth.clone()]).refusal(Macos, false), None);
    assert_eq!(
        settings(vec![hotspot.clone(), bluetooth.clone()]).refusal(Ios, false),
        Some(Refusal::NeedsSupervision { request_type: "Bluetooth" })
    );
    assert_eq!(
        settings(vec![bluetooth, hotspot]).refusal(Macos, true),
        Some(Refusal::NotOnPlatform { request_type: "PersonalHotspot", platform: Macos })
    );
}

#[test]
fn sent_settings_read_back() {
    let items = vec![
        SettingItem::Bluetooth { enabled: true },
        SettingItem::PersonalHotspot { enabled: false },
        SettingItem::DataRoaming { enabled: true },
        SettingItem::DeviceName { name: "NC-PH-01877".into() },
        SettingItem::Organisation { name: "Constabulary".into(), phone: Some("101".into()), email: None },
        SettingItem::ActivationLock { allowed: false },
        SettingItem::TimeZone { zone: "Europe/London".into() },
    ];
    let sent = sent_settings(&Command::Settings { items: items.clone() }.encode("U")).unwrap();
    assert_eq!(sent, items.into_iter().map(Some).collect::<Vec<_>>());
    assert_eq!(sent_settings(&Command::SecurityInfo.encode("U")).unwrap(), []);
    assert!(sent_settings(b"nonsense").is_err());
}

#[test]
fn a_pin_is_six_digits_and_is_not_printed() {
    for bad in ["", "12345", "1234567", "12345a", "１２３４５６"] {
        assert_eq!(Pin::new(bad.into()), None, "{bad}");
    }
    let printed = format!("{:?}", lock(Some("314159")));
    assert!(!printed.contains("314159"), "{printed}");
}

#[test]
fn rights_add_up_to_all() {
    use AccessRight as R;
    let all = [
        R::Inspection,
        R::Profiles,
        R::LockAndPasscode,
        R::Erase,
        R::DeviceInformation,
        R::NetworkInformation,
        R::ProvisioningInspection,
        R::Provisioning,
        R::Applications,
        R::Restrictions,
        R::Security,
        R::Settings,
        R::ManageApplications,
    ];
    assert_eq!(all.into_iter().map(AccessRight::bit).sum::<u16>(), ACCESS_RIGHTS_ALL);
}
