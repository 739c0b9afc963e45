//! Values of settings and parameters as files write them, by the type that a register gives.

use std::collections::BTreeSet;
use std::fmt;

use domain::{Network, SettingValue, Span};
use serde::Serialize;
use toml::Spanned;
use toml::de::DeValue;

use crate::reader::{Faults, FromToml, piece};
use crate::words::ValueType;

/// The value of a force parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// Anything that a setting can be.
    Setting(SettingValue),
    /// A length of time.
    Span(Span),
}

impl ParameterValue {
    /// Reads a value of that type.
    pub(crate) fn read(of: ValueType, value: &Spanned<DeValue<'_>>, faults: &mut Faults) -> Option<Self> {
        Some(match of {
            ValueType::Span => Self::Span(Span::from_toml(value, faults)?),
            ValueType::Bool => Self::Setting(SettingValue::Bool(bool::from_toml(value, faults)?)),
            ValueType::Count => Self::Setting(SettingValue::Count(i64::from_toml(value, faults)?)),
            ValueType::Text => Self::Setting(SettingValue::Text(String::from_toml(value, faults)?)),
            ValueType::List => {
                let items = Vec::<String>::from_toml(value, faults)?;
                let count = items.len();
                let set: BTreeSet<String> = items.into_iter().collect();
                if set.len() != count {
                    faults.push((value.span().start, "an item is listed twice; list it once".to_owned()));
                }
                Self::Setting(SettingValue::List(set))
            }
            ValueType::Networks => {
                let networks: Vec<Network> = piece(value, faults)?;
                let at = value.span().start;
                for network in networks.iter().filter(|n| !(1..=32).contains(&n.ssid.len())) {
                    faults.push((at, format!("\"{}\" is not a network name of 1 to 32 bytes", network.ssid)));
                }
                Self::Setting(SettingValue::Networks(networks))
            }
        })
    }

    /// Reads an override, which comes from a settings file of the force that was parsed elsewhere.
    pub(crate) fn read_override(of: ValueType, value: &toml::Value) -> Result<Self, String> {
        // A value prints as it is written, so it can be read by the same code as the default.
        let text = value.to_string();
        let parsed = DeValue::parse(&text).map_err(|fault| fault.message().to_owned())?;
        let mut faults = Vec::new();
        match Self::read(of, &parsed, &mut faults) {
            Some(value) if faults.is_empty() => Ok(value),
            _ => Err(faults.into_iter().map(|(_, message)| message).collect::<Vec<_>>().join("; ")),
        }
    }

    /// Returns the type.
    #[must_use]
    pub const fn value_type(&self) -> ValueType {
        match self {
            Self::Span(_) => ValueType::Span,
            Self::Setting(SettingValue::Bool(_)) => ValueType::Bool,
            Self::Setting(SettingValue::Count(_)) => ValueType::Count,
            Self::Setting(SettingValue::Text(_)) => ValueType::Text,
            Self::Setting(SettingValue::List(_)) => ValueType::List,
            Self::Setting(SettingValue::Networks(_)) => ValueType::Networks,
        }
    }

    /// Returns a count, or a length of time in milliseconds; `None` for anything else.
    pub(crate) const fn number(&self) -> Option<i64> {
        match self {
            Self::Span(span) => Some(span.millis()),
            Self::Setting(SettingValue::Count(count)) => Some(*count),
            Self::Setting(_) => None,
        }
    }

    /// Returns the value as a check takes it; networks have no such form.
    #[must_use]
    pub fn for_check(&self) -> Option<compliance::Value> {
        Some(match self {
            Self::Span(span) => compliance::Value::Span(*span),
            Self::Setting(SettingValue::Bool(yes)) => compliance::Value::Bool(*yes),
            Self::Setting(SettingValue::Count(count)) => compliance::Value::Count(*count),
            Self::Setting(SettingValue::Text(text)) => compliance::Value::Text(text.clone()),
            Self::Setting(SettingValue::List(items)) => compliance::Value::List(items.clone()),
            Self::Setting(SettingValue::Networks(_)) => return None,
        })
    }
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(span) => span.fmt(f),
            Self::Setting(value) => f.write_str(&setting_words(value)),
        }
    }
}

/// Returns a setting's value in words, for a table or a line of text.
#[must_use]
pub fn setting_words(value: &SettingValue) -> String {
    match value {
        SettingValue::Bool(true) => "yes".to_owned(),
        SettingValue::Bool(false) => "no".to_owned(),
        SettingValue::Count(count) => count.to_string(),
        SettingValue::Text(text) => text.clone(),
        SettingValue::List(items) => items.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        SettingValue::Networks(networks) => {
            networks.iter().map(|network| network.ssid.as_str()).collect::<Vec<_>>().join(", ")
        }
    }
}
