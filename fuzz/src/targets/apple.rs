//! What Apple devices send: check-ins, answers to commands, and the facts in them.

use domain::{FactValue, Platform, Timestamp};
use protocol_apple::channel::Channel;
use protocol_apple::commands::{self, Command};
use protocol_apple::connect::{self, CommandReport, Status};
use protocol_apple::{checkin, reports};

use super::plist::{LIMIT, refuses_more_than_its_limit};
use crate::sample;

/// Longest identifier that may come out, in bytes.
const MAX_IDENTITY: usize = 128;
/// More facts than any answer has.
const MAX_FACTS: usize = 200;
/// Every request with facts in its answer, and one without.
const REQUESTS: [&str; 7] = [
    "DeviceInformation",
    "SecurityInfo",
    "Restrictions",
    "ProfileList",
    "InstalledApplicationList",
    "CertificateList",
    "DeviceLock",
];
const AT: Timestamp = Timestamp::from_millis(1_795_348_800_000);

/// Reads a check-in.
pub fn checkin(data: &[u8]) -> bool {
    let Ok(message) = checkin::decode(data, LIMIT) else { return false };
    check_channel(&message.channel);
    refuses_more_than_its_limit(data, |limit| checkin::decode(data, limit).err());
    assert!(!message.message.message_type().is_empty(), "a message has a type");
    assert!(!format!("{message:?}").is_empty(), "Debug must not fall over either");
    true
}

/// Reads an answer of the command loop, and everything that can be asked of it.
pub fn command_report(data: &[u8]) -> bool {
    let command = connect::command_of_unreadable(data, LIMIT);
    assert!(command.is_none_or(|id| !id.is_empty() && id.len() <= MAX_IDENTITY), "no id of a command");
    let Ok(report) = connect::decode(data, LIMIT) else { return false };
    check_channel(&report.channel);
    refuses_more_than_its_limit(data, |limit| connect::decode(data, limit).err());
    assert!(report.errors.len() <= 16, "a chain of {} errors", report.errors.len());
    assert!(report.status.as_str().chars().count() <= 256, "a status of any length");
    for request in REQUESTS {
        for platform in [Platform::Ios, Platform::Ipados, Platform::Macos] {
            check_facts(&report, request, platform);
        }
    }
    if let Some(place) = reports::location(&report) {
        let on_earth =
            (-90.0..=90.0).contains(&place.latitude) && (-180.0..=180.0).contains(&place.longitude);
        assert!(on_earth && report.status == Status::Acknowledged, "a place that is none");
    }
    let code = reports::activation_lock_bypass_code(&report);
    assert!(code.is_none() || report.status == Status::Acknowledged, "a code out of a failure");
    for sent in [&[][..], &[None], &[None, None]] {
        assert_eq!(reports::settings_facts(sent, &report, AT, "digest"), [], "nothing that we sent");
    }
    true
}

fn check_facts(report: &CommandReport, request: &str, platform: Platform) {
    let facts = reports::facts(request, platform, report, AT, "digest");
    assert!(facts.len() <= MAX_FACTS, "{} facts out of one answer", facts.len());
    let may_speak = report.status == Status::Acknowledged && report.channel.is_device();
    assert!(may_speak || facts.is_empty(), "facts from whom they may not come");
    assert!(request != "DeviceLock" || facts.is_empty(), "facts from a command that reports none");
    for fact in &facts {
        assert_eq!((fact.at, fact.source.as_str()), (AT, "digest"));
        if fact.name.as_str() == "battery.percent" {
            assert!(matches!(fact.value, FactValue::Count(0..=100)), "{fact:?}");
        }
    }
}

fn check_channel(channel: &Channel) {
    let fits = |text: &str| !text.is_empty() && text.len() <= MAX_IDENTITY;
    assert!(fits(channel.device_key()), "an identifier of {} bytes", channel.device_key().len());
    assert!(!channel.device_key().contains(':'), "a device's key must not look like a user's");
    assert!(channel.user_key().is_none_or(fits), "a user's identifier that is none");
    assert!(channel.key().starts_with(channel.device_key()), "a channel's key begins with its device's");
}

/// Reads a command back, as is done to know which settings an answer is about.
pub fn sent_settings(data: &[u8]) -> bool {
    if data.len() > LIMIT {
        return false;
    }
    let Ok(items) = commands::sent_settings(data) else { return false };
    assert!(items.len() <= data.len(), "more items than bytes");
    true
}

fn samples(taken: fn(&[u8]) -> bool) -> Vec<Vec<u8>> {
    sample::apple_messages().into_iter().filter(|bytes| taken(bytes)).collect()
}

/// Returns the sample messages that are check-ins.
#[must_use]
pub fn checkin_seeds() -> Vec<Vec<u8>> {
    let mut seeds = samples(checkin);
    // A name that is not in the encoding of the message.
    seeds.push(
        b"<dict><key>MessageType</key><string>Authenticate</string><key>UDID</key><string>A</string><key>Topic</key>\
          <string>t</string><key>DeviceName</key><string>Zo\xeb</string></dict>"
            .to_vec(),
    );
    seeds
}

/// Returns the sample messages that are answers.
#[must_use]
pub fn command_report_seeds() -> Vec<Vec<u8>> {
    let mut seeds = samples(command_report);
    // No status, and a member of a list that cannot be read.
    seeds.push(
        b"<dict><key>UDID</key><string>A</string><key>CommandUUID</key><string>C</string><key>ProfileList</key>\
          <array><dict><key>PayloadUUID</key><date/></dict><null/></array></dict>"
            .to_vec(),
    );
    seeds
}

/// Commands as they go out.
#[must_use]
pub fn sent_settings_seeds() -> Vec<Vec<u8>> {
    let items = vec![
        commands::SettingItem::Bluetooth { enabled: true },
        commands::SettingItem::Bluetooth { enabled: false },
    ];
    let uuid = "0F0F0F0F-0000-4000-8000-000000000001";
    [Command::Settings { items }, Command::SecurityInfo].iter().map(|one| one.encode(uuid)).collect()
}
