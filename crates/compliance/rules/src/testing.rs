//! A small register for this crate's tests, and short ways to write checks and facts.

use std::collections::BTreeMap;

use domain::{Fact, FactName, FactValue, Facts, Grade, Timestamp};

use crate::{BoundCheck, Check, FactType, Flaw, Lookup, Value};

pub(crate) struct Register;

impl Lookup for Register {
    fn fact(&self, name: &str) -> Option<FactType> {
        Some(match name {
            "yes" | "also" => FactType::Bool,
            "count" | "seen" => FactType::Count,
            "word" => FactType::Text,
            "apps" | "profiles.installed" => FactType::List,
            "networks" => FactType::Networks,
            _ => return None,
        })
    }

    fn reports(&self, platform: domain::Platform, name: &str) -> bool {
        platform != domain::Platform::Windows || name != "apps"
    }

    fn means(&self, name: &str) -> String {
        format!("The {name}")
    }

    fn parameter(&self, name: &str) -> Option<Value> {
        match name {
            "nine" => Some(Value::Count(9)),
            "week" => Value::Text("7d".into()).into_kind(crate::Kind::Span),
            _ => None,
        }
    }
}

pub(crate) fn check(text: &str) -> Check {
    toml::from_str(text).unwrap()
}

/// Returns a check with one arm, for iPhones, that expects this.
pub(crate) fn one_arm(params: &str, expect: &str) -> Check {
    check(&format!(
        "asks = \"x\"\nparams = {{ {params} }}\n[[on]]\nplatforms = [\"ios\"]\nneeds = \"reported\"\n\
         stale_after = \"7d\"\nexpect = {expect}\n"
    ))
}

pub(crate) fn bound(expect: &str) -> BoundCheck {
    one_arm("", expect).bind(&BTreeMap::new(), &Register).unwrap()
}

pub(crate) fn flaws(check: &Check) -> Vec<Flaw> {
    check.bind(&BTreeMap::new(), &Register).err().unwrap_or_default()
}

pub(crate) const NOW: Timestamp = crate::CASE_NOW;

pub(crate) fn fact(name: &str, value: FactValue) -> Fact {
    Fact { name: FactName::new(name), value, grade: Grade::Reported, at: NOW, source: "test".into() }
}

pub(crate) fn facts(of: impl IntoIterator<Item = Fact>) -> Facts {
    of.into_iter().collect()
}

pub(crate) fn list(items: &[&str]) -> FactValue {
    FactValue::List(items.iter().map(|item| (*item).to_owned()).collect())
}
