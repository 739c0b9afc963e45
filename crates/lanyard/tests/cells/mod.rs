//! Every cell of the verdicts against the study of what platforms can enforce, where that lies beside the repository. Each place in
//! which the two differ stands in `cells.txt` with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::place::{Place, repository};

/// The study's word for a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Enforced,
    Partly,
    No,
    Detected,
}

impl Word {
    fn as_str(self) -> &'static str {
        match self {
            Self::Enforced => "ENF",
            Self::Partly => "PART",
            Self::No => "NO",
            Self::Detected => "detect",
        }
    }

    /// Whether a verdict of ours says the same.
    fn agrees(self, verdict: &str) -> bool {
        match self {
            Self::Enforced => verdict == "enforced",
            Self::Partly => verdict == "partly",
            Self::No => !["enforced", "partly"].contains(&verdict),
            Self::Detected => verdict == "detected",
        }
    }
}

/// Returns what a piece of text says in bold: several words together are a part.
fn word(text: &str) -> Option<Word> {
    let words: BTreeSet<Word> = text
        .split("**")
        .skip(1)
        .step_by(2)
        .filter_map(|bold| match bold {
            bold if bold.contains("detect") => Some(Word::Detected),
            bold if bold.starts_with("ENF") => Some(Word::Enforced),
            bold if bold.starts_with("PART") => Some(Word::Partly),
            bold if bold.starts_with("NO") => Some(Word::No),
            _ => None,
        })
        .collect();
    match words.len() {
        0 => None,
        1 => words.first().copied(),
        _ => Some(Word::Partly),
    }
}

/// Returns the clauses that a heading names, without those that it merely supports.
fn clauses(heading: &str, all: &BTreeSet<String>) -> Vec<String> {
    let Some((_, named)) = heading.split_once(" \u{2014} ") else { return Vec::new() };
    let named = named.split('(').next().unwrap_or_default();
    if named.starts_with("supports") {
        return Vec::new();
    }
    let mut prefix = String::new();
    let mut found = Vec::new();
    for one in named.split(',').map(str::trim) {
        let id = match one.split_once('-') {
            Some((document, _)) => {
                document.clone_into(&mut prefix);
                one.to_owned()
            }
            None => format!("{prefix}-{one}"),
        };
        match id.strip_suffix(".x") {
            Some(section) => {
                found.extend(all.iter().filter(|id| id.starts_with(&format!("{section}."))).cloned())
            }
            None => found.push(id),
        }
    }
    found
}

type Study = BTreeMap<(String, &'static str), Word>;

/// Reads the study: by clause and family of platforms.
fn study(text: &str, all: &BTreeSet<String>) -> Study {
    let mut study = Study::new();
    let part = text.split("## B. ").nth(1).unwrap().split("\n## C. ").next().unwrap();
    for section in part.split("\n### ").skip(1) {
        let (heading, body) = section.split_once('\n').unwrap();
        let clauses = clauses(heading, all);
        for (family, names) in [("ios", ["iOS", "Apple"]), ("macos", ["macOS", "Apple"])] {
            let rows =
                body.lines().filter(|line| names.iter().any(|name| line.starts_with(&format!("| {name} |"))));
            let cell =
                rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit('|').next()).find_map(word);
            let named = names.iter().find_map(|name| {
                let after = body
                    .split_once(&format!("{name} **"))
                    .or_else(|| body.split_once(&format!("{name}: **")));
                after.and_then(|(_, rest)| word(&format!("**{}**", rest.split("**").next()?)))
            });
            let has_rows =
                body.lines().any(|line| line.starts_with("| iOS |") || line.starts_with("| Apple |"));
            let says = cell.or(named).or_else(|| if has_rows { None } else { word(body) });
            if let Some(says) = says {
                for clause in &clauses {
                    study.entry((clause.clone(), family)).or_insert(says);
                }
            }
        }
    }
    study
}

#[test]
fn every_verdict_is_that_of_the_study_or_says_why_not() {
    let cells = Place::new().json(&["policy", "cells", "--json"]);
    let cells = cells.as_array().unwrap();
    assert!(cells.len() > 400, "{}", cells.len());
    for cell in cells {
        let enforced = cell["verdict"] == "enforced";
        assert_eq!(enforced, cell["residue"].as_array().unwrap().is_empty(), "{cell}");
    }
    let Ok(text) = fs::read_to_string(repository().join("../shared/reference/enforceability.md")) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let all: BTreeSet<String> =
        cells.iter().map(|cell| cell["clause"].as_str().unwrap().to_owned()).collect();
    let study = study(&text, &all);
    assert!(study.len() > 60, "only {} cells of the study were read", study.len());
    let mut differ = BTreeSet::new();
    for cell in cells {
        let (clause, platform) = (cell["clause"].as_str().unwrap(), cell["platform"].as_str().unwrap());
        let family = if platform == "macos" { "macos" } else { "ios" };
        let Some(says) = study.get(&(clause.to_owned(), family)) else { continue };
        let verdict = cell["verdict"].as_str().unwrap();
        if !says.agrees(verdict) {
            differ.insert(format!("{clause} | {family} | {} | {verdict}", says.as_str()));
        }
    }
    let argued = include_str!("cells.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let mut known = BTreeSet::new();
    for line in argued {
        let (cell, reason) = line.rsplit_once(" | ").unwrap();
        assert!(reason.len() > 20, "{line}: say why");
        assert!(known.insert(cell.to_owned()), "{line}: twice");
    }
    let new: Vec<&String> = differ.difference(&known).collect();
    let gone: Vec<&String> = known.difference(&differ).collect();
    assert!(new.is_empty() && gone.is_empty(), "not argued: {new:#?}\nno longer so: {gone:#?}");
}
