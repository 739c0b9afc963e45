//! Whether clause, check and setting speak of the same thing: a device that obeys the settings passes the check, one that obeys a
//! little less does not, and nothing that devices report of the settings goes unread.

use std::collections::BTreeSet;

use domain::{FactValue, Platform, SettingKey, SettingValue};

use super::Loader;
use crate::merge::{MergedSettings, Scope};
use crate::model::{Clause, KeptBy, Rule};
use crate::registers::EFFECTIVE;
use crate::value::setting_words;
use crate::words::Merge;

impl Loader<'_> {
    /// Compares every rule with the settings that it judges. Needs everything to be sound: what one file lacks is no contradiction
    /// of another.
    pub(super) fn agreement(&self) {
        let merged = self.library.merged_settings(&Scope::default());
        for clause in &self.library.clauses {
            for kept in &clause.kept_by {
                if let KeptBy::Setting { setting, rule } = kept {
                    self.seen_and_alike(clause, setting, rule, &merged);
                }
            }
        }
        self.asked_of_somebody(&merged);
    }

    /// Reports what a check asks for and no settings file sets: whether a device comes up to it would be left to chance.
    fn asked_of_somebody(&self, merged: &MergedSettings) {
        let mut told = BTreeSet::new();
        for rule in self.library.clauses.iter().flat_map(Clause::rules) {
            for name in rule.bound.facts() {
                let Some(key) = name.as_str().strip_prefix(EFFECTIVE) else { continue };
                let unset = !merged.settings.contains_key(&SettingKey::new(key));
                if unset && told.insert((rule.check.clone(), key.to_owned())) {
                    let message = format!(
                        "no settings file of a clause sets {key}, so no device is told to; set it, or take the test out"
                    );
                    self.at_word(&format!("checks/{}.toml", rule.check), name.as_str(), &message);
                }
            }
        }
    }

    fn seen_and_alike(&self, clause: &Clause, setting: &str, rule: &Rule, merged: &MergedSettings) {
        let Some(file) = self.library.settings.get(setting) else { return };
        let mut told = BTreeSet::new();
        for platform in rule.bound.platforms().filter(|platform| rule.bound.judges(*platform)) {
            let one = One { loader: self, clause, rule, platform, merged };
            let problems = file.values.iter().filter_map(|(key, asked)| one.problem(key, &asked.value));
            for problem in problems {
                if told.insert(problem.clone()) {
                    self.at_word(&clause.file, &rule.check, &problem);
                }
            }
        }
    }
}

/// One rule on one platform.
struct One<'a> {
    loader: &'a Loader<'a>,
    clause: &'a Clause,
    rule: &'a Rule,
    platform: Platform,
    merged: &'a MergedSettings,
}

impl One<'_> {
    /// Returns what is wrong with a setting and its check.
    fn problem(&self, key: &SettingKey, value: &SettingValue) -> Option<String> {
        let (name, check) = (format!("{EFFECTIVE}{key}"), &self.rule.check);
        if !self.is_reported(&name) {
            return None;
        }
        if !self.is_seen(key) && !self.asks_nothing(key, value) {
            return Some(format!(
                "the clause sets {key}, which {} devices report, and check {check} does not look at it; add a test of \"{name}\" with its \
                 cases",
                self.platform.title()
            ));
        }
        let takes = |value: &SettingValue| self.rule.bound.takes(self.platform, &name, &as_fact(value)?);
        if takes(value) == Some(false) {
            return Some(format!(
                "the clause sets {key} to {}, and check {check} refuses that; let clause, check and setting give one value",
                setting_words(value)
            ));
        }
        let in_force =
            self.merged.settings.get(key).map(|set| &set.value).filter(|in_force| *in_force != value);
        if let Some(in_force) = in_force.filter(|in_force| takes(in_force) == Some(false)) {
            return Some(format!(
                "another clause sets {key} to {}, which is in force, and check {check} refuses that; let both clauses ask for one value",
                setting_words(in_force)
            ));
        }
        let less = self.less(key, value)?;
        (takes(&less) == Some(true)).then(|| {
            format!(
                "the clause sets {key} to {}, and check {check} is content with {}; raise what the check asks for",
                setting_words(value),
                setting_words(&less)
            )
        })
    }

    /// Returns whether a value leaves devices as they are, such as leave to use a fingerprint.
    fn asks_nothing(&self, key: &SettingKey, value: &SettingValue) -> bool {
        let merge = self.loader.library.vocabulary().get(key).map(|known| known.merge);
        matches!(
            (merge, value),
            (Some(Merge::All), SettingValue::Bool(true)) | (Some(Merge::Any), SettingValue::Bool(false))
        )
    }

    fn is_reported(&self, name: &str) -> bool {
        compliance::Lookup::reports(&self.loader.library.registers, self.platform, name)
    }

    /// Returns whether some check of the clause reads the value in force, or tests the profile that holds it.
    fn is_seen(&self, key: &SettingKey) -> bool {
        let name = format!("{EFFECTIVE}{key}");
        let group = self.merged.settings.get(key).map(|set| set.group.as_str());
        self.clause.rules().any(|rule| {
            rule.bound.facts_on(self.platform).contains(name.as_str())
                || group.is_some_and(|group| rule.bound.groups_on(self.platform).contains(group))
        })
    }

    /// Returns a value that asks for a little less than another.
    fn less(&self, key: &SettingKey, value: &SettingValue) -> Option<SettingValue> {
        Some(match (self.loader.library.vocabulary().get(key)?.merge, value) {
            (Merge::Max, SettingValue::Count(count)) => SettingValue::Count(count.saturating_sub(1)),
            (Merge::Min, SettingValue::Count(count)) => SettingValue::Count(count.saturating_add(1)),
            (Merge::Any, SettingValue::Bool(true)) => SettingValue::Bool(false),
            (Merge::All, SettingValue::Bool(false)) => SettingValue::Bool(true),
            (Merge::Union, SettingValue::List(items)) if !items.is_empty() => {
                SettingValue::List(items.iter().skip(1).cloned().collect())
            }
            _ => return None,
        })
    }
}

fn as_fact(value: &SettingValue) -> Option<FactValue> {
    Some(match value {
        SettingValue::Bool(yes) => FactValue::Bool(*yes),
        SettingValue::Count(count) => FactValue::Count(*count),
        SettingValue::Text(text) => FactValue::Text(text.clone()),
        SettingValue::List(items) => FactValue::List(items.clone()),
        SettingValue::Networks(_) => return None,
    })
}
