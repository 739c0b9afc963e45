//! What platforms hold and what is left to people.

use domain::{Coverage, Platform, SettingKey, SettingValue, Verdict};
use policy::SettingCompiler;

use crate::sample::{edited, files, load};

/// Holds passcodes whole, locks in part, and nothing else.
struct Phone(Platform);

impl SettingCompiler for Phone {
    fn platform(&self) -> Platform {
        self.0
    }

    fn cover(&self, key: &SettingKey, _: &SettingValue) -> Coverage {
        match key.as_str().split_once('.').map(|(family, _)| family) {
            Some("passcode") => Coverage::enforced(),
            Some("lock") => Coverage::partly("only after a minute"),
            _ => Coverage::not_enforceable("no key"),
        }
    }
}

#[test]
fn each_clause_has_a_verdict_on_each_platform_and_a_residue_asks_for_people() {
    let library = load(&files());
    let coverage = library.coverage(&[&Phone(Platform::Ios), &Phone(Platform::Macos)]);
    let ios = |id: &str| coverage[&id.parse().unwrap()][&Platform::Ios].clone();
    assert_eq!(ios("AA-1.1"), Coverage::enforced());
    assert_eq!(ios("AA-1.2"), Coverage::partly("only after a minute"));
    assert_eq!(ios("AA-2.10"), Coverage::not_enforceable("no key"));
    assert_eq!(ios("BB-x").verdict, Verdict::Partly);
    assert_eq!(ios("AA-2.9").verdict, Verdict::NotEnforceable);
    assert!(ios("AA-2.9").residue[0].contains("left to people"));
    assert!(ios("BB-3").residue[0].contains("lost-device"));
    let problems = library.uncovered_residues(&coverage);
    let files: Vec<&str> = problems.iter().map(|problem| problem.file.as_str()).collect();
    assert_eq!(problems.len(), 8, "AA-1.2, AA-2.10, BB-x (two residues), on two platforms: {files:?}");
    assert!(problems[0].to_string().contains("on iPhone this is left to people: only after a minute"));
    let covered = edited(
        "documents/a/clauses/1.2-lock.md",
        "[[kept_by]]",
        "[[kept_by]]\nacceptance = \"terms\"\n[[kept_by]]",
    );
    let library = load(&covered);
    assert_eq!(library.uncovered_residues(&coverage).len(), 6);
}

#[test]
fn a_clause_about_other_devices_has_no_verdict() {
    let files = edited(
        "documents/a/clauses/1.1-length.md",
        "number",
        "applies_to = { kinds = [\"mac\", \"radio\"] }\nnumber",
    );
    let coverage = load(&files).coverage(&[&Phone(Platform::Ios), &Phone(Platform::Macos)]);
    let row = &coverage[&"AA-1.1".parse().unwrap()];
    assert_eq!(row.keys().collect::<Vec<_>>(), [&Platform::Macos]);
}

#[test]
fn a_detection_prevents_nothing() {
    let detection = "[[kept_by]]\ncheck = \"length\"\nkind = \"detection\"\nconfidence = \"a reading may be old\"\n[[kept_by]]\nacceptance";
    let library = load(&edited("documents/a/clauses/2.9-read.md", "[[kept_by]]\nacceptance", detection));
    let coverage = library.coverage(&[&Phone(Platform::Ios)]);
    let cover = &coverage[&"AA-2.9".parse().unwrap()][&Platform::Ios];
    assert_eq!((cover.verdict, cover.residue.len()), (Verdict::NotEnforceable, 2));
    assert!(cover.residue[0].contains("detected afterwards, not prevented"));
}
