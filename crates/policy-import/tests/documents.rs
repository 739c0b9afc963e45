//! The two source documents are drafted as the register of their clauses counts them.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something is missing, and says so"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use policy::{Files, Library, Overrides};
use policy_import::{Draft, ImportOptions, import};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns a source document, drafted; `None` if the folder beside the repository is absent.
fn draft(file: &str, prefix: &str) -> Option<(String, Draft)> {
    drafted(&format!("seeds/{file}"), prefix)
}

fn drafted(file: &str, prefix: &str) -> Option<(String, Draft)> {
    let Ok(text) = fs::read_to_string(root().join("../shared").join(file)) else {
        println!("skipped: ../shared is absent");
        return None;
    };
    let options = ImportOptions { id: "imported".into(), prefix: prefix.into(), title: "Imported".into() };
    let draft = import(&text, &options).unwrap();
    Some((text, draft))
}

/// The draft loads beside the registers that the repository ships.
fn load(draft: &Draft) -> Library {
    let mut files = Files::default();
    for register in ["forces.toml", "facts.toml", "vocabulary.toml", "parameters.toml"] {
        files.put(register, &fs::read_to_string(root().join("policy").join(register)).unwrap());
    }
    // The shipped parameters name clauses of the shipped documents.
    let parameters: String = files
        .get("parameters.toml")
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("clauses"))
        .map(|line| {
            let own = if line == "[[parameter]]" { "\nclauses = []" } else { "" };
            format!("{line}{own}\n")
        })
        .collect();
    files.put("parameters.toml", &parameters);
    for (path, content) in &draft.files {
        files.put(path.as_str(), content);
    }
    Library::from_files(&files, &Overrides::new()).unwrap()
}

/// Every line that is not blank is a clause's, a heading's, or listed as left over.
fn nothing_is_lost(text: &str, draft: &Draft) {
    let all: String = draft.files.iter().map(|(_, content)| format!("{content}\n")).collect();
    let left: BTreeSet<usize> = draft.not_drafted.iter().map(|left| left.line).collect();
    for (index, line) in text.lines().enumerate().filter(|(index, _)| !left.contains(&(index + 1))) {
        let tail = line.trim().split_once(' ').map_or("", |(_, tail)| tail);
        let tail = tail.rsplit_once(' ').map_or("", |(_, last)| last);
        assert!(all.contains(tail), "line {}: {line}", index + 1);
    }
}

#[test]
fn the_policy_is_drafted_whole() {
    let Some((text, draft)) = draft("mobile-device-use-policy.txt", "MDU") else { return };
    nothing_is_lost(&text, &draft);
    let library = load(&draft);
    assert_eq!(library.clauses.len(), 87);
    assert_eq!(library.documents[0].sections.len(), 16);
    for id in ["MDU-1.4c", "MDU-6.2a", "MDU-7.6d", "MDU-14.3d", "MDU-15.1j", "MDU-16.4"] {
        assert!(library.find_clause(id).is_some(), "{id}");
    }
    assert_eq!(library.find_clause("MDU-6.2b").unwrap().modality.as_str(), "should");
    assert_eq!(library.find_clause("MDU-15.1a").unwrap().modality.as_str(), "must-not");
}

#[test]
fn the_procedure_is_drafted_whole() {
    let Some((text, draft)) = draft("personal-devices-procedure.txt", "UPD") else { return };
    nothing_is_lost(&text, &draft);
    let library = load(&draft);
    assert_eq!(library.clauses.len(), 47);
    assert_eq!(library.documents[0].sections.len(), 8);
    let last: Vec<&str> =
        library.clauses.iter().rev().take(7).rev().map(|clause| clause.id.as_str()).collect();
    assert_eq!(
        last,
        ["UPD-8.OS1", "UPD-8.OS2", "UPD-8.PS1", "UPD-8.PS2", "UPD-8.PS3", "UPD-8.GL1", "UPD-8.GL2"]
    );
    let split = &library.find_clause("UPD-3.1").unwrap().text;
    assert!(split.contains("serious consequences"), "a page's edge does not split a clause: {split}");
}

#[test]
fn texts_from_the_field_are_drafted_as_they_are_numbered() {
    let cases: [(&str, &[&str]); 7] = [
        ("23-contents-no-leaders/markdown-levels.txt", &["1.P1", "2.1.1", "2.1.2", "3.P1"]),
        ("23-contents-no-leaders/toc-no-leaders.txt", &["1.P1", "2.P1", "4.1", "4.2", "5.1", "5.2"]),
        ("25-repeated-sentence/repeated-sentence.txt", &["1.1", "1.2", "1.3"]),
        ("26-glued-numbers/glued-numbers.txt", &["1.1", "1.2", "2.1", "2.2"]),
        ("27-odd-bullets/odd-bullets.txt", &["5.1a", "5.2b", "5.3a", "5.4b"]),
        (
            "29-roman-capitals/roman-capitals.txt",
            &["I.P1", "II.P1", "III.A.2", "III.A.2b", "III.B.1", "IV.A"],
        ),
        ("30-point-zero/point-zero.txt", &["1.P1", "2.P1", "3.1", "3.2", "4.P1"]),
    ];
    for (file, ids) in cases {
        let Some((text, draft)) = drafted(&format!("field-cases/{file}"), "FP") else { return };
        nothing_is_lost(&text, &draft);
        let library = load(&draft);
        for id in ids {
            let all: Vec<&str> = library.clauses.iter().map(|clause| clause.id.as_str()).collect();
            assert!(library.find_clause(&format!("FP-{id}")).is_some(), "{file}: {id} among {all:?}");
        }
    }
}
