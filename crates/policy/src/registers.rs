//! The registers and the shared files that clauses refer to: facts, vocabulary, parameters, settings, checks, baselines.

use std::collections::BTreeMap;

use compliance::{FactType, Lookup, Value};
use domain::{ClauseId, DeviceKind, Platform, SettingKey, SettingValue};
use serde::Serialize;

use crate::value::ParameterValue;
use crate::words::{Merge, PersonalData, Stronger, ValueType};

/// The unit of a fact that is a time.
pub const SINCE_1970: &str = "milliseconds since 1970";

/// A registered fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisteredFact {
    /// Its type.
    #[serde(rename = "type")]
    pub value_type: ValueType,
    /// What it means, as a phrase before a colon and the value.
    pub means: String,
    /// The unit of a count; [`SINCE_1970`] makes it a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The platforms whose devices report it, or of whose devices the server knows it.
    pub reported_on: Vec<Platform>,
    /// How near it is to a person.
    pub personal: PersonalData,
}

/// A registered setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VocabularyEntry {
    /// Its type.
    #[serde(rename = "type")]
    pub value_type: ValueType,
    /// Which of two values is the stricter.
    pub merge: Merge,
    /// The unit of a count.
    pub unit: Option<String>,
    /// The values that every vendor reads as meant: of a count, its least and its greatest.
    #[serde(flatten)]
    pub range: Range,
    /// Which of its values ask for more, where `merge` does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stronger: Option<Stronger>,
    /// The platforms whose devices report the value in force; none: it can be set and never seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reported_on: Vec<Platform>,
    /// What it means.
    pub means: String,
}

/// A value that the documents leave to the force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// The default of the policy folder.
    pub default: ParameterValue,
    /// The value in force.
    pub value: ParameterValue,
    /// The values that a force may choose: of a count or a length of time, the least and the greatest.
    #[serde(flatten)]
    pub range: Range,
    /// Which of its values ask for more; absent: it cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stronger: Option<Stronger>,
    /// The default only holds the place of what each force has to choose, such as an address under `.example`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub placeholder: bool,
    /// The force's own settings file replaced the default.
    pub overridden: bool,
    /// Who decides on it.
    pub owner: String,
    /// Why this default.
    pub reason: String,
    /// The clauses that leave it open.
    pub clauses: Vec<ClauseId>,
}

/// The least and the greatest value that is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<ParameterValue>,
    /// The greatest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<ParameterValue>,
}

impl Range {
    /// Returns what is wrong with a value that lies outside.
    pub(crate) fn fault(&self, value: &ParameterValue) -> Option<String> {
        let is = value.number()?;
        let outside = self.at_least.as_ref().and_then(ParameterValue::number).is_some_and(|least| is < least)
            || self.at_most.as_ref().and_then(ParameterValue::number).is_some_and(|most| is > most);
        let words = |bound: &Option<ParameterValue>| {
            bound.as_ref().map_or_else(|| "any".to_owned(), ToString::to_string)
        };
        outside.then(|| {
            format!(
                "{value} is not from {} to {}; choose a value in between",
                words(&self.at_least),
                words(&self.at_most)
            )
        })
    }
}

/// A settings file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// What it brings about.
    pub title: String,
    /// The values that are sent to devices.
    pub values: BTreeMap<SettingKey, AskedValue>,
}

/// One value of a settings file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AskedValue {
    /// The value.
    pub value: SettingValue,
    /// The force parameter that gave it.
    pub parameter: Option<String>,
}

/// A named choice of clauses and of the devices that get them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Baseline {
    /// Its title.
    pub title: String,
    /// The documents whose clauses it takes.
    pub documents: Vec<String>,
    /// Clauses that it leaves out, each with the reason in the title or its own document's exceptions.
    pub except: Vec<ClauseId>,
    /// The platforms for which every rule of it must have an answer.
    pub platforms: Vec<Platform>,
    /// The kinds of device that get it; none: all.
    pub kinds: Vec<DeviceKind>,
}

/// The registers by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registers {
    pub(crate) facts: BTreeMap<String, RegisteredFact>,
    pub(crate) vocabulary: BTreeMap<SettingKey, VocabularyEntry>,
    pub(crate) parameters: BTreeMap<String, Parameter>,
    pub(crate) actions: BTreeMap<String, ClauseId>,
    /// They are of a version that an earlier program brought into force.
    pub(crate) former: bool,
}

/// Facts under this prefix are the values in force of the setting named behind it.
pub(crate) const EFFECTIVE: &str = "effective.";

impl Lookup for Registers {
    fn fact(&self, name: &str) -> Option<FactType> {
        let value_type = match name.strip_prefix(EFFECTIVE) {
            Some(key) => self.vocabulary.get(&SettingKey::new(key))?.value_type,
            None => self.facts.get(name)?.value_type,
        };
        Some(match value_type {
            ValueType::Bool => FactType::Bool,
            ValueType::Count => FactType::Count,
            ValueType::Text => FactType::Text,
            ValueType::List => FactType::List,
            ValueType::Networks => FactType::Networks,
            ValueType::Span => return None,
        })
    }

    fn is_former(&self) -> bool {
        self.former
    }

    fn reports(&self, platform: Platform, name: &str) -> bool {
        let reported_on = match name.strip_prefix(EFFECTIVE) {
            Some(key) => self.vocabulary.get(&SettingKey::new(key)).map(|known| &known.reported_on),
            None => self.facts.get(name).map(|known| &known.reported_on),
        };
        reported_on.is_some_and(|platforms| platforms.contains(&platform))
    }

    fn means(&self, name: &str) -> String {
        let means = match name.strip_prefix(EFFECTIVE) {
            Some(key) => self.vocabulary.get(&SettingKey::new(key)).map(|known| &known.means),
            None => self.facts.get(name).map(|known| &known.means),
        };
        means.map_or_else(|| name.to_owned(), Clone::clone)
    }

    fn parameter(&self, name: &str) -> Option<Value> {
        self.parameters.get(name)?.value.for_check()
    }
}
