//! Drafting clauses out of any text.

use ::policy_import::{Draft, ImportOptions, Place, import};
use policy::{Files, Library, Overrides};

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
    "\n§ 2 Scope\n",
    "\nArticle 3. ",
    "\nI. AIM\n",
    "\nA. (1) ",
    "\n[AC-2(1)] ",
    "\nOwner: ",
    "\nReview date: 01/02/2026\n",
    "\nLegal basis\n",
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

/// Checks that each line that is not blank has one place, and that its words are in the file that the place names.
fn nothing_is_lost(text: &str, draft: &Draft) {
    let blank = |line: &str| line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty();
    let numbers = (1_usize..).zip(text.lines()).filter(|(_, line)| !blank(line)).map(|(number, _)| number);
    assert!(draft.lines.iter().map(|line| line.line).eq(numbers), "each line has one place");
    let all: Vec<String> = draft.files.iter().map(|(_, content)| content.to_lowercase()).collect();
    for line in &draft.lines {
        // A heading's own number, such as "Chapter 2", need not stand in a file as it is printed.
        let (from, to, number) = match line.place {
            Place::Clause { file } => (file, file.saturating_add(1), 0),
            Place::Heading => (0, all.len(), 2),
            Place::Nowhere { .. } => (0, 1, 0),
            Place::Cover | Place::Title | Place::Contents | Place::EveryPage => continue,
        };
        let files = all.get(from..to).unwrap_or_default();
        assert!(!files.is_empty(), "line {} is in a file that is not there", line.line);
        let words = line
            .text
            .split_whitespace()
            .skip(number)
            .flat_map(|word| word.split(|c: char| !c.is_ascii_alphanumeric()));
        // A number may be printed without a space before its clause.
        let words = words.map(|word| word.trim_start_matches(|c: char| c.is_ascii_digit()));
        for word in words.filter(|word| word.len() > 1 && word.bytes().any(|byte| byte.is_ascii_alphabetic()))
        {
            let word = word.to_ascii_lowercase();
            assert!(
                files.iter().any(|file| file.contains(&word)),
                "\"{word}\" of line {} is lost",
                line.line
            );
        }
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
        "Owner: Head of ICT\nIssued: March 1, 2026\n\n1.01 ISSUE\n\nA. Members shall sign.\n   (1) At once.\nB. No member shall lend it.\n\n1.02 LOSS\n\nA. Tell the desk.\n",
        "\u{a7} 1 Zweck\n\nDas ist der Zweck.\n\n\u{a7} 2 Nutzung\n\n(1) Das Ger\u{e4}t darf nicht verliehen werden.\n\n(2) Es soll\n\n1. gesperrt und\n\n2. geladen sein.\n",
        "Official\n\nIndex\n1. Use.....3\n\n7. Use\n7.1 Lock it.\n\n8. Safety\n\nStreet Sense\n\n- Look up.\n\nOfficial\n\nPage 2 of 3\n\nOfficial\n\nstop.\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
