//! What a change of policy changes: for the review before it is taken into use.

mod access;
mod direction;
mod parts;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use compliance::Direction;
use domain::{ClauseId, SettingKey, SettingValue};
use serde::Serialize;

use crate::library::Library;
use crate::merge::{MergedSetting, Scope};
use crate::model::Clause;
use crate::value::ParameterValue;

pub use access::{AccessChange, AccessPolicyChange};
pub use parts::{PartChange, PartKind};
pub use told::Told;

/// The difference between two libraries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PolicyDiff {
    /// Documents that came, went or changed their version.
    pub documents: Vec<DocumentChange>,
    /// Clauses that came, went or changed.
    pub clauses: Vec<ClauseChange>,
    /// Settings whose value in force changes.
    pub settings: Vec<SettingChange>,
    /// Checks that came, went or changed.
    pub checks: Vec<CheckChange>,
    /// Parameters whose value changes.
    pub parameters: Vec<ParameterChange>,
    /// Types of case, events in working lives and registers that came, went or changed.
    pub parts: Vec<PartChange>,
    /// What people must be asked to accept again.
    pub ask_again: Vec<AskAgain>,
    /// What a role may do that it might not, or the other way round.
    pub access: Vec<AccessChange>,
    /// Access policies that came, went or changed, whether or not the matrix shows it.
    pub access_policies: Vec<AccessPolicyChange>,
}

/// What happened to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is new.
    Added,
    /// It was removed.
    Removed,
    /// It is different.
    Changed,
}

/// A document that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentChange {
    /// Its id.
    pub id: String,
    /// What happened.
    pub change: Change,
    /// Its version before.
    pub old_version: Option<String>,
    /// Its version after.
    pub new_version: Option<String>,
    /// In which direction it goes.
    pub direction: Direction,
}

/// A clause that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClauseChange {
    /// Its id.
    pub id: ClauseId,
    /// Its title, the new one where there is one.
    pub title: String,
    /// What happened.
    pub change: Change,
    /// Which parts differ, in words of the clause's head, or `text`.
    pub parts: Vec<&'static str>,
    /// The text before, where it differs and may be shown.
    pub old_text: Option<String>,
    /// The text after, where it differs and may be shown.
    pub new_text: Option<String>,
    /// In which direction it goes.
    pub direction: Direction,
}

/// A setting whose value in force changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingChange {
    /// The setting.
    pub key: SettingKey,
    /// Its value before.
    pub old: Option<SettingValue>,
    /// Its value after.
    pub new: Option<SettingValue>,
    /// The clauses that ask for it, before or after.
    pub clauses: Vec<ClauseId>,
    /// In which direction it goes.
    pub direction: Direction,
}

/// A check that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckChange {
    /// Its name.
    pub name: String,
    /// What happened.
    pub change: Change,
    /// The clauses that it judges, before or after.
    pub clauses: Vec<ClauseId>,
    /// How many cases it had before.
    pub old_cases: usize,
    /// How many cases it has after: fewer prove less.
    pub new_cases: usize,
    /// In which direction it goes.
    pub direction: Direction,
}

/// A parameter whose value changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParameterChange {
    /// Its name.
    pub name: String,
    /// Its value before.
    pub old: Option<ParameterValue>,
    /// Its value after.
    pub new: Option<ParameterValue>,
    /// In which direction it goes.
    pub direction: Direction,
}

/// A document that people must accept again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AskAgain {
    /// The document.
    pub document: String,
    /// The clauses on account of which.
    pub clauses: Vec<ClauseId>,
}

/// Compares two libraries.
#[must_use]
pub fn diff(old: &Library, new: &Library) -> PolicyDiff {
    PolicyDiff {
        documents: documents(old, new),
        clauses: clauses(old, new),
        settings: settings(old, new),
        checks: checks(old, new),
        parameters: parameters(old, new),
        parts: parts::parts(old, new),
        ask_again: ask_again(old, new),
        access: access::cells(old, new),
        access_policies: access::policies(old, new),
    }
}

/// Returns every key of either side with its two values, where they differ.
fn differing<'a, K: Ord, V: PartialEq>(
    old: &'a BTreeMap<K, V>,
    new: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, Option<&'a V>, Option<&'a V>)> {
    let keys: BTreeSet<&K> = old.keys().chain(new.keys()).collect();
    keys.into_iter().map(|key| (key, old.get(key), new.get(key))).filter(|(_, was, is)| was != is)
}

fn what<T>(was: Option<&T>, is: Option<&T>) -> Change {
    match (was, is) {
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        _ => Change::Changed,
    }
}

fn documents(old: &Library, new: &Library) -> Vec<DocumentChange> {
    let by_id = |library: &Library| -> BTreeMap<String, crate::Document> {
        library.documents.iter().map(|document| (document.id.clone(), document.clone())).collect()
    };
    let (old, new) = (by_id(old), by_id(new));
    differing(&old, &new)
        .map(|(id, was, is)| DocumentChange {
            direction: match (was, is) {
                (Some(was), Some(is)) => direction::of_document(was, is),
                (None, _) => Direction::Broader,
                (Some(_), None) => Direction::Narrower,
            },
            id: id.clone(),
            change: what(was, is),
            old_version: was.map(|document| document.version.clone()),
            new_version: is.map(|document| document.version.clone()),
        })
        .collect()
}

fn clauses(old: &Library, new: &Library) -> Vec<ClauseChange> {
    let gone = old.clauses.iter().filter(|clause| new.clause(&clause.id).is_none());
    let removed = gone.map(|clause| clause_change(Some(clause), None, &clause.id));
    let others = new.clauses.iter().filter_map(|clause| {
        let was = old.clause(&clause.id);
        (was.map(Clause::digest) != Some(clause.digest()))
            .then(|| clause_change(was, Some(clause), &clause.id))
    });
    others.chain(removed).collect()
}

fn clause_change(was: Option<&Clause>, is: Option<&Clause>, id: &ClauseId) -> ClauseChange {
    let parts = match (was, is) {
        (Some(was), Some(is)) => parts(was, is),
        _ => Vec::new(),
    };
    let text = |clause: Option<&Clause>| {
        let differs = was.map(|clause| &clause.text) != is.map(|clause| &clause.text);
        clause.filter(|clause| differs && !clause.withheld).map(|clause| clause.text.clone())
    };
    ClauseChange {
        id: id.clone(),
        title: is.or(was).map(|clause| clause.title.clone()).unwrap_or_default(),
        change: what(was, is),
        direction: match (was, is) {
            (Some(was), Some(is)) => direction::of_clause(was, is),
            (None, _) => Direction::Broader,
            (Some(_), None) => Direction::Narrower,
        },
        parts,
        old_text: text(was),
        new_text: text(is),
    }
}

fn parts(was: &Clause, is: &Clause) -> Vec<&'static str> {
    [
        ("text", was.text != is.text),
        ("asks", was.asks != is.asks),
        ("kept_by", was.kept_digest() != is.kept_digest()),
        ("title", was.title != is.title),
        ("number", was.number != is.number),
        ("section", was.section != is.section),
        ("place", was.place != is.place),
        ("actors", was.actors != is.actors),
        ("modality", was.modality != is.modality),
        ("withheld", was.withheld != is.withheld),
        ("aim", was.aim != is.aim),
        ("applies_to", was.applies_to != is.applies_to),
        ("exceptions", was.exceptions != is.exceptions),
        ("report_to", was.report_to != is.report_to),
        ("document", was.document != is.document),
    ]
    .into_iter()
    .filter_map(|(part, differs)| differs.then_some(part))
    .collect()
}

fn settings(before: &Library, after: &Library) -> Vec<SettingChange> {
    let (old, new) = (before.merged_settings(&Scope::default()), after.merged_settings(&Scope::default()));
    let value = |set: Option<&MergedSetting>| set.map(|set| set.value.clone());
    differing(&old.settings, &new.settings)
        .filter(|(_, was, is)| value(*was) != value(*is))
        .map(|(key, was, is)| {
            let asks = was.into_iter().chain(is).flat_map(|set| &set.asked_by);
            let clauses: BTreeSet<ClauseId> = asks.map(|ask| ask.clause.clone()).collect();
            let entry = after.vocabulary().get(key).or_else(|| before.vocabulary().get(key));
            let (merge, stronger) = (entry.map(|known| known.merge), entry.and_then(|known| known.stronger));
            let direction = match (was, is) {
                (Some(was), Some(is)) => direction::of_value(&was.value, &is.value, merge, stronger),
                (was, is) => direction::of_presence(was.is_some(), is.is_some(), merge, stronger),
            };
            SettingChange {
                direction: direction.unwrap_or(Direction::Changed),
                key: key.clone(),
                old: value(was),
                new: value(is),
                clauses: clauses.into_iter().collect(),
            }
        })
        .collect()
}

fn checks(old: &Library, new: &Library) -> Vec<CheckChange> {
    let users = |name: &str| {
        let both = old.clauses.iter().chain(&new.clauses);
        let users = both.filter(|clause| clause.rules().any(|rule| rule.check == name));
        users.map(|clause| clause.id.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    };
    differing(&old.checks, &new.checks)
        .map(|(name, was, is)| CheckChange {
            name: name.clone(),
            change: what(was, is),
            clauses: users(name),
            old_cases: was.map_or(0, |check| check.cases.len()),
            new_cases: is.map_or(0, |check| check.cases.len()),
            direction: match (was, is) {
                (Some(was), Some(is)) => was.direction_to(is, old.lookup(), new.lookup()),
                (was, is) => direction::coming(was.is_some(), is.is_some()),
            }
            .unwrap_or(Direction::Changed),
        })
        .collect()
}

fn parameters(old: &Library, new: &Library) -> Vec<ParameterChange> {
    differing(old.parameters(), new.parameters())
        .map(|(name, was, is)| ParameterChange {
            name: name.clone(),
            old: was.map(|parameter| parameter.value.clone()),
            new: is.map(|parameter| parameter.value.clone()),
            direction: match (was, is) {
                (Some(was), Some(is)) => direction::of_parameter(&was.value, &is.value, is.stronger),
                _ => None,
            }
            .unwrap_or(Direction::Changed),
        })
        .filter(|change| change.old != change.new)
        .collect()
}

/// Returns a clause that people accept once a version, and that is new or worded otherwise than what they accepted. One that is
/// gone asks nothing of them.
fn ask_again(old: &Library, new: &Library) -> Vec<AskAgain> {
    let changed = |clause: &&Clause| {
        old.clause(&clause.id).map(Clause::wording_digest) != Some(clause.wording_digest())
    };
    let mut asks: BTreeMap<&str, Vec<ClauseId>> = BTreeMap::new();
    for clause in new.clauses.iter().filter(|clause| clause.is_read_and_accepted()).filter(changed) {
        asks.entry(&clause.document).or_default().push(clause.id.clone());
    }
    asks.into_iter().map(|(document, clauses)| AskAgain { document: document.to_owned(), clauses }).collect()
}

impl PolicyDiff {
    /// Returns whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
