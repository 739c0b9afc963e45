//! What platforms hold and what is left to people.

use domain::{AtHand, Coverage, Need, Platform, SettingKey, SettingValue, Verdict};
use policy::{Files, SettingCompiler};

use crate::sample::{clause, edited, files, load, problems, with};

/// Holds passcodes whole on supervised devices, locks in part, and nothing else.
struct Phone(Platform);

impl SettingCompiler for Phone {
    fn platform(&self) -> Platform {
        self.0
    }

    fn cover(&self, key: &SettingKey, _: &SettingValue) -> Coverage {
        match key.as_str().split_once('.').map(|(family, _)| family) {
            Some("passcode") => Coverage::enforced().needing([Need::Supervision]),
            Some("lock") => Coverage::partly("only after a minute"),
            _ => Coverage::not_enforceable("no key"),
        }
    }
}

const READ: &str = "documents/a/clauses/2.9-read.md";
const LENGTH: &str = "documents/a/clauses/1.1-length.md";

/// Returns the sample with the parts of one clause replaced.
fn asking(path: &str, parts: &str) -> Files {
    let files = files();
    let text = files.get(path).unwrap();
    let (head, body) = (text.find("[[asks]]").unwrap(), text.find("+++\n").unwrap());
    let end = text.get(head..).unwrap().find("+++\n").unwrap() + head;
    assert!(body < head);
    with(path, &format!("{}{parts}{}", text.get(..head).unwrap(), text.get(end..).unwrap()))
}

fn on_ios(files: &Files, id: &str) -> Coverage {
    let coverage = load(files).coverage(&[&Phone(Platform::Ios)]);
    coverage.get(&id.parse().unwrap()).and_then(|of| of.get(&Platform::Ios)).unwrap().clone()
}

#[test]
fn each_clause_has_a_verdict_on_each_platform_and_a_residue_asks_for_people() {
    let library = load(&files());
    let phones = [Phone(Platform::Ios), Phone(Platform::Macos)];
    let compilers: Vec<&dyn SettingCompiler> =
        phones.iter().map(|phone| phone as &dyn SettingCompiler).collect();
    let coverage = library.coverage(&compilers);
    let ios = |id: &str| coverage[&id.parse().unwrap()][&Platform::Ios].clone();
    // The clause also asks people to agree, so devices do not keep the whole of it.
    assert_eq!(ios("AA-1.1").verdict, Verdict::Partly);
    assert_eq!(ios("AA-1.1").needs, [Need::Supervision].into());
    assert_eq!(ios("AA-1.2"), Coverage::partly("only after a minute"));
    assert_eq!(ios("AA-2.10"), Coverage::not_enforceable("no key"));
    assert_eq!(ios("BB-x").verdict, Verdict::Partly);
    assert_eq!(ios("AA-2.9").verdict, Verdict::Agreed);
    assert!(ios("AA-2.9").residue[0].contains("left to people"));
    assert_eq!(ios("BB-3").verdict, Verdict::Done);
    assert!(ios("BB-3").residue[0].contains("Lost device"));
    let problems = library.uncovered_residues(&compilers);
    let files: Vec<&str> = problems.iter().map(|problem| problem.file.as_str()).collect();
    assert_eq!(problems.len(), 8, "AA-1.2, AA-2.10, BB-x (two residues), on two platforms: {files:?}");
    assert!(problems[0].to_string().contains("on iPhone this is left to people: only after a minute"));
    let covered = clause(
        "AA-1.2",
        "number = \"1.2\"\nsection = \"1\"\n[[kept_by]]\nacceptance = \"terms\"\n[[kept_by]]\nsetting = \"lock\"\ncheck = \"profile\"\n",
        "It locks itself.",
    );
    let library = load(&with("documents/a/clauses/1.2-lock.md", &covered));
    assert_eq!(library.uncovered_residues(&compilers).len(), 6);
}

#[test]
fn a_verdict_follows_from_the_parts_alone() {
    let whole = "[[asks]]\npart = \"Nine\"\nsettings = [\"passcode.min_length\", \"passcode.required\"]\nagreed = true\n";
    assert_eq!(on_ios(&asking(LENGTH, whole), "AA-1.1").verdict, Verdict::Enforced);
    let more = format!("{whole}[[asks]]\npart = \"Nobody tells it\"\nagreed = true\n");
    let found = on_ios(&asking(LENGTH, &more), "AA-1.1");
    assert_eq!(found.verdict, Verdict::Partly);
    assert_eq!(found.residue, ["Nobody tells it: left to people, who accept it before they use a device."]);
    let never = format!("{whole}[[asks]]\npart = \"It is clever\"\nnobody = \"Nothing measures wit\"\n");
    let found = on_ios(&asking(LENGTH, &never), "AA-1.1");
    assert_eq!(found.verdict, Verdict::Partly);
    assert_eq!(found.residue, ["It is clever: kept by nothing, since nothing measures wit."]);
    let except = whole.replace("agreed = true", "agreed = true\nexcept = { ios = \"there are no keys\" }");
    let found = on_ios(&asking(LENGTH, &except), "AA-1.1");
    assert_eq!(
        (found.verdict, found.residue),
        (Verdict::NotEnforceable, vec!["Nine: there are no keys.".to_owned()])
    );
}

#[test]
fn a_device_that_lacks_what_a_setting_needs_does_not_keep_the_clause() {
    let whole = "[[asks]]\npart = \"Nine\"\nsettings = [\"passcode.min_length\", \"passcode.required\"]\nagreed = true\n";
    let library = load(&asking(LENGTH, whole));
    let clause = library.find_clause("AA-1.1").unwrap();
    let on = |supervised| {
        library.cover_on(clause, &Phone(Platform::Ios), &AtHand { supervised, ..AtHand::default() }).verdict
    };
    assert_eq!(on(Some(true)), Verdict::Enforced);
    assert_eq!((on(Some(false)), on(None)), (Verdict::NotEnforceable, Verdict::NotEnforceable));
}

#[test]
fn parts_and_ways_of_keeping_speak_of_the_same_things() {
    let refused = |parts: &str, path: &str| problems(&asking(path, parts)).join("\n");
    let part = |keeps: &str| format!("[[asks]]\npart = \"It\"\n{keeps}\n");
    for (keeps, says) in [
        ("", "does not say what keeps it"),
        ("agreed = true\nnobody = \"x\"", "kept and kept by nobody"),
        ("nobody = \" \"", "nobody is empty"),
        ("agreed = true\nexcept = { beos = \"x\" }", "except: \"beos\" is not one of"),
        ("agreed = true\nexcept = { ios = \" \" }", "say why nothing keeps the part on ios"),
        (
            "agreed = true\nsettings = [\"airdrop.allow\"]",
            "no settings file that the clause is kept by sets airdrop.allow",
        ),
        ("agreed = true\ncheck = \"length\"", "shown by check length, but no [[kept_by]]"),
        ("agreed = true\nprocedure = \"lost-device\"", "done as lost-device, but no [[kept_by]]"),
        ("agreed = true\nrecord = \"approval\"", "on record as approval, but no [[kept_by]]"),
        ("nobody = \"x\"", "kept by an acceptance, and no part asks for that"),
    ] {
        let found = refused(&part(keeps), READ);
        assert!(found.contains(says) && found.contains(READ), "{says}: {found}");
    }
    assert!(refused("", READ).contains("nothing says what the clause asks for"));
    let one = part("settings = [\"passcode.required\"]\nagreed = true");
    assert!(
        refused(&one, LENGTH).contains("kept by the setting passcode.min_length, and no part asks for that")
    );
}

#[test]
fn a_clause_about_other_devices_has_no_verdict() {
    let files = edited(LENGTH, "number", "applies_to = { kinds = [\"mac\", \"radio\"] }\nnumber");
    let coverage = load(&files).coverage(&[&Phone(Platform::Ios), &Phone(Platform::Macos)]);
    let row = &coverage[&"AA-1.1".parse().unwrap()];
    assert_eq!(row.keys().collect::<Vec<_>>(), [&Platform::Macos]);
}

#[test]
fn a_detection_prevents_nothing() {
    let head = "number = \"2.9\"\nsection = \"2\"\n[[kept_by]]\ncheck = \"length\"\nkind = \"detection\"\nconfidence = \"old\"\n\
                [[kept_by]]\nacceptance = \"terms\"\n";
    let check = "[[asks]]\npart = \"It\"\ncheck = \"length\"\n";
    let unasked = with(READ, &clause("AA-2.9", head, "Read this.").replace(check, ""));
    assert!(problems(&unasked).join("\n").contains("kept by the check length, and no part asks for that"));
    let cover = on_ios(&with(READ, &clause("AA-2.9", head, "Read this.")), "AA-2.9");
    assert_eq!((cover.verdict, cover.residue.len()), (Verdict::Detected, 2));
    assert!(cover.residue[0].contains("seen afterwards in what devices report, not prevented"));
}
