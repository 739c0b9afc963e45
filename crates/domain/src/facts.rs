//! Facts: what was reported of a device, by whom and when.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::platform::words;
use std::str::FromStr;

words! {
    /// How strongly a fact is supported, weakest first. A check names the least grade that it accepts.
    Grade {
        /// Stated by a person.
        Stated = "stated" / "stated by a person",
        /// The device acknowledged a command; never by itself proof that it took effect.
        Acknowledged = "acknowledged" / "acknowledged by the device",
        /// The device reported the state.
        Reported = "reported" / "reported by the device",
        /// The hardware vouched for it cryptographically.
        Attested = "attested" / "proven by hardware attestation",
    }
}

/// A fact's name in Lanyard's words, such as `passcode.compliant`; the register is `policy/facts.toml`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactName(std::sync::Arc<str>);

impl FactName {
    /// Takes the name as written. The policy loader checks that it is in the register.
    pub fn new(name: impl Into<std::sync::Arc<str>>) -> Self {
        Self(name.into())
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Bool(bool),
    /// A whole number; the register names its unit. A time is milliseconds since the epoch.
    Count(i64),
    /// Words.
    Text(String),
    /// A set of words.
    List(BTreeSet<String>),
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(true) => f.write_str("yes"),
            Self::Bool(false) => f.write_str("no"),
            Self::Count(count) => count.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{item}")?;
                }
                Ok(())
            }
        }
    }
}

/// One fact of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The name.
    pub name: FactName,
    /// What it says.
    pub value: FactValue,
    /// Its grade.
    pub grade: Grade,
    /// When it was so: when we received the report, never later.
    pub at: Timestamp,
    /// Digest (SHA-256, hex) of the message that carried it, or a word for where else it came from.
    pub source: String,
}

/// The current facts of one device, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(Vec<Fact>);

impl Facts {
    /// Returns the fact of that name, if it was ever reported.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact> {
        let place = self.0.binary_search_by(|fact| fact.name.as_str().cmp(name)).ok()?;
        self.0.get(place)
    }

    /// Returns every fact, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.0.iter()
    }

    /// Stores a fact, unless a newer one is there; returns whether it was stored.
    pub fn put(&mut self, fact: Fact) -> bool {
        match self.0.binary_search_by(|have| have.name.cmp(&fact.name)) {
            Ok(place) => match self.0.get_mut(place) {
                Some(have) if have.at <= fact.at => {
                    *have = fact;
                    true
                }
                _ => false,
            },
            Err(place) => {
                self.0.insert(place, fact);
                true
            }
        }
    }
}

impl FromIterator<Fact> for Facts {
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        let mut all = Self::default();
        for fact in facts {
            all.put(fact);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(value: i64, at: i64) -> Fact {
        Fact {
            name: FactName::new("battery.level"),
            value: FactValue::Count(value),
            grade: Grade::Reported,
            at: Timestamp::from_millis(at),
            source: "test".into(),
        }
    }

    #[test]
    fn facts_move_only_forward() {
        let mut facts = Facts::default();
        assert!(facts.put(fact(50, 10)));
        assert!(!facts.put(fact(90, 5)), "a late report of an earlier state is not news");
        assert!(facts.put(fact(40, 11)));
        assert_eq!(facts.get("battery.level").unwrap().value, FactValue::Count(40));
        assert_eq!(facts.get("battery"), None);
    }

    #[test]
    fn grades_are_ordered() {
        assert!(Grade::Stated < Grade::Acknowledged && Grade::Reported < Grade::Attested);
    }
}
