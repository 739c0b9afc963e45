//! Four papers of the project's own, as a state police, a ministry, a German authority and a hospital write them, are drafted
//! as the tables beside them say; and no line of any text is lost, however lines are mixed.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where something is missing, and says so"
)]

use std::fs;
use std::path::{Path, PathBuf};

use policy::{Files, Library, Overrides};
use policy_import::{Draft, ImportOptions, Place, import};
use proptest::prelude::*;

const SAMPLES: [&str; 4] = ["state-police-order", "ministry-circular", "dienstanweisung", "hospital-policy"];

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

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

fn sample(name: &str, ending: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.{ending}"))).unwrap()
}

fn draft(text: &str) -> Draft {
    let options = ImportOptions { id: "draft".into(), prefix: "DR".into(), title: "Draft".into() };
    import(text, &options).unwrap()
}

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

/// Returns the lines of a draft that went to places of one sort.
fn lines(draft: &Draft, is: fn(&Place) -> bool) -> Vec<&str> {
    draft.lines.iter().filter(|line| is(&line.place)).map(|line| line.text.as_str()).collect()
}

fn not_understood(draft: &Draft) -> Vec<&str> {
    draft.not_understood().map(|(line, _)| line.text.as_str()).collect()
}

#[test]
fn each_sample_is_drafted_as_its_table_says() {
    for name in SAMPLES {
        let draft = draft(&sample(name, "txt"));
        let library = load(&draft);
        let table = sample(name, "tsv");
        let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|row| row.split('\t').collect()).collect();
        let found: Vec<Vec<String>> = library
            .clauses
            .iter()
            .map(|clause| {
                let id = clause.id.as_str().trim_start_matches("DR-");
                let begins = rows.iter().find(|row| row[0] == id).map_or("", |row| row[5]);
                let actors: Vec<&str> = clause.actors.iter().map(|actor| actor.as_str()).collect();
                let text = clause.text.chars().take(begins.chars().count()).collect();
                vec![
                    id.to_owned(),
                    clause.number.clone().unwrap_or_default(),
                    clause.section.clone().unwrap_or_default(),
                    clause.modality.as_str().to_owned(),
                    actors.join(" "),
                    text,
                ]
            })
            .collect();
        // A library shows clauses without a section first.
        let mut found: Vec<String> = found.iter().map(|row| row.join("\t")).collect();
        let mut rows: Vec<String> = rows.iter().map(|row| row.join("\t")).collect();
        found.sort();
        rows.sort();
        for (found, row) in found.iter().zip(&rows) {
            assert_eq!(found, row, "{name}");
        }
        assert_eq!(found.len(), rows.len(), "{name}");
    }
}

#[test]
fn the_cover_of_the_order_is_read() {
    let draft = draft(&sample("state-police-order", "txt"));
    let document = load(&draft).documents.remove(0);
    assert_eq!(document.published.unwrap().to_string(), "2025-03-01");
    assert_eq!(document.review_by.unwrap().to_string(), "2027-03-15");
    assert_eq!(document.owner, "Office of the Superintendent");
    let note = &document.notes.iter().find(|note| note.flag == "COVER").unwrap().text;
    assert!(note.contains("Order Number: 24.07") && note.contains("Rescinds: General Order 19.02"), "{note}");
    let sections: Vec<&str> = document.sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(sections, ["Section 1", "ISSUE", "USE ON DUTY", "LOSS"]);
    assert_eq!(lines(&draft, |place| *place == Place::Contents).len(), 5);
    assert_eq!(lines(&draft, |place| *place == Place::EveryPage).len(), 3);
    assert_eq!(not_understood(&draft), ["STATE POLICE OF EASTMARCH", "GENERAL ORDER", "Issued Telephones"]);
}

#[test]
fn the_cover_of_the_circular_is_read() {
    let draft = draft(&sample("ministry-circular", "txt"));
    let document = load(&draft).documents.remove(0);
    assert_eq!(document.marking, "RESTRICTED");
    assert_eq!(document.published.unwrap().to_string(), "2026-01-14");
    assert_eq!(document.legal_basis[0].title, "Police Communications Act 2019");
    let sections: Vec<&str> = document.sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(sections, ["Scope", "Custody", "Loans", "Reports"]);
    assert_eq!(not_understood(&draft), ["To be read with the circular on vehicles."]);
}

#[test]
fn the_cover_of_the_dienstanweisung_is_read() {
    let draft = draft(&sample("dienstanweisung", "txt"));
    let document = load(&draft).documents.remove(0);
    assert_eq!(document.published.unwrap().to_string(), "2026-03-01");
    assert_eq!(document.review_by.unwrap().to_string(), "2028-03-01");
    assert_eq!((document.marking.as_str(), document.owner.as_str()), ("VS-NfD", "Referat IV 3"));
    let sections: Vec<(&str, &str)> =
        document.sections.iter().map(|section| (section.number.as_str(), section.title.as_str())).collect();
    let titles = [
        ("§ 1", "Geltungsbereich"),
        ("§ 2", "Ausgabe und Rückgabe"),
        ("§ 3", "Nutzung"),
        ("§ 3a", "Private Nutzung"),
    ];
    assert_eq!(sections, titles);
    assert_eq!(lines(&draft, |place| *place == Place::EveryPage).len(), 4);
    let cover = ["Behörde für Inneres der Stadt Uferwerder", "Dienstanweisung über mobile Geräte"];
    assert_eq!(not_understood(&draft), cover);
}

#[test]
fn the_cover_of_the_hospital_is_read() {
    let draft = draft(&sample("hospital-policy", "txt"));
    let document = load(&draft).documents.remove(0);
    assert_eq!((document.version.as_str(), document.version_is_ours), ("4.2", false));
    assert_eq!(document.owner, "Chief Information Officer");
    assert_eq!(document.approvals[0].body, "Information Governance Group");
    assert_eq!(document.review_by.unwrap().to_string(), "2027-06-03");
    assert_eq!(not_understood(&draft), Vec::<&str>::new());
}

/// Checks that each line that is not blank has one place, and that what a place keeps is in its file.
fn nothing_is_lost(text: &str, draft: &Draft) {
    let blank = |line: &str| line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty();
    let numbers: Vec<usize> =
        text.lines().enumerate().filter(|(_, line)| !blank(line)).map(|(at, _)| at + 1).collect();
    assert_eq!(draft.lines.iter().map(|line| line.line).collect::<Vec<_>>(), numbers);
    let all: String = draft.files.iter().map(|(_, content)| content.as_str()).collect();
    for line in &draft.lines {
        let file = match line.place {
            Place::Clause { file } => &draft.files[file].1,
            Place::Heading => &all,
            // Not understood lines stand in the document's file as well.
            Place::Nowhere { .. } => &draft.files[0].1,
            Place::Cover | Place::Title | Place::Contents | Place::EveryPage => continue,
        };
        // The words behind a number or bullet are in the file as they are in the line.
        let number = if line.place == Place::Heading { 2 } else { 1 };
        // A control character is escaped in a title.
        let parts = line.text.split(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
        let tail = parts.filter(|part| !part.is_empty()).skip(number).last().unwrap_or_default();
        let tail = tail.trim_matches(['*', '.', ':']);
        let tail = tail.replace(['"', '\\'], "");
        assert!(
            file.replace(['"', '\\'], "").contains(&tail),
            "\"{tail}\" of line {}, {:?}: {}\n{text}\n{file}",
            line.line,
            line.place,
            line.text
        );
    }
}

/// All texts: the samples, and the field's where they are.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = SAMPLES.iter().map(|name| sample(name, "txt")).collect();
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let kinds = [
        "field-cases/23-contents-no-leaders",
        "field-cases/25-repeated-sentence",
        "field-cases/26-glued-numbers",
        "field-cases/27-odd-bullets",
        "field-cases/29-roman-capitals",
        "field-cases/30-point-zero",
        "seeds",
    ];
    for kind in kinds {
        let Ok(files) = fs::read_dir(shared.join(kind)) else {
            println!("skipped: ../shared is absent");
            return texts;
        };
        let paths = files.map(|file| file.unwrap().path());
        texts.extend(
            paths
                .filter(|path| path.extension().is_some_and(|end| end == "txt"))
                .map(|path| fs::read_to_string(path).unwrap()),
        );
    }
    texts
}

#[test]
fn no_line_of_a_text_is_lost() {
    for text in texts() {
        let draft = draft(&text);
        nothing_is_lost(&text, &draft);
        load(&draft);
    }
}

/// Beginnings and ends of lines that mean something, and words.
const PIECES: [&str; 64] = [
    "\n",
    "\n\n",
    " ",
    "\t",
    ".",
    ":",
    "\n1.1 ",
    "\n1. ",
    "\n2. ",
    "\n(a) ",
    "\n(i) ",
    "\nA. ",
    "\n(1) ",
    "\nI. ",
    "\nII. ",
    "\n§ 1 ",
    "\n§ 2\n",
    "\nArticle 3. ",
    "\nSection 2 ",
    "\nSECTION 2: ",
    "\nPart A\n",
    "\n第3条 ",
    "\nА) ",
    "\nω) ",
    "\n1° ",
    "\nABC001 ",
    "\n3(2)(b) ",
    "\n[AC-2(1)] ",
    "\n- ",
    "\n# ",
    "\n\u{f0b7} ",
    "\nContents\n",
    "\nInhalt\n",
    " ..... 3",
    "\nPage 1\n",
    "\nPage 2\n",
    "\nPage 3\n",
    "\nOfficial\n",
    "\nOwner: ",
    "\nApproved by\n",
    "\nLegal basis\n",
    "\nRelated documents\n",
    "\nVersion: ",
    "\nReview date: ",
    "01/02/2026",
    "3 March 2026",
    "Police Act 1996",
    "**",
    "****",
    "+++\n",
    "\\",
    "\"\"\"",
    "\u{0}",
    "\u{feff}",
    "\u{2028}",
    "\u{c}",
    "6.2a ",
    "The holder ",
    "must ",
    "should not ",
    "lock it",
    "Lock it",
    "Draft",
    "é",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_of_any_pieces_is_lost(picks in prop::collection::vec(0..PIECES.len(), 1..80)) {
        let text: String = picks.iter().map(|at| PIECES[*at]).collect();
        let options = ImportOptions { id: "draft".into(), prefix: "DR".into(), title: "Draft".into() };
        if let Ok(draft) = import(&text, &options) {
            nothing_is_lost(&text, &draft);
            load(&draft);
        }
    }

    #[test]
    fn no_line_is_lost_where_texts_are_mixed(
        picks in prop::collection::vec((0_usize..1 << 20, 0_usize..1 << 20, 1_usize..6), 1..60),
    ) {
        let texts = texts();
        let mut mixed = String::new();
        for (text, start, count) in picks {
            let lines: Vec<&str> = texts[text % texts.len()].lines().collect();
            for line in lines.iter().cycle().skip(start % lines.len()).take(count) {
                mixed.push_str(line);
                mixed.push('\n');
            }
        }
        let options = ImportOptions { id: "draft".into(), prefix: "DR".into(), title: "Draft".into() };
        if let Ok(draft) = import(&mixed, &options) {
            nothing_is_lost(&mixed, &draft);
            load(&draft);
        }
    }
}
