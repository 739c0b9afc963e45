//! Drafting clauses out of any text.

use policy::{Files, Library, Overrides};
use policy_import::{Draft, ImportOptions, import};

use super::text;

/// Beginnings of lines that mean something.
pub const WORDS: &[&str] = &[
    "\n1.1 ",
    "\n1. ",
    "\n(a) ",
    "\nii) ",
    "\n- ",
    "\n# ",
    "\nABC001 ",
    "\nSection 2: Scope\n",
    "\nPage 1 of 2\n",
    "\nIndex\n",
    "\n\n",
    "\n+++\n",
    ".....3\n",
    "**",
    "must not",
    "\u{c}",
    "\u{0}",
    "\u{feff}",
    "\t",
    "\\",
    "\"\"\"",
    "6.2a",
    "é",
    "İ",
    "\u{2028}",
];

/// Texts that are short enough to look for every word of them.
const SHORT: usize = 4096;
/// Drafts that are short enough to load: a hundred times a long policy takes a while, and shows nothing more.
const FEW: usize = 1000;

/// Drafts a document; what was drafted must load, and nothing of the text may be lost.
pub fn policy_import(data: &[u8]) -> bool {
    let Some(text) = text(data) else { return false };
    let options = ImportOptions { id: "draft".into(), prefix: "DR".into(), title: "Draft".into() };
    let Ok(draft) = import(text, &options) else { return false };
    assert!(
        draft.clauses > 0 && draft.files.len() == draft.clauses + 1,
        "a file for each clause, and one more"
    );
    let lines = text.lines().count();
    for left in &draft.not_drafted {
        assert!((1..=lines).contains(&left.line), "line {} of {lines}", left.line);
    }
    let size: usize = draft.files.iter().map(|(_, text)| text.len()).sum();
    assert!(size <= 2000 * (draft.clauses + 1) + 40 * text.len(), "{size} bytes out of {}", text.len());
    if draft.clauses <= FEW {
        loads(&draft);
    }
    if text.len() <= SHORT {
        nothing_is_lost(text, &draft);
    }
    true
}

/// A force, which every policy has.
const FORCES: &str = r#"
time_zone = "Europe/London"
marking = "OFFICIAL"
emergency = "999"
profile_prefix = "org.example"
[[force]]
word = "northshire"
title = "Northshire Police"
short = "Northshire"
service_desk = { name = "Service Desk", number = "100" }
duty_officer = { name = "Duty officer", number = "200" }
"#;

fn loads(draft: &Draft) {
    let mut files = Files::from_iter([
        ("forces.toml", FORCES),
        ("facts.toml", ""),
        ("vocabulary.toml", ""),
        ("parameters.toml", ""),
    ]);
    for (path, text) in &draft.files {
        assert!(files.get(path).is_none(), "two clauses in one file, {path}");
        files.put(path.as_str(), text);
    }
    let library = Library::from_files(&files, &Overrides::new());
    let library = library.map_err(|problems| problems.to_string()).expect("a draft loads");
    assert_eq!(library.clauses.len(), draft.clauses);
}

/// Checks that every word stands in a file or in what was left over.
fn nothing_is_lost(text: &str, draft: &Draft) {
    let mut all: String = draft.files.iter().map(|(_, content)| format!("{content}\n")).collect();
    all.extend(draft.not_drafted.iter().map(|left| format!("{}\n", left.text)));
    let all = all.to_lowercase();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| word.len() > 1 && word.bytes().any(|byte| byte.is_ascii_alphabetic())) {
        assert!(all.contains(&word.to_ascii_lowercase()), "\"{word}\" is lost");
    }
}

/// Texts numbered in various ways.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    [
        "Cover\n\n1. Passwords\n\n- 1.1 Pick a long\n  password. You must not\n  share it.\n\n1.2 It must have:\n\
         - letters;\n - digits;\n\nand be new.\n\n2. Loss\n2.1 Tell the desk, as clause\n1.1 of this paper says.\n",
        "1) You must lock it.\n2) You may carry it.\n   (a) on foot;\n   (b) by car:\n      (i) yours;\n      (ii) ours.\n3) Hand it back.\n",
        "Rules for phones\n\nABC001 You must lock it.\nABC002 You may not lend it\nto anyone.\n\nABC010: Ask first.\n",
        "Phones\n\nEveryone must lock the phone\nwhen leaving it.\n\nNever lend it to:\n- friends;\n- family.\n\nLaptops\n\nThe same.\n",
        "# Rules\n\n## 1. Phones\n\n### 1.1 Locks\n\nYou must lock it.\n\n### 1.2 Loans\n\nYou must not lend it.\n\nEver.\n",
        "Official\n\nIndex\n1. Use.....3\n\n7. Use\n7.1 Lock it.\n\n8. Safety\n\nStreet Sense\n\n- Look up.\n\nOfficial\n\nPage 2 of 3\n\nOfficial\n\nstop.\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
