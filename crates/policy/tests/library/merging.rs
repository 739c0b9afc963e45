//! Several clauses, one setting.

use domain::{DeviceKind, SettingKey, SettingValue};
use policy::{MergedSettings, Scope};

use crate::sample::{edited, files, load};

fn value(merged: &MergedSettings, key: &str) -> SettingValue {
    merged.settings.get(&SettingKey::new(key)).unwrap().value.clone()
}

fn list(items: &[&str]) -> SettingValue {
    SettingValue::List(items.iter().map(|item| (*item).to_owned()).collect())
}

#[test]
fn the_strictest_wins() {
    let merged = load(&files()).merged_settings(&Scope::default());
    assert_eq!(value(&merged, "passcode.min_length"), SettingValue::Count(9));
    assert_eq!(value(&merged, "lock.after_minutes"), SettingValue::Count(3));
    assert_eq!(value(&merged, "airdrop.allow"), SettingValue::Bool(false));
    assert_eq!(value(&merged, "apps.blocked"), list(&["a", "b"]));
    assert_eq!(value(&merged, "apps.allowed"), list(&["y"]));
    assert!(merged.conflicts.is_empty());
    let asked = &merged.settings[&SettingKey::new("lock.after_minutes")].asked_by;
    let asked: Vec<_> = asked.iter().map(|ask| (ask.clause.as_str(), ask.parameter.as_deref())).collect();
    assert_eq!(asked, [("AA-1.2", Some("lock-minutes")), ("BB-x", None)]);
}

#[test]
fn a_setting_belongs_to_the_group_that_asks_first() {
    let merged = load(&files()).merged_settings(&Scope::default());
    let groups: Vec<_> =
        merged.groups.iter().map(|g| (g.id.as_str(), g.title.as_str(), g.values.len())).collect();
    assert_eq!(groups, [("aa-1", "Locks", 3), ("aa-2", "Sharing", 4), ("bb-0", "Document BB", 1)]);
    let clauses: Vec<&str> = merged.groups[0].clauses.iter().map(|id| id.as_str()).collect();
    assert_eq!(clauses, ["AA-1.1", "AA-1.2", "BB-x"], "whoever leans on the profile is named");
    assert_eq!(merged.groups[0].values[&SettingKey::new("lock.after_minutes")], SettingValue::Count(3));
}

#[test]
fn a_conflict_is_reported_with_both_clauses() {
    let mut files =
        edited("settings/other.toml", "\"airdrop.allow\"", "\"mail.host\" = \"two\"\n\"airdrop.allow\"");
    let clause = "documents/b/clauses/x-other.md";
    let asking = files.get(clause).unwrap().replace("\"airdrop.allow\"", "\"airdrop.allow\", \"mail.host\"");
    files.put(clause, &asking);
    let merged = load(&files).merged_settings(&Scope::default());
    let conflict = &merged.conflicts[0];
    assert_eq!((merged.conflicts.len(), conflict.key.as_str()), (1, "mail.host"));
    let asked: Vec<&str> = conflict.asked_by.iter().map(|ask| ask.clause.as_str()).collect();
    assert_eq!(asked, ["AA-2.10", "BB-x"]);
    assert_eq!(value(&merged, "mail.host"), SettingValue::Text("one".into()));
    assert!(conflict.meanwhile.contains("AA-2.10 stands"));
    let files = edited("settings/other.toml", "[\"y\"]", "[\"z\"]");
    let merged = load(&files).merged_settings(&Scope::default());
    assert!(merged.conflicts[0].meanwhile.contains("nothing is allowed"));
}

#[test]
fn a_scope_leaves_out_what_does_not_apply() {
    let files = edited(
        "documents/b/clauses/x-other.md",
        "modality",
        "applies_to = { kinds = [\"mac\"], roles = [\"driver\"] }\nmodality",
    );
    let library = load(&files);
    let length = |scope: &Scope| value(&library.merged_settings(scope), "lock.after_minutes");
    assert_eq!(length(&Scope::default()), SettingValue::Count(3), "unlimited, the strictest reading");
    assert_eq!(length(&Scope::of_kind(DeviceKind::Mac)), SettingValue::Count(3));
    assert_eq!(length(&Scope::of_kind(DeviceKind::Iphone)), SettingValue::Count(5));
    let roles = |role: &str| Scope { roles: Some([role.to_owned()].into()), ..Scope::default() };
    assert_eq!(length(&roles("driver")), SettingValue::Count(3));
    assert_eq!(length(&roles("clerk")), SettingValue::Count(5));
    let without = Scope { without: ["BB-x".parse().unwrap()].into(), ..Scope::default() };
    assert_eq!(length(&without), SettingValue::Count(5));
    let documents = Scope { documents: ["a".to_owned()].into(), ..Scope::default() };
    assert_eq!(length(&documents), SettingValue::Count(5));
}
