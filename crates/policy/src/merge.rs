//! Several clauses, one setting: the strictest value wins, and a difference that has no stricter side is a conflict.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ClauseId, DeviceKind, Network, SettingKey, SettingValue};
use serde::Serialize;

use crate::library::Library;
use crate::model::Clause;
use crate::value::ParameterValue;
use crate::words::Merge;

/// Whose settings are merged. The default is everything that the library asks of anyone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only these documents; empty: all.
    pub documents: BTreeSet<String>,
    /// Only clauses that apply to such a device.
    pub kind: Option<DeviceKind>,
    /// Only clauses that apply to someone with one of these roles; `None`: of every role, the strictest reading.
    pub roles: Option<BTreeSet<String>>,
    /// Clauses from which someone is excepted.
    pub without: BTreeSet<ClauseId>,
}

impl Scope {
    /// Returns everything asked of devices of one kind.
    #[must_use]
    pub fn of_kind(kind: DeviceKind) -> Self {
        Self { kind: Some(kind), ..Self::default() }
    }

    /// Returns whether a clause speaks here.
    #[must_use]
    pub fn takes(&self, clause: &Clause) -> bool {
        let limits = &clause.applies_to;
        (self.documents.is_empty() || self.documents.contains(&clause.document))
            && self.kind.is_none_or(|kind| limits.kinds.is_empty() || limits.kinds.contains(&kind))
            && self.roles.as_ref().is_none_or(|roles| {
                limits.roles.is_empty() || limits.roles.iter().any(|role| roles.contains(role))
            })
            && !self.without.contains(&clause.id)
    }
}

/// All settings of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergedSettings {
    /// The value in force of each setting that some clause asks for.
    pub settings: BTreeMap<SettingKey, MergedSetting>,
    /// The same by clause group, in order of the paper: what one profile holds.
    pub groups: Vec<SettingGroup>,
    /// Settings on which clauses contradict each other.
    pub conflicts: Vec<Conflict>,
}

/// One setting, merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergedSetting {
    /// The value in force.
    pub value: SettingValue,
    /// The group of the first clause that asks for it.
    pub group: String,
    /// Who asks for what, in order of the paper.
    pub asked_by: Vec<Ask>,
}

/// What one clause asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// The clause.
    pub clause: ClauseId,
    /// The value that it asks for.
    pub value: SettingValue,
    /// The force parameter that gave the value.
    pub parameter: Option<String>,
}

/// The settings of one group of clauses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingGroup {
    /// Such as `mdu-6`.
    pub id: String,
    /// The title of the section, or of the document where there is none.
    pub title: String,
    /// Every clause that asks for one of the settings, whichever group it is of.
    pub clauses: Vec<ClauseId>,
    /// The values in force.
    pub values: BTreeMap<SettingKey, SettingValue>,
}

/// Clauses that cannot all be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The setting.
    pub key: SettingKey,
    /// Who asks for what.
    pub asked_by: Vec<Ask>,
    /// What applies until the force decides, in words.
    pub meanwhile: String,
}

impl Library {
    /// Merges what the clauses of a scope ask of devices.
    #[must_use]
    pub fn merged_settings(&self, scope: &Scope) -> MergedSettings {
        self.merged_with(scope, &BTreeMap::new())
    }

    /// Merges again, with other values for some of the force parameters: what one device is asked for the time of a permission.
    #[must_use]
    pub fn merged_with(&self, scope: &Scope, instead: &BTreeMap<String, ParameterValue>) -> MergedSettings {
        let mut merged =
            MergedSettings { settings: BTreeMap::new(), groups: Vec::new(), conflicts: Vec::new() };
        for clause in self.clauses.iter().filter(|clause| scope.takes(clause)) {
            for (key, asked) in
                clause.settings().filter_map(|name| self.settings.get(name)).flat_map(|s| &s.values)
            {
                let value = asked.value_with(instead);
                let ask = Ask {
                    clause: clause.id.clone(),
                    value: value.clone(),
                    parameter: asked.parameter.clone(),
                };
                let Some(entry) = merged.settings.get_mut(key) else {
                    let setting = MergedSetting {
                        value: value.clone(),
                        group: clause.group.clone(),
                        asked_by: vec![ask],
                    };
                    merged.settings.insert(key.clone(), setting);
                    continue;
                };
                entry.asked_by.push(ask);
                let how = self.vocabulary().get(key).map_or(Merge::Equal, |known| known.merge);
                if let Some(stricter) = stricter(how, &entry.value, value) {
                    entry.value = stricter;
                }
            }
        }
        merged.conflicts = merged.settings.iter().filter_map(|(key, set)| self.conflict(key, set)).collect();
        merged.groups = self.grouped(&merged.settings);
        merged
    }

    fn conflict(&self, key: &SettingKey, set: &MergedSetting) -> Option<Conflict> {
        let meanwhile = match self.vocabulary().get(key).map_or(Merge::Equal, |known| known.merge) {
            Merge::Equal if set.asked_by.iter().any(|ask| ask.value != set.value) => {
                let first = set.asked_by.first().map(|ask| ask.clause.to_string()).unwrap_or_default();
                format!("until the force decides, {first} stands, because it comes first")
            }
            Merge::Intersection
                if is_empty(&set.value) && !set.asked_by.iter().any(|ask| is_empty(&ask.value)) =>
            {
                "the lists have nothing in common, so until the force decides nothing is allowed".to_owned()
            }
            _ => return None,
        };
        Some(Conflict { key: key.clone(), asked_by: set.asked_by.clone(), meanwhile })
    }

    fn grouped(&self, settings: &BTreeMap<SettingKey, MergedSetting>) -> Vec<SettingGroup> {
        let mut groups: Vec<SettingGroup> = Vec::new();
        for clause in &self.clauses {
            if groups.iter().any(|group| group.id == clause.group) {
                continue;
            }
            let of_group = || settings.iter().filter(|(_, set)| set.group == clause.group);
            let askers: BTreeSet<&ClauseId> =
                of_group().flat_map(|(_, set)| set.asked_by.iter().map(|ask| &ask.clause)).collect();
            if askers.is_empty() {
                continue;
            }
            groups.push(SettingGroup {
                id: clause.group.clone(),
                title: self.group_title(clause),
                clauses: self
                    .clauses
                    .iter()
                    .map(|c| &c.id)
                    .filter(|id| askers.contains(id))
                    .cloned()
                    .collect(),
                values: of_group().map(|(key, set)| (key.clone(), set.value.clone())).collect(),
            });
        }
        groups
    }

    fn group_title(&self, clause: &Clause) -> String {
        let Some(document) = self.document(&clause.document) else { return clause.title.clone() };
        let section =
            document.sections.iter().find(|section| Some(&section.number) == clause.section.as_ref());
        section.map_or_else(|| document.title.clone(), |section| section.title.clone())
    }
}

/// Returns the stricter of two values, or `None` if it is the first.
fn stricter(how: Merge, first: &SettingValue, second: &SettingValue) -> Option<SettingValue> {
    Some(match (how, first, second) {
        (Merge::Any, SettingValue::Bool(a), SettingValue::Bool(b)) => SettingValue::Bool(*a || *b),
        (Merge::All, SettingValue::Bool(a), SettingValue::Bool(b)) => SettingValue::Bool(*a && *b),
        (Merge::Max, SettingValue::Count(a), SettingValue::Count(b)) => SettingValue::Count(*a.max(b)),
        (Merge::Min, SettingValue::Count(a), SettingValue::Count(b)) => SettingValue::Count(*a.min(b)),
        (Merge::Union, SettingValue::List(a), SettingValue::List(b)) => SettingValue::List(a | b),
        (Merge::Intersection, SettingValue::List(a), SettingValue::List(b)) => SettingValue::List(a & b),
        (Merge::Union, SettingValue::Networks(a), SettingValue::Networks(b)) => {
            let all: BTreeSet<&Network> = a.iter().chain(b).collect();
            SettingValue::Networks(all.into_iter().cloned().collect())
        }
        (Merge::Intersection, SettingValue::Networks(a), SettingValue::Networks(b)) => {
            SettingValue::Networks(a.iter().filter(|network| b.contains(network)).cloned().collect())
        }
        _ => return None,
    })
}

fn is_empty(value: &SettingValue) -> bool {
    match value {
        SettingValue::List(items) => items.is_empty(),
        SettingValue::Networks(networks) => networks.is_empty(),
        _ => false,
    }
}
