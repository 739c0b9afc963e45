//! The shipped library against the register of clauses that was drawn up from the two source documents.

#![expect(clippy::expect_used, reason = "a test that cannot read its files has to stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use policy::{Clause, Library, Overrides};

/// Where the library answers a clause in another way than the register foresaw: clause, kind, and why.
const OTHERWISE: [(&str, &str, &str); 1] = [(
    "MDU-5.5",
    "detect",
    "no device reports who opened which record; the logs are reviewed in a case instead",
)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn library() -> Library {
    Library::load(&root().join("policy"), &Overrides::new())
        .expect("the shipped policy loads; see tests/shipped.rs")
}

/// Reads clause id -> the kinds of capability that answer it, from the rows `| MDU-6.6 | .. | .. | device +workflow | ..`.
fn register(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    text.lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let (id, kinds) = (*cells.get(1)?, *cells.get(4)?);
            let is_clause = id.starts_with("MDU-") || id.starts_with("UPD-");
            let kinds = kinds.split([' ', '+']).filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
            is_clause.then(|| (id.to_owned(), kinds))
        })
        .collect()
}

/// Returns the register's word for a way of keeping a clause.
fn kind(word: &str) -> &str {
    match word {
        "setting" => "device",
        "detection" => "detect",
        "procedure" => "workflow",
        "acceptance" => "attest",
        other => other,
    }
}

fn kinds(clause: &Clause) -> BTreeSet<&str> {
    clause.kept_by.iter().map(|kept| kind(kept.word())).collect()
}

#[test]
fn every_clause_of_the_register_is_kept_in_the_ways_it_names() {
    let path = root().join("../shared/reference/clauses.md");
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let register = register(&text);
    assert_eq!(register.len(), 142, "134 clauses and 8 rows of the covers");

    let library = library();
    let ours: BTreeSet<&str> = library.clauses.iter().map(|clause| clause.id.as_str()).collect();
    let theirs: BTreeSet<&str> = register.keys().map(String::as_str).collect();
    assert_eq!(ours, theirs);

    let mut missing = Vec::new();
    for clause in &library.clauses {
        let kinds = kinds(clause);
        for wanted in register.get(clause.id.as_str()).into_iter().flatten() {
            let otherwise = OTHERWISE.iter().any(|(id, kind, _)| *id == clause.id.as_str() && kind == wanted);
            if kinds.contains(wanted.as_str()) == otherwise {
                missing.push(format!("{}: {wanted}", clause.id));
            }
        }
    }
    assert!(missing.is_empty(), "not as the register has it: {missing:?}");
}

#[test]
fn every_flag_is_raised() {
    let library = library();
    let raised: BTreeSet<&str> = library
        .documents
        .iter()
        .flat_map(|document| &document.notes)
        .map(|note| note.flag.as_str())
        .collect();
    let all: Vec<String> = (1..=20).map(|number| format!("F{number}")).collect();
    assert_eq!(raised, all.iter().map(String::as_str).collect());
}

#[test]
fn what_devices_cannot_hold_people_have_agreed_to() {
    let without: Vec<String> = library()
        .clauses
        .iter()
        .filter(|clause| clause.settings().next().is_some() && !clause.asks_acceptance())
        .map(|clause| clause.id.to_string())
        .collect();
    assert!(without.is_empty(), "a setting leaves something over on some platform: {without:?}");
}

#[test]
fn unnumbered_paragraphs_stand_in_the_order_of_the_paper() {
    let library = library();
    let section: Vec<&str> = library
        .clauses_in("personal-devices")
        .filter(|clause| clause.section.as_deref() == Some("8"))
        .map(|clause| clause.id.as_str())
        .collect();
    let paper = ["UPD-8.OS1", "UPD-8.OS2", "UPD-8.PS1", "UPD-8.PS2", "UPD-8.PS3", "UPD-8.GL1", "UPD-8.GL2"];
    assert_eq!(section, paper);
    assert!(library.clauses_in("personal-devices").any(|clause| clause.number.as_deref() == Some("7.7f")));
}
