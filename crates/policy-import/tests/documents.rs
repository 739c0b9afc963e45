//! The two source documents are drafted as the register of their clauses counts them.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something is missing, and says so"
)]

use std::fs;
use std::path::{Path, PathBuf};

use policy::{Files, Library, Overrides};
use policy_import::{Draft, ImportOptions, import};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns a source document, drafted; `None` if the folder beside the repository is absent.
fn draft(file: &str, prefix: &str) -> Option<Draft> {
    drafted(&format!("seeds/{file}"), prefix)
}

fn drafted(file: &str, prefix: &str) -> Option<Draft> {
    let Ok(text) = fs::read_to_string(root().join("../shared").join(file)) else {
        println!("skipped: ../shared is absent");
        return None;
    };
    let options = ImportOptions { id: "imported".into(), prefix: prefix.into(), title: "Imported".into() };
    let draft = import(&text, &options).unwrap();
    Some(draft)
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

#[test]
fn the_policy_is_drafted_whole() {
    let Some(draft) = draft("mobile-device-use-policy.txt", "MDU") else { return };
    let library = load(&draft);
    assert_eq!(library.clauses.len(), 87);
    assert_eq!(library.documents[0].sections.len(), 16);
    for id in ["MDU-1.4c", "MDU-6.2a", "MDU-7.6d", "MDU-14.3d", "MDU-15.1j", "MDU-16.4"] {
        assert!(library.find_clause(id).is_some(), "{id}");
    }
    assert_eq!(library.find_clause("MDU-6.2b").unwrap().modality.as_str(), "should-not");
    assert_eq!(library.find_clause("MDU-15.1a").unwrap().modality.as_str(), "must-not");
}

#[test]
fn the_procedure_is_drafted_whole() {
    let Some(draft) = draft("personal-devices-procedure.txt", "UPD") else { return };
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
fn the_covers_of_both_are_read() {
    let (Some(policy), Some(procedure)) =
        (draft("mobile-device-use-policy.txt", "MDU"), draft("personal-devices-procedure.txt", "UPD"))
    else {
        return;
    };
    let document = load(&policy).documents.remove(0);
    assert_eq!(document.owner, "Director of ICT");
    assert_eq!(document.published.unwrap().to_string(), "2017-09-12");
    assert_eq!(document.review_by.unwrap().to_string(), "2020-09-12");
    let approvals: Vec<&str> = document.approvals.iter().map(|approval| approval.body.as_str()).collect();
    assert_eq!(approvals, ["Legal Services", "Policy owner", "JJNCC"]);
    assert_eq!((document.legal_basis.len(), document.related.len()), (6, 4));
    assert_eq!(policy.not_understood().count(), 9);
    let document = load(&procedure).documents.remove(0);
    assert_eq!((document.version.as_str(), document.marking.as_str()), ("1.1", "Official"));
    // 17/12/2020 elsewhere on the cover shows that the day stands first.
    assert_eq!(document.review_by.unwrap().to_string(), "2026-02-01");
    assert_eq!(procedure.not_understood().count(), 10);
}

/// What a text from the field must give: all clause ids, all titles of sections, the lines that are not understood.
struct Case {
    file: &'static str,
    ids: &'static str,
    sections: &'static str,
    left: &'static [usize],
}

const CASES: [Case; 7] = [
    Case {
        file: "23-contents-no-leaders/markdown-levels.txt",
        ids: "1.P1 2.1.P1 2.1.1 2.1.2 3.P1",
        sections: "Overview, Policy, Care, Enforcement",
        left: &[1],
    },
    Case {
        file: "23-contents-no-leaders/toc-no-leaders.txt",
        ids: "1.P1 2.P1 3.P1 3.1 4.1 4.2 5.1 5.2",
        sections: "INTRODUCTION, PURPOSE, SCOPE, RESPONSIBILITIES, PROCEDURE",
        left: &[1],
    },
    Case {
        file: "25-repeated-sentence/repeated-sentence.txt",
        ids: "1.1 1.2 1.3",
        sections: "Phones",
        left: &[],
    },
    Case {
        file: "26-glued-numbers/glued-numbers.txt",
        ids: "1.1 1.2 2.1 2.2",
        sections: "Introduction, Loss",
        left: &[],
    },
    Case {
        file: "27-odd-bullets/odd-bullets.txt",
        ids: "5.1 5.1a 5.1b 5.2 5.2a 5.2b 5.3 5.3a 5.3b 5.4 5.4a 5.4b",
        sections: "Section 5",
        left: &[],
    },
    Case {
        file: "29-roman-capitals/roman-capitals.txt",
        ids: "I.P1 II.P1 III.A.1 III.A.2 III.A.2a III.A.2b III.B.1 IV.A",
        sections: "PURPOSE, POLICY, PROCEDURES, Issue, Loss, RECORDS",
        left: &[1],
    },
    Case {
        file: "30-point-zero/point-zero.txt",
        ids: "1.P1 2.P1 3.1 3.2 4.P1",
        sections: "OVERVIEW, SCOPE, RULES, LOSS",
        left: &[],
    },
];

#[test]
fn texts_from_the_field_are_drafted_as_they_are_numbered() {
    for case in CASES {
        let Some(draft) = drafted(&format!("field-cases/{}", case.file), "FP") else { return };
        let library = load(&draft);
        let ids: Vec<&str> =
            library.clauses.iter().map(|clause| clause.id.as_str().trim_start_matches("FP-")).collect();
        assert_eq!(ids.join(" "), case.ids, "{}", case.file);
        let sections = &library.documents[0].sections;
        let titles: Vec<&str> = sections.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(titles.join(", "), case.sections, "{}", case.file);
        let left: Vec<usize> = draft.not_understood().map(|(line, _)| line.line).collect();
        assert_eq!(left, case.left, "{}", case.file);
        assert!(!draft.notes.iter().any(|note| note.contains("numbering")), "{:?}", draft.notes);
    }
}
