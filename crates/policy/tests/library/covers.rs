//! The further lines of a document's cover: what is read, what is refused, and what somebody approves.

use policy::{Document, OriginalForm};

use crate::sample::{edited, files, load, problems};

const DOC: &str = "documents/a/document.toml";
const MARKING: &str = "marking = \"OFFICIAL\"\n";

fn with(lines: &str) -> policy::Files {
    edited(DOC, MARKING, &format!("{MARKING}{lines}"))
}

#[test]
fn each_line_of_a_cover_has_its_field() {
    let digest = "0123456789abcdef".repeat(4);
    let lines = format!(
        "risk_rating = \"Medium Low\"\napp_checked = \"Yes\"\ncode_of_ethics = \"Yes\"\ngoverning_policy = \"Standards\"\n\
         contact = \"A sergeant\"\nowner_role = \"policy-owner\"\noriginal = {{ sha256 = \"{digest}\", form = \"pdf\" }}\n"
    );
    let library = load(&with(&lines));
    let cover = &library.document("a").unwrap().cover;
    assert_eq!(
        (cover.risk_rating.as_deref(), cover.app_checked.as_deref()),
        (Some("Medium Low"), Some("Yes"))
    );
    assert_eq!(
        (cover.contact.as_deref(), cover.owner_role.as_deref()),
        (Some("A sergeant"), Some("policy-owner"))
    );
    let original = cover.original.as_ref().unwrap();
    assert_eq!(
        (original.sha256.as_str(), original.form, &original.note),
        (digest.as_str(), OriginalForm::Pdf, &None)
    );
}

#[test]
fn what_is_no_digest_and_no_form_is_refused_with_its_line() {
    for (lines, want) in [
        ("original = { sha256 = \"ABC\", form = \"pdf\" }\n", "sha256 is not a digest"),
        ("original = { sha256 = \"abc\" }\n", "has no \"form\""),
        ("original = { sha256 = \"abc\", form = \"scan\" }\n", "\"scan\" is not one of: pdf, text"),
        ("original = { sha256 = \"abc\", form = \"pdf\", size = 3 }\n", "an original has no key \"size\""),
        ("risk_rating = 3\n", "risk_rating: expected text"),
    ] {
        let found = problems(&with(lines));
        let named = found.iter().any(|one| one.starts_with(&format!("{DOC}:6: ")) && one.contains(want));
        assert!(named, "{lines}: {found:#?}");
    }
}

#[test]
fn what_is_approved_is_the_cover_and_what_the_clauses_ask_of_whom_and_nothing_else() {
    let digest = |files: &policy::Files| load(files).document_digest("a").unwrap();
    let before = digest(&files());
    assert_ne!(digest(&with("risk_rating = \"High\"\n")), before);
    assert_ne!(
        digest(&edited("documents/a/clauses/1.1-length.md", "Nine at least.", "Ten at least.")),
        before
    );
    let clause = "documents/a/clauses/1.1-length.md";
    for line in [
        "aim = \"fewer thefts\"",
        "exceptions = [{ who = \"Chief officers\" }]",
        "report_to = [{ to = \"Service Desk\" }]",
        "applies_to = { kinds = [\"iphone\"] }",
    ] {
        let said = edited(clause, "modality = \"must\"\n", &format!("modality = \"must\"\n{line}\n"));
        assert_ne!(digest(&said), before, "{line}");
    }
    assert_eq!(digest(&edited("settings/length.toml", "title = \"Values\"", "title = \"Others\"")), before);
    assert_eq!(load(&files()).document_digest("no-such"), None);
    let library = load(&files());
    let unsaid: Vec<&Document> =
        library.documents.iter().filter(|one| one.cover != policy::Cover::default()).collect();
    assert!(unsaid.is_empty(), "a cover that says nothing is read as one");
}
