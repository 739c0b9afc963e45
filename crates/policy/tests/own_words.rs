//! The library says everything in its own words: the sentences of the two source documents belong to the forces.
//!
//! A run of more than six words that also stands in a source document fails the test. Titles of documents and names of
//! bodies cannot be said otherwise, so each counts as one word.

#![expect(clippy::expect_used, reason = "a test that cannot read its files has to stop")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The longest run of words that may be the same.
const LONGEST: usize = 6;

/// Names longer than a few words, in the form that [`words`] compares.
const NAMES: [&str; 5] = [
    "acceptable use of information systems and assets",
    "college of policing code of ethics",
    "norfolk and suffolk constabularies",
    "standards of professional behaviour for officers and staff",
    "use of personal devices and the management of risk associated with their use",
];

/// Returns lower-case words without punctuation, names joined into one.
fn words(text: &str) -> Vec<String> {
    let plain: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let mut joined = plain.join(" ");
    for name in NAMES {
        joined = joined.replace(name, &name.replace(' ', "_"));
    }
    joined.split(' ').map(str::to_owned).collect()
}

/// Every run of one word more than may be the same.
fn runs(words: &[String]) -> impl Iterator<Item = &[String]> {
    words.windows(LONGEST + 1)
}

/// Returns the runs that stand in both.
fn shared_runs(ours: &[String], theirs: &BTreeSet<&[String]>) -> Vec<String> {
    runs(ours).filter(|run| theirs.contains(run)).map(|run| run.join(" ")).collect()
}

/// Returns every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("its entries can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn no_sentence_of_the_sources_is_repeated() {
    let seeds = root().join("../shared/seeds");
    if !seeds.is_dir() {
        println!("skipped: ../shared is absent");
        return;
    }
    let sources: Vec<Vec<String>> = files(&seeds)
        .iter()
        .map(|path| words(&fs::read_to_string(path).expect("a source is text")))
        .collect();
    assert!(sources.iter().any(|source| source.len() > 500), "the sources have no words to compare with");
    let theirs: BTreeSet<&[String]> = sources.iter().flat_map(|source| runs(source)).collect();

    let ours = files(&root().join("policy"));
    assert!(ours.len() > 142, "only {} files under policy/", ours.len());
    let mut repeated = Vec::new();
    for path in ours {
        let text = words(&fs::read_to_string(&path).expect("a file of the library is text"));
        repeated.extend(shared_runs(&text, &theirs).iter().map(|run| format!("{}: {run}", path.display())));
    }
    assert!(repeated.is_empty(), "say it in our own words:\n{}", repeated.join("\n"));
}

#[test]
fn a_repeated_sentence_is_found_and_a_name_is_not() {
    let source =
        words("The quick brown fox jumps over the lazy dog, as the College of Policing Code of Ethics says.");
    let known = runs(&source).collect();
    let found = |ours: &str| shared_runs(&words(ours), &known);
    assert_eq!(
        found("See: quick BROWN fox -- jumps over the lazy cat"),
        ["quick brown fox jumps over the lazy"]
    );
    assert!(found("A brown fox jumps over the lazy cat").is_empty(), "six words are allowed");
    assert!(found("the lazy dog as the College of Policing Code of Ethics").is_empty(), "a name is one word");
}
