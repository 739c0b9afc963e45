//! What is written for a group: the keys of the shared table first, then what needs more than one key.

mod mac;
mod pattern;
mod phone;
mod shared;
mod wifi;

use std::collections::BTreeMap;

use domain::SettingValue;
use plist::{Dictionary, Value};

use super::Target;
use super::compile::{CompileError, Context, Group, Switch};
use super::limits;
use crate::restrictions::{Kind as Carries, Payload, RESTRICTIONS, Restriction};

/// A vendor payload type, the last part of its identifier, and what the holder reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) payload_type: &'static str,
    pub(super) suffix: &'static str,
    pub(super) title: &'static str,
}

const fn kind(payload_type: &'static str, suffix: &'static str, title: &'static str) -> Kind {
    Kind { payload_type, suffix, title }
}

const PASSCODE: Kind = kind(Payload::Passcode.payload_type(), "passcode", "Passcode");
const RESTRICT: Kind = kind(Payload::Restrictions.payload_type(), "restrictions", "Restrictions");

/// A payload before it has its identifier and UUID.
#[derive(Debug)]
pub(super) struct PayloadDraft {
    pub(super) kind: Kind,
    /// The keys that every device gets.
    pub(super) content: BTreeMap<String, Value>,
    /// Keys with parts that are one device's own; they are written over `content` and not counted in the UUID.
    pub(super) own: BTreeMap<String, Value>,
}

/// What a group comes to: payloads by the last part of their identifiers, and what a profile cannot carry.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) payloads: BTreeMap<String, PayloadDraft>,
    pub(super) switches: Vec<Switch>,
    pub(super) warnings: Vec<String>,
}

impl Draft {
    /// Writes a key into the group's one payload of this kind.
    fn put(&mut self, kind: Kind, key: &str, value: impl Into<Value>) {
        self.payload(kind, kind.suffix.to_owned()).content.insert(key.to_owned(), value.into());
    }

    /// Returns the payload under this suffix, made if it is not there.
    fn payload(&mut self, kind: Kind, suffix: String) -> &mut PayloadDraft {
        self.payloads.entry(suffix).or_insert_with(|| PayloadDraft {
            kind,
            content: BTreeMap::new(),
            own: BTreeMap::new(),
        })
    }

    fn warn(&mut self, text: impl Into<String>) {
        self.warnings.push(text.into());
    }
}

/// Writes all payloads of a group.
pub(super) fn draft(context: &Context<'_>, group: &Group) -> Result<Draft, CompileError> {
    let mut draft = Draft::default();
    for (key, value) in &group.values {
        let known = |entry: &&Restriction| match context.target {
            Target::IosIpados => entry.ios,
            Target::Macos => entry.macos,
        };
        for entry in RESTRICTIONS.iter().filter(known).filter(|entry| entry.setting_key == key.as_str()) {
            restriction(entry, value, &mut draft);
        }
    }
    shared::build(context, group, &mut draft);
    wifi::build(context, group, &mut draft)?;
    match context.target {
        Target::IosIpados => phone::build(context, group, &mut draft),
        Target::Macos => mac::build(context, group, &mut draft)?,
    }
    Ok(draft)
}

/// Writes one key of the shared table. Allowances are written out as well: a profile then shows the policy's choice.
fn restriction(entry: &Restriction, value: &SettingValue, draft: &mut Draft) {
    let kind = match entry.payload {
        Payload::Passcode => PASSCODE,
        Payload::Restrictions => RESTRICT,
    };
    match (entry.kind, value) {
        (Carries::Allow | Carries::Require, SettingValue::Bool(flag)) => {
            draft.put(kind, entry.apple_key, *flag)
        }
        (
            Carries::AtLeast | Carries::AtMost | Carries::Minutes | Carries::HoursInSeconds,
            SettingValue::Count(n),
        ) => {
            draft.put(kind, entry.apple_key, limits::fit(entry.apple_key, *n).value);
        }
        (Carries::List, SettingValue::List(list)) if !list.is_empty() => {
            draft.put(kind, entry.apple_key, strings(list));
        }
        // Types were checked; what is left is an empty list, which asks nothing.
        _ => {}
    }
}

fn strings<'a>(words: impl IntoIterator<Item = &'a String>) -> Value {
    Value::Array(words.into_iter().map(|word| Value::String(word.clone())).collect())
}

fn dictionary<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Dictionary(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Dictionary>())
}
