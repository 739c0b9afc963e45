//! The vendor's messages: lines of text.
//!
//! An order is `ID VERB` with arguments on further lines. An answer is `DEVICE ID WORD`, then what the device tells: `flag NAME
//! true`, `text NAME WORDS`, `list NAME of` and `item NAME WORDS` for each thing in it, `place NORTH EAST`.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CommandId, Fact, FactName, FactValue, Grade, Platform, Secret, Timestamp};
use platform_port::{
    Answer, Begin, CannotPrepare, CheckIn, Kept, Location, Message, Order, Ready, Report, Speaker, Stage,
    Supplies, Unreadable,
};

use crate::SEAL;

/// Returns the vendor's verb for an order; `None` for one that it does not have.
pub(crate) const fn verb(order: &Order) -> Option<&'static str> {
    Some(match order {
        Order::Lock { .. } => "FREEZE",
        Order::Locate => "WHERE",
        Order::ClearPasscode => "UNFREEZE",
        Order::Erase => "SCRUB",
        Order::Restart => "CYCLE",
        Order::Refresh => "TELL",
        Order::InstallSettings { .. } | Order::InstallOwnSettings { .. } => "TAKE",
        Order::RemoveSettings { .. } => "DROP",
        Order::FinishSetup => "GO",
        Order::LostMode { .. }
        | Order::LostModeOff
        | Order::Sound
        | Order::ShutDown
        | Order::Ask { .. }
        | Order::Bluetooth { .. } => return None,
    })
}

pub(crate) fn write(id: CommandId, order: &Order, supplies: &Supplies) -> Result<Vec<u8>, CannotPrepare> {
    let verb = verb(order).ok_or_else(|| CannotPrepare("an abacus has no such order".into()))?;
    let mut text = format!("{id} {verb}\n");
    match order {
        Order::Lock { message, .. } => {
            let code = supplies.code.as_ref().ok_or_else(|| CannotPrepare("no code was made".into()))?;
            text.push_str(&format!("code {}\n", code.expose()));
            text.push_str(&message.as_ref().map_or_else(String::new, |words| format!("say {words}\n")));
        }
        Order::ClearPasscode => {
            let seal = supplies.kept.get(SEAL).ok_or_else(|| CannotPrepare("no seal is kept".into()))?;
            text.push_str(&format!("seal {}\n", hex::encode(seal.expose())));
        }
        Order::RemoveSettings { identifier } => text.push_str(&format!("which {identifier}\n")),
        _ => {}
    }
    let mut bytes = text.into_bytes();
    if let Some(bundle) = &supplies.bundle {
        bytes.extend_from_slice(bundle.expose());
    }
    Ok(bytes)
}

pub(crate) fn read(bytes: &[u8]) -> Result<Answer, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable("not text".into()))?;
    let (head, body) = text.split_once('\n').unwrap_or((text, ""));
    let mut words = head.split(' ');
    let (Some(device), Some(id), Some(word)) = (words.next(), words.next(), words.next()) else {
        return Err(Unreadable("the first line is not DEVICE ID WORD".into()));
    };
    let stage = match word {
        "IDLE" => Stage::Idle,
        "OK" => Stage::Done,
        "NO" => Stage::Failed,
        "HUH" => Stage::NotUnderstood,
        "WAIT" => Stage::NotNow,
        _ => Stage::Unknown,
    };
    Ok(Answer {
        speaker: speaker(device),
        stage,
        command: Some(id.to_owned()),
        words: (stage == Stage::Failed).then(|| body.trim_end().to_owned()),
        report: Box::new(Told(body.to_owned())),
    })
}

/// What a device told.
#[derive(Debug)]
struct Told(String);

impl Report for Told {
    fn facts(&self, order: &Order, _platform: Platform, at: Timestamp, source: &str) -> Vec<Fact> {
        if *order != Order::Refresh {
            return Vec::new();
        }
        let mut found: BTreeMap<&str, FactValue> = BTreeMap::new();
        for line in self.0.lines() {
            let mut parts = line.splitn(3, ' ');
            let (Some(kind), Some(name), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            match kind {
                "flag" => found.insert(name, FactValue::Bool(value == "true")),
                "text" => found.insert(name, FactValue::Text(value.to_owned())),
                "list" => found.insert(name, FactValue::List(BTreeSet::new())),
                "item" => {
                    let list = found.entry(name).or_insert_with(|| FactValue::List(BTreeSet::new()));
                    if let FactValue::List(items) = list {
                        items.insert(value.to_owned());
                    }
                    None
                }
                _ => None,
            };
        }
        let fact = |(name, value): (&str, FactValue)| Fact {
            name: FactName::new(name),
            value,
            grade: Grade::Reported,
            at,
            source: source.to_owned(),
        };
        found.into_iter().map(fact).collect()
    }

    fn location(&self) -> Option<Location> {
        let place = self.0.lines().find_map(|line| line.strip_prefix("place "))?;
        let (north, east) = place.split_once(' ')?;
        Some(Location {
            latitude: north.parse().ok()?,
            longitude: east.parse().ok()?,
            accuracy_metres: None,
            taken_at: None,
        })
    }
}

/// Returns the sender of a message from the device of that name.
#[must_use]
pub fn speaker(device: &str) -> Speaker {
    Speaker { device: device.to_owned(), user: None, personal: false }
}

/// Returns the message with which a device begins to enrol.
#[must_use]
pub fn begin(device: &str, serial: &str) -> CheckIn {
    let told = vec![(FactName::new("os.version"), FactValue::Text("1.0".into()))];
    let begin = Begin {
        serial: Some(serial.to_owned()),
        os_version: Some("1.0".into()),
        model: Some("Abacus".into()),
        told,
    };
    CheckIn { speaker: speaker(device), name: "HELLO".into(), message: Message::Begin(Box::new(begin)) }
}

/// Returns the message with which a device finishes its enrolment: where it is reached, and its seal.
#[must_use]
pub fn ready(device: &str, address: &str, seal: Option<&[u8]>) -> CheckIn {
    let kept = seal.map(|seal| Kept { what: SEAL, value: Secret::new(seal.to_vec()) });
    let ready =
        Ready { address: address.to_owned(), kept: kept.into_iter().collect(), awaits_settings: true };
    CheckIn { speaker: speaker(device), name: "HERE".into(), message: Message::Ready(Box::new(ready)) }
}

/// Returns the message with which a device leaves.
#[must_use]
pub fn leave(device: &str) -> CheckIn {
    CheckIn { speaker: speaker(device), name: "BYE".into(), message: Message::Leave }
}
