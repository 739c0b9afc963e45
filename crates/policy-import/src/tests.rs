//! Texts of the project's own, numbered in every way that the drafting knows. The source documents themselves are
//! drafted in `tests/import.rs`.

use super::*;
use policy::{Files, Library, Modality, Overrides};

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

fn options() -> ImportOptions {
    ImportOptions { id: "draft".into(), prefix: "DR".into(), title: "Draft".into() }
}

fn draft(text: &str) -> Draft {
    let draft = import(text, &options()).unwrap();
    nothing_is_lost(text, &draft);
    draft
}

/// Checks that each line that is not blank has one place, and that its words are in the file that the place names.
fn nothing_is_lost(text: &str, draft: &Draft) {
    let blank = |line: &&str| line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty();
    let numbers: Vec<usize> =
        text.lines().enumerate().filter(|(_, line)| !blank(line)).map(|(at, _)| at + 1).collect();
    assert_eq!(draft.lines.iter().map(|line| line.line).collect::<Vec<_>>(), numbers);
    for line in &draft.lines {
        let file = match line.place {
            Place::Clause { file } => &draft.files[file].1,
            // A heading may stand in the title of a clause.
            Place::Heading => &draft.files.iter().map(|(_, content)| content.as_str()).collect::<String>(),
            _ => continue,
        };
        let words = line.text.split(|c: char| !c.is_alphanumeric());
        for word in words.filter(|word| word.chars().any(char::is_alphabetic)) {
            // A number may be printed without a space before its clause.
            let word = word.trim_start_matches(|c: char| c.is_ascii_digit());
            assert!(
                file.to_lowercase().contains(&word.to_lowercase()),
                "\"{word}\" of line {} is lost",
                line.line
            );
        }
    }
}

/// Returns the lines that were not understood.
fn left(draft: &Draft) -> Vec<(usize, &str)> {
    draft.not_understood().map(|(line, _)| (line.line, line.text.as_str())).collect()
}

/// Returns the draft as the loader sees it.
fn load(draft: &Draft) -> Library {
    let mut files = Files::from_iter([
        ("forces.toml", FORCES),
        ("facts.toml", ""),
        ("vocabulary.toml", ""),
        ("parameters.toml", ""),
    ]);
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
    assert_eq!(left(&draft(text)), [(1, "Cover")]);
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
    assert_eq!(left(&draft), [(4, "Section 1: Laptops")], "the same title again is nothing new");
}

#[test]
fn a_title_below_a_number_that_is_taken_is_left_over_too() {
    let draft = draft("§ 1 Use\n\nLock it.\n\n§ 1\nLoss\n\nTell it.\n\n§ 2\nUse again\n\nKeep it.\n");
    assert_eq!(left(&draft), [(5, "§ 1"), (6, "Loss")]);
}

#[test]
fn a_label_of_the_cover_with_nothing_behind_it_fills_nothing() {
    load(&draft("Owner:\n#\n1.1 Lock it.\n1.2 Keep it.\n"));
}

#[test]
fn an_item_speaks_as_the_sentence_that_announces_it() {
    let library = load(&draft(
        "1.1 Phones should not be used. The desk must be rung where:\n- it is dark;\n- it rains.\n1.2 End.\n",
    ));
    let modality = |id: &str| library.find_clause(id).unwrap().modality;
    assert_eq!((modality("DR-1.1"), modality("DR-1.1a")), (Modality::ShouldNot, Modality::Must));
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

/// Numbers and titles of the sections, in their order.
fn sections(text: &str) -> Vec<(String, String)> {
    let document = load(&draft(text)).documents.remove(0);
    document.sections.iter().map(|section| (section.number.clone(), section.title.clone())).collect()
}

fn titled(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(number, title)| ((*number).to_owned(), (*title).to_owned())).collect()
}

#[test]
fn a_table_of_contents_without_leaders_is_no_clause() {
    let text = "PHONES AND TABLETS\nVersion 2\n\nCONTENTS\nPAGE NO\n1. AIM 2\n2. CARE 2\n2.1 Cars and homes 3\n2.2 Bags 3\n\nPage 2 of 9\n\n\
        1. AIM\n\nThis paper shall be read by everybody.\n\n2. CARE\n\n2.1 Cars and homes\n\nNothing must be left in sight.\n\n\
        2.2 Bags\n\nA bag must be closed.\n";
    assert_eq!(ids(text), ["1.P1", "2.1", "2.2"]);
    assert_eq!(body(text, "2.2"), "A bag must be closed.");
    let marked = "# Phones\n\n## Contents\n\n- **1.0 Aim**\n- **2.0 Care**\n  - 2.1 Cars\n\n## 1.0 Aim\n\nPhones are lent.\n\n## 2.0 Care\n\n\
        ### 2.1 Cars\n\nNothing must be left in sight.\n";
    assert_eq!(ids(marked), ["1.P1", "2.1"]);
    assert_eq!(sections(marked), titled(&[("1", "Aim"), ("2", "Care")]));
}

#[test]
fn a_sentence_that_stands_in_three_clauses_stays_in_all() {
    let text = "1. Phones\n1.1 Lock it.\nA breach may be looked into.\n1.2 Keep it.\nA breach may be looked into.\n1.3 Charge it.\nA breach may be looked into.\n";
    for id in ["1.1", "1.2", "1.3"] {
        assert!(body(text, id).ends_with("A breach may be looked into."), "{id}");
    }
    assert!(left(&draft(text)).is_empty());
}

#[test]
fn numbers_without_a_space_behind_them_are_read() {
    let text = "1.Aim\n1.1This paper says who is lent a phone.\n1.2Holders must not lend it.\n2.Loss\n2.1A loss must be told at once.\n";
    assert_eq!(ids(text), ["1.1", "1.2", "2.1"]);
    assert_eq!(sections(text), titled(&[("1", "Aim"), ("2", "Loss")]));
    assert_eq!(body(text, "1.2"), "Holders must not lend it.");
}

#[test]
fn bullets_of_word_processors_become_items() {
    let text = "5.1 The holder must not:\n\u{f0b7} lend it;\n\u{f0b7} change it.\n\n5.2 The holder must:\no lock it;\no carry it.\n\n\
        5.3 Nobody may:\n❑ open it;\n➢ sell it.\n";
    assert_eq!(ids(text), ["5.1", "5.1a", "5.1b", "5.2", "5.2a", "5.2b", "5.3", "5.3a", "5.3b"]);
    assert_eq!(body(text, "5.2b"), "carry it.");
}

#[test]
fn an_outline_of_roman_capitals_keeps_its_sections() {
    let text = "TELEPHONES\n\nI. AIM\n\nThis order is about telephones.\n\nII. RULES\n\nA. Issue\n1. Officers shall sign.\n2. Officers shall not lend it.\n\
           a. A colleague may hold it.\n\nB. Loss\n1. A loss shall be told.\n\nIII. RECORDS\n\nA. The desk shall keep a list.\n";
    assert_eq!(ids(text), ["I.P1", "II.A.1", "II.A.2", "II.A.2a", "II.B.1", "III.A"]);
    assert_eq!(
        sections(text),
        titled(&[("I", "AIM"), ("II", "RULES"), ("II.A", "Issue"), ("II.B", "Loss"), ("III", "RECORDS")])
    );
    assert_eq!(load(&draft(text)).find_clause("DR-II.A.2").unwrap().modality, Modality::MustNot);
}

#[test]
fn sections_may_be_numbered_point_zero() {
    let text = "1.0 AIM\n\nPhones are lent for work.\n\n2.0 RULES\n\n2.1 Lock it.\n2.2 Keep it.\n\n3.0 LOSS\n\nTell the desk.\n";
    assert_eq!(ids(text), ["1.P1", "2.1", "2.2", "3.P1"]);
    assert_eq!(sections(text), titled(&[("1", "AIM"), ("2", "RULES"), ("3", "LOSS")]));
}

#[test]
fn a_text_that_was_not_understood_is_said_to_be_unread() {
    let plain = draft("Lock the phone.\n\nKeep it.\n");
    assert!(plain.notes[0].contains("no numbering was found"), "{:?}", plain.notes);
    let heap = draft(&format!("1.1 {}\n", "word ".repeat(400)));
    assert!(heap.notes[0].contains("400 words became 1 clause(s)"), "{:?}", heap.notes);
    assert!(!draft("1.1 One.\n1.2 Two.\n").notes.iter().any(|note| note.contains("numbering")));
}
