//! Digests and differences.

use std::collections::BTreeSet;

use policy::{Change, Library, Overrides, diff};

use crate::sample::{clause, edited, files, load, with};

const READ: &str = "documents/a/clauses/2.9-read.md";

#[test]
fn nothing_changes_between_equals() {
    let (old, new) = (load(&files()), load(&edited("settings/lock.toml", "title", "# a comment\ntitle")));
    assert_eq!(old.digest(), new.digest());
    let same = diff(&old, &new);
    assert!(same.is_empty());
    assert_eq!(same.to_string(), "Nothing changes.\n");
}

#[test]
fn every_part_has_a_digest_of_its_own() {
    let old = load(&files());
    let digests: BTreeSet<String> = old.clauses.iter().map(policy::Clause::digest).collect();
    assert_eq!(digests.len(), old.clauses.len());
    let new = load(&edited(READ, "Read this.", "Read this twice."));
    let changed: Vec<&str> = old
        .clauses
        .iter()
        .zip(&new.clauses)
        .filter(|(a, b)| a.digest() != b.digest())
        .map(|(a, _)| a.id.as_str())
        .collect();
    assert_eq!(changed, ["AA-2.9"]);
    assert_ne!(old.digest(), new.digest());
    assert_eq!(old.check_digest("length"), new.check_digest("length"));
    let new = load(&edited("checks/length.toml", "A passcode is set", "A passcode stands"));
    assert_ne!(old.check_digest("length"), new.check_digest("length"));
    let overrides = Overrides::from([("lock-minutes".to_owned(), toml::Value::Integer(2))]);
    assert_ne!(
        old.digest(),
        Library::from_files(&files(), &overrides).unwrap().digest(),
        "a force's choice is policy too"
    );
}

#[test]
fn changed_words_are_accepted_again() {
    let changes = diff(&load(&files()), &load(&edited(READ, "Read this.", "Read this twice.")));
    assert_eq!(changes.clauses.len(), 1);
    assert_eq!(
        (changes.clauses[0].change, changes.clauses[0].parts.as_slice()),
        (Change::Changed, ["text"].as_slice())
    );
    assert_eq!(changes.clauses[0].old_text.as_deref(), Some("Read this."));
    assert_eq!(changes.clauses[0].new_text.as_deref(), Some("Read this twice."));
    assert_eq!(changes.ask_again.len(), 1);
    assert_eq!(
        (changes.ask_again[0].document.as_str(), changes.ask_again[0].clauses[0].as_str()),
        ("a", "AA-2.9")
    );
    let unasked = diff(
        &load(&files()),
        &load(&edited("documents/b/clauses/3-report.md", "Report it.", "Report it now.")),
    );
    assert!(unasked.ask_again.is_empty() && unasked.clauses.len() == 1);
}

#[test]
fn a_change_is_told_in_full() {
    let mut new = edited("settings/lock.toml", "{ parameter = \"lock-minutes\" }", "2");
    new.put(
        READ,
        &clause("AA-2.9", "number = \"2.9\"\nsection = \"2\"\n[[kept_by]]\nnothing = \"x\"\n", "Read this."),
    );
    new.put(
        "documents/a/clauses/3-new.md",
        &clause("AA-3", "[[kept_by]]\nacceptance = \"awareness\"\n", "New."),
    );
    new.put(
        "documents/b/document.toml",
        &files().get("documents/b/document.toml").unwrap().replace("version = \"1\"", "version = \"2\""),
    );
    let overrides = Overrides::from([("stale".to_owned(), toml::Value::String("3d".into()))]);
    let new = Library::from_files(&new, &overrides).unwrap();
    let told = diff(&load(&files()), &new).to_string();
    let want = "\
Weaker
  Clauses: ~ AA-2.9 Clause AA-2.9 (asks, kept_by)
Changed: stronger or weaker, nobody can tell
  Documents: ~ b: version 1 -> 2
Broader
  Clauses: + AA-3 Clause AA-3
Stronger
  Settings on devices: ~ lock.after_minutes: 3 -> 2 [AA-1.2, BB-x]
  Parameters: ~ stale: 1w -> 3d
  Settings files: ~ lock Values (lock.after_minutes)
To be accepted again
  a: AA-3
";
    // BB-3 and the case keep a time limit from a parameter: the parameter changes, they do not.
    assert_eq!(told, want);
}

#[test]
fn a_clause_that_goes_takes_its_settings_along() {
    let other = "documents/b/clauses/x-other.md";
    let new = with(other, &clause("BB-x", "[[kept_by]]\nnothing = \"x\"\n", "Others."));
    let without: policy::Files = new.iter().filter(|(path, _)| *path != "settings/other.toml").collect();
    let changes = diff(&load(&files()), &load(&without));
    let settings: Vec<(&str, bool)> =
        changes.settings.iter().map(|change| (change.key.as_str(), change.new.is_some())).collect();
    assert_eq!(
        settings,
        [
            ("airdrop.allow", true),
            ("apps.allowed", true),
            ("apps.blocked", true),
            ("lock.after_minutes", true),
            ("wifi.networks", false)
        ]
    );
    let gone: policy::Files = without.iter().filter(|(path, _)| *path != other).collect();
    let changes = diff(&load(&files()), &load(&gone));
    assert_eq!(changes.clauses[0].change, Change::Removed);
    assert!(changes.ask_again.is_empty(), "a rule that is gone asks nothing of anyone");
}

#[test]
fn a_changed_number_and_a_changed_clock_are_shown() {
    let file = files().get("forces.toml").unwrap().to_owned();
    let changed =
        file.replace("\"200\"", "\"201\"").replace("Europe/London", "Europe/Berlin").replace("999", "112");
    let found = diff(&load(&files()), &load(&with("forces.toml", &changed))).parts;
    let found: Vec<(&str, Vec<&str>)> = found
        .iter()
        .map(|part| (part.name.as_str(), part.fields.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        found,
        [("forces.toml", vec!["emergency", "time_zone"]), ("northshire", vec!["duty_officer"])]
    );
}

#[test]
fn the_clause_of_an_action_is_policy_too() {
    let actions =
        |clause: &str| with("actions.toml", &format!("[[action]]\nname = \"x\"\nclause = \"{clause}\"\n"));
    let (old, new) = (load(&actions("AA-1.2")), load(&actions("AA-2.9")));
    assert_ne!(old.digest(), new.digest());
    assert!(!diff(&old, &new).is_empty());
}

#[test]
fn a_former_version_keeps_the_value_that_a_force_chose_then() {
    let chosen = Overrides::from([("stale".to_owned(), toml::Value::String("3650d".into()))]);
    assert!(Library::from_files(&files(), &chosen).is_err(), "it is beyond its greatest");
    let former = Library::from_former_files(&files(), &chosen).unwrap();
    assert_eq!(former.span("stale"), "3650d".parse().ok());
}
