//! The real binary, as a person at a terminal or a script meets it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cells;
mod place;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::place::{Place, policy, ready, repository};

#[test]
fn the_rules_are_whole_and_listed_for_a_machine() {
    let place = Place::new();
    let said = place.good(&["policy", "check"]);
    assert!(said.contains("is whole: 2 documents, 142 clauses"), "{said}");
    assert_eq!(place.json(&["policy", "check", "--json"])["whole"], true);
    let list = place.json(&["policy", "list", "--json"]);
    let clauses = list.as_array().unwrap();
    assert_eq!(clauses.len(), 142);
    for clause in clauses {
        for key in ["id", "document", "title"] {
            assert!(clause[key].is_string(), "{clause}");
        }
        assert!(!clause["kept_by"].as_array().unwrap().is_empty(), "{clause}");
        for (platform, coverage) in clause["platforms"].as_object().unwrap() {
            assert!(["ios", "ipados", "macos"].contains(&platform.as_str()));
            let verdict = coverage["verdict"].as_str().unwrap();
            let residue = coverage["residue"].as_array().unwrap();
            assert_eq!(verdict == "enforced", residue.is_empty(), "{clause}");
        }
    }
    assert!(place.good(&["policy", "list"]).contains("MDU-6.2a"));
}

#[test]
fn every_problem_of_the_rules_is_said_with_file_and_line() {
    let place = Place::new();
    copy(&repository().join("policy"), &place.path("rules"));
    let clause = place.path("rules/documents/mobile-device-use/clauses/6.2a-composition.md");
    let text = fs::read_to_string(&clause).unwrap();
    fs::write(&clause, text.replacen("title", "titel", 1)).unwrap();
    fs::write(place.path("rules/checks/battery.toml"), "asks = \n").unwrap();
    let said = place.run(&["policy", "check", "--policy", "rules"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("documents/mobile-device-use/clauses/6.2a-composition.md:"), "{}", said.out);
    assert!(said.out.contains("checks/battery.toml:1"), "{}", said.out);
    let said = place.run(&["policy", "check", "--policy", "rules", "--json"]);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &json["whole"]), (1, &Value::Bool(false)));
    assert!(json["problems"].as_array().unwrap().len() >= 2, "{json}");
    let said = place.bad(&["policy", "list", "--policy", "nowhere"]);
    assert!(said.contains("there is no policy folder at nowhere"), "{said}");
}

#[test]
fn one_clause_is_shown_whatever_its_case() {
    let place = Place::new();
    let said = place.good(&["policy", "show", "mdu-6.2a"]);
    for words in ["MDU-6.2a", "iPhone: partly", "Mac: partly", "passcode.min_length = 9", "F6"] {
        assert!(said.contains(words), "{words} is not in:\n{said}");
    }
    assert_eq!(place.json(&["policy", "show", "MDU-6.2a", "--json"])["id"], "MDU-6.2a");
    let said = place.run(&["policy", "show", "MDU-99"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("there is no clause MDU-99"), "{}", said.err);
}

#[test]
fn the_same_rules_compile_to_the_same_profiles() {
    let place = Place::new();
    let said = place.good(&["policy", "compile", "--platform", "apple", "--out", "one"]);
    assert!(said.contains("not enforceable (") && said.contains("files written"), "{said}");
    place.good(&["policy", "compile", "--platform", "apple", "--out", "two"]);
    let mut names: Vec<String> = fs::read_dir(place.path("one"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.contains(&"ios-mdu-6.mobileconfig".to_owned()), "{names:?}");
    assert!(names.contains(&"macos-mdu-6.mobileconfig".to_owned()), "{names:?}");
    for name in &names {
        let read = |folder: &str| fs::read(place.path(folder).join(name)).unwrap();
        assert_eq!(read("one"), read("two"), "{name}");
    }
    let json = place.json(&["policy", "compile", "--platform", "macos", "--json"]);
    assert_eq!(json["clauses"].as_array().unwrap().len(), 142);
    assert!(json["profiles"][0]["uuid"].is_string());
    for platform in ["windows", "android", "symbian"] {
        assert_eq!(place.run(&["policy", "compile", "--platform", platform]).code, 2);
    }
}

#[test]
fn a_change_is_shown_down_to_the_profiles() {
    let place = Place::new();
    assert_eq!(place.good(&["policy", "diff", &policy(), &policy()]), "Nothing changes.\n");
    copy(&repository().join("policy"), &place.path("new"));
    let settings = place.path("new/settings");
    let file = fs::read_dir(&settings)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| fs::read_to_string(path).unwrap().contains("\"passcode.min_length\" = 9"))
        .unwrap();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"passcode.min_length\" = 9", "\"passcode.min_length\" = 12")).unwrap();
    // The clause gives the same figure to its check; the two must agree.
    let clause = place.path("new/documents/mobile-device-use/clauses/6.2a-composition.md");
    let text = fs::read_to_string(&clause).unwrap();
    fs::write(&clause, text.replace("min_length = 9", "min_length = 12")).unwrap();
    let said = place.good(&["policy", "diff", &policy(), "new"]);
    for words in [
        "passcode.min_length: 9 -> 12",
        "iPhone mdu-6: would be sent again",
        "Mac mdu-6: would be sent again",
    ] {
        assert!(said.contains(words), "{words} is not in:\n{said}");
    }
    let json = place.json(&["policy", "diff", &policy(), "new", "--json"]);
    assert_eq!(json["policy"]["settings"][0]["key"], "passcode.min_length");
}

#[test]
fn a_text_becomes_a_draft_and_nothing_is_overwritten() {
    let place = Place::new();
    fs::write(place.path("text.txt"), "1. Phones\n1.1 You must lock your phone.\n1.2 Do not lend it.\n")
        .unwrap();
    let import = ["policy", "import", "text.txt", "--id", "phones", "--prefix", "PH", "--title", "Phones"];
    let said = place.good(&import);
    assert!(said.contains("2 clauses") && said.contains("nothing written"), "{said}");
    fs::write(
        place.path("cover.txt"),
        "Stray words\nOwner: Head of ICT\n\nContents\n1. Phones 2\n\n1. Phones\n1.1 You must lock your phone.\n",
    )
    .unwrap();
    let said = place.good(&[
        "policy",
        "import",
        "cover.txt",
        "--id",
        "phones",
        "--prefix",
        "PH",
        "--title",
        "Phones",
    ]);
    for words in [
        "Cover: line 2",
        "Table of contents: lines 4, 5",
        "1: Stray words (before the first clause)",
        "owner = \"Head of ICT\"",
    ] {
        assert!(said.contains(words), "{words} is not in:\n{said}");
    }
    let with_out = [import.as_slice(), &["--out", "draft"]].concat();
    assert!(place.good(&with_out).contains("2 clauses"), "the draft is written");
    assert!(place.path("draft/documents/phones/document.toml").exists());
    assert!(place.bad(&with_out).contains("is there already"));
    assert!(
        place
            .bad(&["policy", "import", "gone.txt", "--id", "x", "--prefix", "X", "--title", "X"])
            .contains("gone.txt")
    );
    fs::write(place.path("latin1.txt"), b"1.1 Caf\xe9").unwrap();
    let said = place.bad(&["policy", "import", "latin1.txt", "--id", "x", "--prefix", "X", "--title", "X"]);
    assert!(said.contains("UTF-8"), "{said}");
}

#[test]
fn the_settings_are_checked_and_shown() {
    let place = Place::new();
    assert!(place.good(&["config", "check"]).contains("142 clauses"));
    let example = place.good(&["config", "example"]);
    assert!(example.contains("organisation = "));
    fs::write(place.path("wrong.toml"), "listen = 5\nlissen = 6\n").unwrap();
    let said = place.bad(&["--config", "wrong.toml", "config", "check"]);
    for words in
        ["wrong.toml:1: listen", "wrong.toml:2: the file has no setting \"lissen\"", "has no \"address\""]
    {
        assert!(said.contains(words), "{words} is not in:\n{said}");
    }
    fs::remove_file(place.path("lanyard.toml")).unwrap();
    let said = place.bad(&["person", "list"]);
    assert!(said.contains("lanyard config example"), "{said}");
}

#[test]
fn a_device_enrols_only_from_the_register_and_after_the_terms() {
    let place = Place::new();
    place.good(&["person", "add", "--force", "norfolk", "--number", "1234", "--name", "Ann Example"]);
    let said = place.bad(&["person", "add", "--force", "norfolk", "--number", "1234", "--name", "Other"]);
    assert!(said.contains("already has somebody"), "{said}");
    let enrol = ["enrol", "apple", "--serial", "C02ABC123", "--out", "c.mobileconfig"];
    assert!(place.bad(&enrol).contains("there is no device C02ABC123"));
    place.good(&["asset", "add", "--serial", "c02abc123", "--kind", "iphone", "--holder", "1234"]);
    assert!(place.bad(&enrol).contains("has not accepted"));
    assert!(place.good(&["terms", "accept", "--person", "1234"]).contains("mobile-device-use"));
    place.good(&enrol);
    assert_eq!(fs::read(place.path("c.mobileconfig")).unwrap()[0], 0x30, "signed: a CMS message");
    assert!(place.bad(&enrol).contains("cannot be written"), "no file is overwritten");
    let unsigned = place.good(&["enrol", "apple", "--serial", "C02ABC123", "--unsigned"]);
    assert!(unsigned.starts_with("<?xml") && unsigned.contains("http://127.0.0.1:8090/scep"), "{unsigned}");
    place.good(&["asset", "add", "--serial", "RAD00001", "--kind", "radio", "--force", "suffolk"]);
    assert!(place.bad(&["enrol", "apple", "--serial", "RAD00001"]).contains("does not enrol"));
}

#[test]
fn people_and_devices_are_listed_and_found_by_what_people_say() {
    let place = Place::new();
    ready(&place);
    place.good(&["person", "add", "--force", "suffolk", "--number", "1234", "--name", "Sam Other"]);
    let people = place.json(&["person", "list", "--json"]);
    assert_eq!(people.as_array().unwrap().len(), 2);
    assert_eq!(place.json(&["person", "list", "--force", "suffolk", "--json"])[0]["name"], "Sam Other");
    assert!(place.bad(&["terms", "accept", "--person", "1234"]).contains("--force"));
    place.good(&["asset", "give", "C02ABC123", "--holder", "1234", "--force", "suffolk"]);
    let devices = place.json(&["asset", "list", "--json"]);
    assert_eq!((&devices[0]["serial"], &devices[0]["asset_tag"]), (&"C02ABC123".into(), &"NC-1".into()));
    assert_eq!(
        devices[0]["holder"],
        place.json(&["person", "list", "--force", "suffolk", "--json"])[0]["id"]
    );
    assert!(place.json(&["device", "list", "--json"]).as_array().unwrap().is_empty(), "none has enrolled");
    let said = place.bad(&["device", "lock", "C02ABC123", "--reason", "test"]);
    assert!(said.contains("not under management"), "{said}");
    assert!(place.bad(&["explain", "C02ABC123", "MDU-6.2a"]).contains("no judgement"));
    assert!(place.bad(&["explain", "GONE1234", "MDU-6.2a"]).contains("no device GONE1234"));
}

#[test]
fn an_export_proves_itself_and_a_changed_one_does_not() {
    let place = Place::new();
    ready(&place);
    place.good(&["ledger", "export", "--out", "ledger.jsonl"]);
    let key = place.path("data/ledger.pub").display().to_string();
    let said = place.good(&["ledger", "verify", "ledger.jsonl", "--key", &key]);
    assert!(said.contains("is whole: 4 entries, 4 proven"), "{said}");
    let text = fs::read_to_string(place.path("ledger.jsonl")).unwrap();
    assert!(!text.contains("Ann Example"), "names are details, and were not asked for");
    fs::write(place.path("changed.jsonl"), text.replace("person.added", "person.addee")).unwrap();
    let said = place.run(&["ledger", "verify", "changed.jsonl", "--key", &key]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("NOT whole") && said.out.contains("entry 0"), "{}", said.out);
    place.good(&["ledger", "export", "--with-details", "--out", "all.jsonl"]);
    let words = fs::read_to_string(&key).unwrap();
    let json = place.json(&["ledger", "verify", "all.jsonl", "--key", words.trim(), "--json"]);
    assert_eq!((&json["whole"], &json["details_absent"]), (&true.into(), &0.into()));
    let first: serde_json::Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    let id = first["entry"]["id"].as_str().unwrap();
    place.good(&["ledger", "prove", id, "--out", "one.json"]);
    let proven = place.json(&["ledger", "verify", "one.json", "--key", words.trim(), "--json"]);
    assert_eq!((&proven["proven"], &proven["action"]), (&true.into(), &"person.added".into()));
    let one = fs::read_to_string(place.path("one.json")).unwrap();
    fs::write(place.path("bent.json"), one.replace("person.added", "person.addee")).unwrap();
    let said = place.run(&["ledger", "verify", "bent.json", "--key", &key]);
    assert!(said.code == 1 && said.out.contains("entry 0 was changed"), "{}", said.out);
    assert!(place.bad(&["ledger", "prove", "0190c7a0-0000-7000-8000-000000000001"]).contains("no entry"));
    assert!(place.good(&["ledger", "checkpoint"]).starts_with("127.0.0.1:8090/ledger\n4\n"));
    assert!(place.bad(&["ledger", "verify", "all.jsonl", "--key", "nonsense"]).contains("--key"));
}

#[test]
fn a_restored_service_signs_again_only_once_somebody_says_that_it_was_meant() {
    let place = Place::new();
    ready(&place);
    let old = place.good(&["ledger", "checkpoint"]);
    fs::create_dir(place.path("copies")).unwrap();
    fs::write(place.path("copies/old.txt"), &old).unwrap();
    place.good(&["backup", "saved"]);
    place.good(&["person", "add", "--force", "norfolk", "--number", "2", "--name", "Bob Example"]);
    let newest = place.good(&["ledger", "checkpoint"]);
    fs::write(place.path("copies/newest.txt"), &newest).unwrap();
    let said = place.good(&["ledger", "verify", "--checkpoint", "copies"]);
    assert!(said.contains("is whole: 5 entries") && said.contains("each of the 3 checkpoints"), "{said}");

    // A copy of another ledger, and what is no copy, are named.
    fs::write(place.path("other.txt"), old.replace("127.0.0.1:8090/ledger", "elsewhere.example/ledger"))
        .unwrap();
    let said = place.bad(&["ledger", "verify", "--checkpoint", "other.txt"]);
    assert!(said.contains("other.txt"), "{said}");
    fs::write(place.path("empty.txt"), "nothing").unwrap();
    assert!(place.bad(&["ledger", "verify", "--checkpoint", "empty.txt"]).contains("holds no checkpoint"));

    let said = place.good(&["restore", "saved", "--into", "again"]);
    assert!(said.contains("lanyard ledger accept"), "{said}");
    fs::rename(place.path("data"), place.path("former")).unwrap();
    fs::rename(place.path("again"), place.path("data")).unwrap();
    assert!(place.bad(&["ledger", "checkpoint"]).contains("after a restore"));
    let said = place.run(&["ledger", "verify", "--checkpoint", "copies"]);
    assert!(said.code == 1 && said.out.contains("covers 5 entries"), "{}{}", said.out, said.err);
    let accept = ["ledger", "accept", "--reason", "the disk failed", "--checkpoint", "copies"];
    let said = place.good(&accept);
    assert!(said.contains("lost or changed: up to 1 entries after the first 4"), "{said}");
    assert!(place.bad(&accept).contains("nothing to accept"));
    let said = place.good(&["ledger", "verify", "--checkpoint", "copies/old.txt"]);
    assert!(said.contains("it is an extension of each of the 2 checkpoints"), "{said}");

    // Put back under the same folder, the node itself knows that something is missing.
    fs::copy(place.path("saved/lanyard.sqlite"), place.path("data/lanyard.sqlite")).unwrap();
    for left in ["lanyard.sqlite-wal", "lanyard.sqlite-shm"] {
        let _ = fs::remove_file(place.path("data").join(left));
    }
    assert!(place.bad(&["ledger", "checkpoint"]).contains("this node remembers covers"));
    place.good(&["ledger", "export", "--out", "still.jsonl"]);
}

#[test]
fn a_backup_is_restored_whole_or_not_at_all() {
    let place = Place::new();
    assert!(place.bad(&["backup", "early"]).contains("nothing to back up"));
    ready(&place);
    place.good(&["backup", "saved"]);
    assert!(place.bad(&["backup", "saved"]).contains("is there already"));
    assert!(place.bad(&["restore", "saved", "--into", "data"]).contains("is there already"));
    place.good(&["person", "add", "--force", "norfolk", "--number", "99", "--name", "After the backup"]);
    place.good(&["restore", "saved", "--into", "again"]);
    let settings = fs::read_to_string(place.path("lanyard.toml")).unwrap() + "data = \"again\"\n";
    fs::write(place.path("again.toml"), settings).unwrap();
    let people = place.json(&["--config", "again.toml", "person", "list", "--json"]);
    assert_eq!(people.as_array().unwrap().len(), 1);
    assert_eq!(fs::read(place.path("data/ca.key")).unwrap(), fs::read(place.path("again/ca.key")).unwrap());
    let mut database = fs::read(place.path("saved/lanyard.sqlite")).unwrap();
    let middle = database.len() / 2;
    database[middle] ^= 1;
    fs::write(place.path("saved/lanyard.sqlite"), database).unwrap();
    assert!(place.bad(&["restore", "saved", "--into", "spoilt"]).contains("is not the file"));
    assert!(!place.path("spoilt").exists() && !place.path("spoilt.partial").exists());
    assert!(place.bad(&["restore", "again", "--into", "other"]).contains("is no backup"));
}

#[test]
fn the_schema_is_migrated_and_a_sign_in_address_is_made() {
    let place = Place::new();
    assert!(place.good(&["migrate"]).contains("applied 0001"));
    assert!(!place.good(&["migrate"]).contains("applied"));
    let said = place.good(&["sign-in-link", "--name", "Ann Example"]);
    assert!(said.starts_with("http://127.0.0.1:8090/"), "{said}");
    assert_eq!(place.run(&["sign-in-link", "--name", "Ann", "--role", "king"]).code, 2);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::new();
    let binary = env!("CARGO_BIN_EXE_lanyard");
    let script = format!("set -o pipefail; {binary} policy list --json | head -n 1");
    let status = Command::new("bash").arg("-c").arg(script).current_dir(place.0.path()).output().unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
