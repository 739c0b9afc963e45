//! A folder of rules in which one file is anything at all.
//!
//! The first byte says which file of a small policy the rest stands in for, so that every reader is met with every kind
//! of content.

use std::sync::LazyLock;

use domain::DeviceKind;
use policy::{CoverageTable, Files, Library, Overrides, Problems, Scope};

use super::text;
use crate::sample;

/// Every kind of file, and the force's own settings last.
const PLACES: [&str; 15] = [
    "facts.toml",
    "vocabulary.toml",
    "parameters.toml",
    "actions.toml",
    "checks/passcode.toml",
    "checks/awake.toml",
    "settings/passcode.toml",
    "baselines/everyone.toml",
    "documents/sample/document.toml",
    "documents/sample/clauses/1.1-passcode.md",
    "documents/sample/clauses/1.2-loss.md",
    "documents/sample/clauses/1.3-paper.md",
    "cases/lost-device.toml",
    "forces.toml",
    "overrides",
];
const OVERRIDES: usize = PLACES.len() - 1;

/// Pieces of the format.
pub const WORDS: &[&str] = &[
    "+++\n",
    "[[kept_by]]\n",
    "[[on]]\n",
    "[[case]]\n",
    "[values]\n",
    "[[fact]]\n",
    "[[note]]\n",
    "= ",
    "\"",
    "\"\"\"",
    "{ parameter = \"least-length\" }",
    "{ param = \"min_length\" }",
    "\"passcode\"",
    "\"SA-1.1\"",
    "[",
    "]",
    "{",
    "}",
    "9223372036854775807",
    "-1",
    "0x7fffffffffffffff",
    "inf",
    "1979-05-27",
    "\"99999999999999999999w\"",
    "true",
    "\\u0000",
    "setting = \"passcode\"\n",
    "check = \"awake\"\n",
    "nothing = \"x\"\n",
    "\u{feff}",
    "\r\n",
    "#",
    "[[",
    ".",
];

static POLICY: LazyLock<Files> = LazyLock::new(|| read("fuzz/data/policy"));

fn read(folder: &str) -> Files {
    Files::read(&sample::root().join(folder)).expect("a policy folder can be read")
}

/// Loads the small policy with one of its files replaced.
pub fn policy_files(data: &[u8]) -> bool {
    let Some((kind, rest)) = data.split_first() else { return false };
    let Some(text) = text(rest) else { return false };
    let place = usize::from(*kind) % PLACES.len();
    let (mut files, mut overrides) = (POLICY.clone(), Overrides::new());
    if place == OVERRIDES {
        let Ok(table) = text.parse::<toml::Table>() else { return false };
        overrides.extend(table);
    } else {
        files.put(PLACES.get(place).copied().unwrap_or_default(), text);
    }
    match Library::from_files(&files, &overrides) {
        Ok(library) => {
            check_library(&library, &files, &overrides);
            true
        }
        Err(problems) => {
            check_problems(&problems, &files);
            false
        }
    }
}

/// Uses a loaded library in every way.
fn check_library(library: &Library, files: &Files, overrides: &Overrides) {
    let again = Library::from_files(files, overrides).expect("what loads once loads again");
    assert_eq!(library.digest(), again.digest(), "the same files are the same policy");
    assert!(policy::diff(library, &again).is_empty(), "the same files differ from themselves");
    let coverage = CoverageTable::default();
    assert_eq!(library.list(&coverage).len(), library.clauses.len());
    for clause in &library.clauses {
        assert!(library.show(clause.id.as_str(), &coverage).is_some(), "{} cannot be shown", clause.id);
        assert!(!clause.kept_words().is_empty(), "{} is kept by nothing, not even by \"nothing\"", clause.id);
    }
    for kind in [DeviceKind::Iphone, DeviceKind::Mac] {
        let merged = library.merged_settings(&Scope::of_kind(kind));
        assert!(merged.settings.len() <= library.vocabulary().len(), "a setting that is no setting");
    }
}

/// Checks that each problem can be found by its reader, and that there are not too many to show.
fn check_problems(problems: &Problems, files: &Files) {
    assert!(problems.count() > 0);
    for problem in problems.iter() {
        assert!(!problem.message.is_empty(), "a problem without words");
        if let (Some(line), Some(text)) = (problem.line, files.get(&problem.file)) {
            let last = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
            assert!((1..=last).contains(&line), "{problem}, in a file of {last} lines");
        }
    }
}

/// Returns every file of the small policy in its place.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let place = |path: &str| PLACES.iter().position(|place| *place == path);
    let mut seeds: Vec<Vec<u8>> = vec![seed(OVERRIDES, "least-length = 12\n")];
    seeds.extend(POLICY.iter().filter_map(|(path, text)| Some(seed(place(path)?, text))));
    assert_eq!(seeds.len(), PLACES.len(), "a file of the small policy has no place, or a place no file");
    seeds
}

fn seed(place: usize, text: &str) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(place).unwrap_or_default()];
    bytes.extend_from_slice(text.as_bytes());
    bytes
}
