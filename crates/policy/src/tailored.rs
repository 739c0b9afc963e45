//! The rules for one device while a permission lasts: other values for some force parameters, and nothing
//! else. Every clause still speaks, every check still runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use compliance::{BoundCheck, Check, FactType, Given, Lookup, Value};
use domain::SettingValue;

use crate::library::Library;
use crate::model::Rule;
use crate::registers::AskedValue;
use crate::value::ParameterValue;

impl AskedValue {
    /// Returns the value, or what replaces the parameter that gave it.
    pub(crate) fn value_with<'a>(
        &'a self,
        instead: &'a BTreeMap<String, ParameterValue>,
    ) -> &'a SettingValue {
        match self.parameter.as_ref().and_then(|name| instead.get(name)) {
            Some(ParameterValue::Setting(value)) => value,
            _ => &self.value,
        }
    }
}

/// The library's own names, with other values for some parameters.
struct Instead<'a> {
    own: &'a dyn Lookup,
    values: &'a BTreeMap<String, Value>,
}

impl Lookup for Instead<'_> {
    fn fact(&self, name: &str) -> Option<FactType> {
        self.own.fact(name)
    }

    fn reports(&self, platform: domain::Platform, name: &str) -> bool {
        self.own.reports(platform, name)
    }

    fn is_former(&self) -> bool {
        self.own.is_former()
    }

    fn means(&self, name: &str) -> String {
        self.own.means(name)
    }

    fn parameter(&self, name: &str) -> Option<Value> {
        self.values.get(name).cloned().or_else(|| self.own.parameter(name))
    }
}

impl Library {
    /// Returns the check of a rule, bound to other values for some parameters. A value that does not fit leaves the check as it
    /// is for everyone.
    #[must_use]
    pub fn bound_with(&self, rule: &Rule, values: &BTreeMap<String, Value>) -> Arc<BoundCheck> {
        let Some(check) = self.checks.get(&rule.check) else { return Arc::clone(&rule.bound) };
        let mut names = rule.set.values().filter_map(Given::parameter).chain(Check::parameters(check));
        if !names.any(|name| values.contains_key(name)) {
            return Arc::clone(&rule.bound);
        }
        check
            .bind(&rule.set, &Instead { own: self.lookup(), values })
            .map_or_else(|_| Arc::clone(&rule.bound), Arc::new)
    }
}
