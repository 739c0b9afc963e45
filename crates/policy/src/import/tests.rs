//! Texts of the project's own, numbered in every way that the drafting knows. The source documents themselves are
//! drafted in `tests/import.rs`.

use super::*;
use crate::{Files, Library, Modality, Overrides};

fn options() -> ImportOptions {
    ImportOptions { id: "draft".into(), prefix: "DR".into(), title: "Draft".into() }
}

fn draft(text: &str) -> Draft {
    let draft = import(text, &options()).unwrap();
    nothing_is_lost(text, &draft);
    draft
}

/// Every word of the text stands in a file or in what is left over.
fn nothing_is_lost(text: &str, draft: &Draft) {
    let mut all: String = draft.files.iter().map(|(_, content)| format!("{content}\n")).collect();
    all.extend(draft.not_drafted.iter().map(|left| format!("{}\n", left.text)));
    for word in
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic))
    {
        assert!(all.to_lowercase().contains(&word.to_lowercase()), "\"{word}\" is lost");
    }
}

/// The draft as the loader sees it.
fn load(draft: &Draft) -> Library {
    let mut files = Files::from_iter([("facts.toml", ""), ("vocabulary.toml", ""), ("parameters.toml", "")]);
    for (path, content) in &draft.files {
        files.put(path.as_str(), content);
    }
    Library::from_files(&files, &Overrides::new()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Ids behind the prefix, in the order in which the library shows them.
fn ids(text: &str) -> Vec<String> {
    let library = load(&draft(text));
    library.clauses.iter().map(|clause| clause.id.as_str().trim_start_matches("DR-").to_owned()).collect()
}

fn body(text: &str, id: &str) -> String {
    load(&draft(text)).find_clause(&format!("DR-{id}")).unwrap().text.clone()
}

#[test]
fn decimals_bullets_and_continuation_lines() {
    let text = "Cover\n\n1. Passwords\n\n- 1.1 Pick a long\n  password. You must not\n  share it.\n\n1.2 It must have:\n\
        - letters;\n - digits;\n\nand be new.\n\n2. Loss\n2.1 Tell the desk, as clause\n1.1 of this paper says.\n";
    assert_eq!(ids(text), ["1.1", "1.2", "1.2a", "1.2b", "2.1"]);
    assert_eq!(body(text, "1.1"), "Pick a long password. You must not share it.");
    assert_eq!(body(text, "1.2b"), "digits;\n\nand be new.");
    assert_eq!(body(text, "2.1"), "Tell the desk, as clause 1.1 of this paper says.");
    let left = draft(text).not_drafted;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].line, left[0].text.as_str()), (1, "Cover"));
}

#[test]
fn three_levels_of_decimals() {
    let text = "1 Scope\n\n1.1 People\n1.1.1 All staff must comply.\n1.1.2 Visitors may ask.\n\n1.2 Devices\n1.2.1 Phones.\n";
    assert_eq!(ids(text), ["1.1.1", "1.1.2", "1.2.1"]);
    let library = load(&draft(text));
    assert_eq!(
        library.documents[0].sections.iter().map(|s| s.title.as_str()).collect::<Vec<_>>(),
        ["Scope", "People", "Devices"]
    );
    assert_eq!(library.clauses[2].section.as_deref(), Some("1.2"));
}

#[test]
fn numbers_with_brackets() {
    let text = "1) You must lock it.\n2) You may carry it.\n   (a) on foot;\n   (b) by car:\n      (i) yours;\n      (ii) ours.\n3) Hand it back.\n";
    assert_eq!(ids(text), ["1", "2", "2a", "2b", "2b.i", "2b.ii", "3"]);
    let library = load(&draft(text));
    let modality = |id: &str| library.find_clause(id).unwrap().modality;
    assert_eq!(modality("DR-1"), Modality::Must);
    assert_eq!(modality("DR-2b.ii"), Modality::May, "an item speaks as the sentence that it ends");
    assert_eq!(modality("DR-3"), Modality::States);
}

#[test]
fn letters_under_headings() {
    let text =
        "1. Passwords\na. You must have one.\nb. You should change it.\n\n2. Loss\na. Tell the desk.\n";
    assert_eq!(ids(text), ["1a", "1b", "2a"]);
    assert_eq!(load(&draft(text)).clauses[2].section.as_deref(), Some("2"));
}

#[test]
fn codes() {
    let text = "Rules for phones\n\nABC001 You must lock it.\nABC002 You may not lend it\nto anyone.\n\nABC010: Ask CO19 first.\n";
    assert_eq!(ids(text), ["ABC001", "ABC002", "ABC010"]);
    assert_eq!(body(text, "ABC002"), "You may not lend it to anyone.");
    assert_eq!(load(&draft(text)).clauses[0].number.as_deref(), Some("ABC001"));
}

#[test]
fn no_numbers_at_all() {
    let text = "Phones\n\nEveryone must lock the phone\nwhen leaving it.\n\nNever lend it to:\n- friends;\n- family.\n\n\
        Laptops\n\nThe same is true of laptops.\n";
    assert_eq!(ids(text), ["P1", "P2", "P2a", "P2b", "P3"]);
    let library = load(&draft(text));
    assert_eq!(library.clauses[4].section.as_deref(), Some("2"));
    assert!(library.clauses.iter().all(|clause| clause.number.is_none()));
    assert_eq!(body(text, "P1"), "Everyone must lock the phone when leaving it.");
}

#[test]
fn unnumbered_bullets_are_named_after_their_heading() {
    let text = "7. Use\n7.1 Lock it.\n\n8. Safety\n\nStreet Sense\n\n- Look up.\n\n- Look round, and do not\n\nOfficial\n\nPage 2 of 3\n\n\
        Official\n\nstop.\n\nHome\n\n- Lock up.\n\nOfficial\n";
    assert_eq!(ids(text), ["7.1", "8.SS1", "8.SS2", "8.H1"]);
    assert_eq!(body(text, "8.SS2"), "Look round, and do not stop.");
}

#[test]
fn markdown_headings_with_numbers() {
    let text = "# Rules\n\n## 1. Phones\n\n### 1.1 Locks\n\nYou must lock it.\n\n### 1.2 Loans\n\nYou must not lend it.\n\nEver.\n";
    assert_eq!(ids(text), ["1.1", "1.2"]);
    assert_eq!(load(&draft(text)).clauses[0].title, "Locks");
    assert_eq!(body(text, "1.2"), "You must not lend it.\n\nEver.");
}

#[test]
fn every_clause_is_unbound_and_the_draft_says_what_is_missing() {
    let draft = draft("1.1 One.\n1.2 Two.\n1.1 One again.\n");
    let library = load(&draft);
    assert_eq!(draft.clauses, 3);
    assert_eq!(
        library.clauses.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(),
        ["DR-1.1", "DR-1.1-2", "DR-1.2"]
    );
    assert!(library.clauses.iter().all(|clause| clause.kept_words() == ["nothing"]));
    assert!(draft.notes[0].contains("1.1 stands in the text more than once"));
    assert!(library.documents[0].notes[0].text.contains("3 clauses"));
}

#[test]
fn odd_texts_are_drafted_or_refused_but_never_lost() {
    for text in [
        "+++\n+++\n",
        "1.1 \"quotes\" \\ and\n+++\n\n+++ more",
        "1.1 a\u{0}b\n2.1 é ü 字",
        "(a)\n(b)\n(c)",
        "1.\n2.\n3.",
        "- x\n- y",
    ] {
        if let Ok(draft) = import(text, &options()) {
            nothing_is_lost(text, &draft);
            load(&draft);
        }
    }
    assert_eq!(import("", &options()), Err(ImportError::Nothing));
    assert_eq!(import("Index\n1. One.....3\n", &options()), Err(ImportError::Nothing));
    let with = |id: &str, prefix: &str, title: &str| {
        import("Text.", &ImportOptions { id: id.into(), prefix: prefix.into(), title: title.into() })
    };
    assert!(matches!(with("../x", "DR", "t"), Err(ImportError::Id(_))));
    assert!(matches!(with("x", "D R", "t"), Err(ImportError::Prefix(_))));
    assert!(matches!(with("x", "DR", " "), Err(ImportError::Title)));
}

#[test]
fn a_text_cut_anywhere_is_drafted_whole_and_loads() {
    let text = "Cover\n\nIndex\n1. Locks.....2\n\n1. Locks\n\n- 1.1 You must lock it:\n - here;\n  - there.\n\n1.2 See\n1.1.\n\n\
        Official\nPage 2 of 3\n\n2. Loss\n\nStreet Sense\n\n- Look\n\n(a) up\n(i) first\n1) then\n\nABC001 ask.\n";
    for cut in 0..=text.len() {
        if let Ok(draft) = import(&text[..cut], &options()) {
            nothing_is_lost(&text[..cut], &draft);
            load(&draft);
        }
    }
}

#[test]
fn a_heading_whose_number_is_taken_is_left_over() {
    let draft = draft(
        "Section 1: Phones\n(a) Lock it.\n\nSection 1: Laptops\n(a) Lock it too.\n\nSection 1: Phones\n",
    );
    let left: Vec<_> = draft.not_drafted.iter().map(|left| (left.line, left.text.as_str())).collect();
    assert_eq!(left, [(4, "Laptops")], "the same title again is nothing new");
}

#[test]
fn a_clause_without_a_letter_is_titled_by_its_key() {
    let library = load(&draft("Rules\n\n.\n\nLock it.\n"));
    assert!(library.clauses.iter().all(|clause| !clause.title.trim().is_empty()));
    assert_eq!(library.clauses.iter().filter(|clause| clause.text == ".").count(), 1);
}

#[test]
fn long_texts_take_time_in_proportion_and_too_long_ones_are_refused() {
    // Every section begins its count anew, so every clause wants the same key: once a search through all copies each.
    let text = "2. Loss\n\n - digits;\n\n".repeat(10_000);
    let draft = import(&text, &options()).unwrap();
    assert_eq!(draft.clauses, 10_000);
    assert!(draft.files.iter().any(|(path, _)| path.contains("-10000")), "the last copy has its number");
    assert_eq!(import(&"x\n".repeat(MAX_IMPORT), &options()), Err(ImportError::TooLong));
}
