//! Says what another version of the policy weakens. What cannot be told counts as weaker.
//!
//! One function is all that others use ([`weaker`]). It knows what `policy::diff` offers and the rule by which two values of a
//! setting are merged; where neither says which of two sides is the stricter, the change counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use domain::{Day, DeviceKind, SettingKey, SettingValue};
use policy::{
    Approval, Change, ClauseChange, Document, Library, Merge, Modality, PartKind, PolicyDiff, Scope, diff,
    setting_words,
};

/// Parts of a clause that change nothing of what it asks.
const HARMLESS: [&str; 4] = ["title", "number", "section", "place"];

/// Lists what `new` weakens of `old`, a sentence each; empty where it weakens nothing.
pub(crate) fn weaker(old: &Library, new: &Library) -> Vec<String> {
    if old.digest() == new.digest() {
        return Vec::new();
    }
    let diff = diff(old, new);
    let mut found = documents(&diff, old, new);
    found.extend(clauses(&diff, new));
    found.extend(settings(old, new));
    found.extend(others(&diff));
    found.extend(lost("fact", old.facts(), new.facts()));
    found.extend(lost("setting of the vocabulary", old.vocabulary(), new.vocabulary()));
    found.extend(lost("baseline", &old.baselines, &new.baselines));
    if diff.is_empty() && found.is_empty() && adds_nothing(old, new) {
        found.push("something that the comparison does not show".to_owned());
    }
    found
}

/// Returns whether the registers that the comparison leaves out are the same on both sides.
fn adds_nothing(old: &Library, new: &Library) -> bool {
    old.facts() == new.facts() && old.vocabulary() == new.vocabulary() && old.baselines == new.baselines
}

fn documents(diff: &PolicyDiff, old: &Library, new: &Library) -> Vec<String> {
    let mut found = Vec::new();
    for change in &diff.documents {
        let Some(was) = old.document(&change.id) else { continue };
        match new.document(&change.id) {
            None => found.push(format!("the document {} is gone", change.id)),
            Some(is) => {
                let lines = cover(was, is);
                if !lines.is_empty() {
                    found.push(format!("the document {}: {}", change.id, lines.join(", ")));
                }
            }
        }
    }
    found
}

/// Lists the lines of a document's cover that may be weaker: what was there and is gone or otherwise, and a review put off.
fn cover(was: &Document, is: &Document) -> Vec<&'static str> {
    let (old, new) = (&was.cover, &is.cover);
    let law = |title: &str| is.legal_basis.iter().any(|law| law.title == title);
    let related = |title: &str| is.related.iter().any(|other| other.title == title);
    [
        ("kind", was.kind != is.kind),
        ("marking", was.marking != is.marking),
        ("owner", was.owner != is.owner),
        ("review date", is_put_off(was.review_by, is.review_by)),
        ("regulator", is_lost(was.regulator.as_ref(), is.regulator.as_ref())),
        ("time to tell the regulator", is_lost(was.notify_within.as_ref(), is.notify_within.as_ref())),
        ("approvals", was.approvals.iter().any(|one| is_unapproved(one, is))),
        ("laws", was.legal_basis.iter().any(|one| !law(&one.title))),
        ("related documents", was.related.iter().any(|one| !related(&one.title))),
        ("risk rating", is_lost(old.risk_rating.as_ref(), new.risk_rating.as_ref())),
        ("check against APP", is_lost(old.app_checked.as_ref(), new.app_checked.as_ref())),
        (
            "check against the Code of Ethics",
            is_lost(old.code_of_ethics.as_ref(), new.code_of_ethics.as_ref()),
        ),
        ("governing policy", is_lost(old.governing_policy.as_ref(), new.governing_policy.as_ref())),
        ("role of the owner", is_lost(old.owner_role.as_ref(), new.owner_role.as_ref())),
        ("original", is_lost(old.original.as_ref(), new.original.as_ref())),
    ]
    .into_iter()
    .filter_map(|(line, weaker)| weaker.then_some(line))
    .collect()
}

fn is_lost<T: PartialEq>(was: Option<&T>, is: Option<&T>) -> bool {
    was.is_some() && was != is
}

fn is_put_off(was: Option<Day>, is: Option<Day>) -> bool {
    match (was, is) {
        (Some(was), Some(is)) => is > was,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Returns whether an approval is gone, or has lost the day that it had.
fn is_unapproved(one: &Approval, document: &Document) -> bool {
    match document.approvals.iter().find(|approval| approval.body == one.body) {
        None => true,
        Some(approval) => one.on.is_some() && approval.on != one.on,
    }
}

fn clauses(diff: &PolicyDiff, new: &Library) -> Vec<String> {
    let counts = |change: &&ClauseChange| match change.change {
        // A new clause that allows something may loosen another.
        Change::Added => new.clause(&change.id).is_none_or(|clause| clause.modality == Modality::May),
        Change::Removed => true,
        Change::Changed => {
            change.parts.is_empty() || change.parts.iter().any(|part| !HARMLESS.contains(part))
        }
    };
    let words = |change: &ClauseChange| match change.change {
        Change::Added => format!("the clause {} is new and allows something: {}", change.id, change.title),
        Change::Removed => format!("the clause {} is gone: {}", change.id, change.title),
        Change::Changed => format!(
            "the clause {} is changed ({}): {}",
            change.id,
            change.parts.join(", ").replace('_', " "),
            change.title
        ),
    };
    diff.clauses.iter().filter(counts).map(words).collect()
}

/// Compares what devices are asked for, of any kind, and what is put on devices in a case or once terms have lapsed.
fn settings(old: &Library, new: &Library) -> Vec<String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let kinds = DeviceKind::ALL.iter().copied().map(Scope::of_kind);
    for scope in std::iter::once(Scope::default()).chain(kinds) {
        let (was, is) = (old.merged_settings(&scope).settings, new.merged_settings(&scope).settings);
        let keys: BTreeSet<&SettingKey> = was.keys().chain(is.keys()).collect();
        for key in keys {
            let (was, is) = (was.get(key).map(|set| &set.value), is.get(key).map(|set| &set.value));
            if !is_as_strict(merge_of(old, new, key), was, is) {
                let words = |value: Option<&SettingValue>| value.map_or("not set".to_owned(), setting_words);
                found.insert(
                    key.to_string(),
                    format!("the setting {key} was {} and would be {}", words(was), words(is)),
                );
            }
        }
    }
    let mut all: Vec<String> = found.into_values().collect();
    for name in added_files(old).into_iter().chain(added_files(new)).collect::<BTreeSet<_>>() {
        let (was, is) = (old.settings.get(name), new.settings.get(name));
        if was.is_some() && was.map(|file| &file.values) != is.map(|file| &file.values) {
            all.push(format!("the settings {name}, which restrict a device, are changed or gone"));
        }
    }
    all
}

/// Lists the settings files that are put on a device beside those of all devices.
fn added_files(library: &Library) -> BTreeSet<&str> {
    let clauses = library.clauses.iter();
    clauses.flat_map(|clause| clause.lapsed_settings().chain(clause.restricting_settings())).collect()
}

/// Returns which of two values of a setting is the stricter; `None` where the two versions differ about that.
fn merge_of(old: &Library, new: &Library, key: &SettingKey) -> Option<Merge> {
    match (old.vocabulary().get(key), new.vocabulary().get(key)) {
        (Some(was), Some(is)) => (was.merge == is.merge).then_some(is.merge),
        (known, None) | (None, known) => known.map(|entry| entry.merge),
    }
}

/// Returns whether a value is certainly no weaker than the one before.
fn is_as_strict(merge: Option<Merge>, was: Option<&SettingValue>, is: Option<&SettingValue>) -> bool {
    use SettingValue::{Bool, Count, List};
    if was == is {
        return true;
    }
    match (merge, was, is) {
        (Some(Merge::Any), _, Some(Bool(is))) => *is,
        (Some(Merge::All), _, Some(Bool(is))) => !*is,
        (Some(Merge::Max | Merge::Min | Merge::Union | Merge::Intersection), None, Some(_)) => true,
        (Some(Merge::Max), Some(Count(was)), Some(Count(is))) => is > was,
        (Some(Merge::Min), Some(Count(was)), Some(Count(is))) => is < was,
        (Some(Merge::Union), Some(List(was)), Some(List(is))) => is.is_superset(was),
        (Some(Merge::Intersection), Some(List(was)), Some(List(is))) => is.is_subset(was),
        _ => false,
    }
}

/// Lists what is changed of checks, parameters, the work that follows from rules, and who may do what.
fn others(diff: &PolicyDiff) -> Vec<String> {
    let value = |value: &Option<policy::ParameterValue>| {
        value.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string)
    };
    let checks = diff.checks.iter().filter(|check| check.change != Change::Added);
    let checks = checks.map(|check| format!("the check {} is changed or gone", check.name));
    let parameters = diff.parameters.iter().filter(|parameter| parameter.old.is_some());
    let parameters = parameters.map(|one| {
        format!("the parameter {} was {} and would be {}", one.name, value(&one.old), value(&one.new))
    });
    // A new register lets people ask for what they could not.
    let parts =
        diff.parts.iter().filter(|part| part.change != Change::Added || part.kind == PartKind::Register);
    let parts = parts.map(|part| format!("{}: {} is changed", part.kind.title(), part.title));
    let cells = diff.access.iter().map(|cell| {
        format!(
            "{} may {}: {}, until now {}",
            cell.role.title(),
            cell.action,
            cell.new_words(),
            cell.old_words()
        )
    });
    let policies = diff.access_policies.iter();
    let policies = policies.map(|one| format!("the access policy {} is new, changed or gone", one.name));
    checks.chain(parameters).chain(parts).chain(cells).chain(policies).collect()
}

/// Lists what a register held and holds otherwise, or no longer.
fn lost<K: Ord + Display, V: PartialEq>(
    what: &str,
    old: &BTreeMap<K, V>,
    new: &BTreeMap<K, V>,
) -> Vec<String> {
    let mut found = Vec::new();
    for (key, was) in old {
        if new.get(key) != Some(was) {
            found.push(format!("the {what} {key} is changed or gone"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use policy::{Files, Overrides};

    use super::*;

    fn shipped() -> Files {
        Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy")).unwrap()
    }

    /// Compares the shipped policy with itself after a change of one file.
    fn weakened(path: &str, from: &str, to: &str) -> Vec<String> {
        let (old, mut files) = (shipped(), shipped());
        let text = old.get(path).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        files.put(path, &text.replacen(from, to, 1));
        let load = |files: &Files| Library::from_files(files, &Overrides::new()).unwrap();
        weaker(&load(&old), &load(&files))
    }

    #[test]
    fn the_same_policy_and_a_comment_weaken_nothing() {
        assert_eq!(weakened("facts.toml", "\n", "\n# a comment\n"), Vec::<String>::new());
    }

    #[test]
    fn fewer_characters_are_weaker_and_more_are_not() {
        let file = "settings/passcode-composition.toml";
        let fewer = weakened(file, "\"passcode.min_length\" = 9", "\"passcode.min_length\" = 6");
        assert!(
            fewer.iter().any(|one| one.contains("passcode.min_length was 9 and would be 6")),
            "{fewer:?}"
        );
        let more = weakened(file, "\"passcode.min_length\" = 9", "\"passcode.min_length\" = 12");
        assert_eq!(more, Vec::<String>::new());
    }

    #[test]
    fn what_cannot_be_told_counts() {
        let document = "documents/mobile-device-use/document.toml";
        let later = weakened(document, "review_by = 2020-09-12", "review_by = 2090-09-12");
        assert!(later.iter().any(|one| one.contains("review date")), "{later:?}");
        let sooner = weakened(document, "review_by = 2020-09-12", "review_by = 2019-09-12");
        assert_eq!(sooner, Vec::<String>::new(), "a review that is due sooner weakens nothing");
        let words = weakened(
            "documents/mobile-device-use/clauses/3.5-theft.md",
            "Mobile devices may attract thieves.",
            "Devices may attract thieves.",
        );
        assert!(words.iter().any(|one| one.contains("MDU-3.5 is changed (text)")), "{words:?}");
        let access = weakened(
            "access/ledger.cedar",
            "Role::\"data-protection-officer\", ",
            "Role::\"data-protection-officer\", Role::\"hr\", ",
        );
        assert!(access.iter().any(|one| one.contains("Human resources may see ledger")), "{access:?}");
    }

    #[test]
    fn the_stricter_side_is_the_one_that_the_vocabulary_names() {
        use SettingValue::{Bool, Count};
        let (yes, no, two, three) = (Bool(true), Bool(false), Count(2), Count(3));
        for (merge, was, is, strict) in [
            (Merge::Any, Some(&no), Some(&yes), true),
            (Merge::Any, Some(&yes), Some(&no), false),
            (Merge::All, Some(&yes), Some(&no), true),
            (Merge::All, None, Some(&yes), false),
            (Merge::Max, Some(&two), Some(&three), true),
            (Merge::Min, Some(&two), Some(&three), false),
            (Merge::Max, None, Some(&two), true),
            (Merge::Max, Some(&two), None, false),
            (Merge::Equal, Some(&two), Some(&three), false),
        ] {
            assert_eq!(is_as_strict(Some(merge), was, is), strict, "{merge} {was:?} {is:?}");
        }
        assert!(!is_as_strict(None, Some(&two), Some(&three)), "nobody says which is the stricter");
        assert!(is_as_strict(None, Some(&two), Some(&two)));
    }
}
