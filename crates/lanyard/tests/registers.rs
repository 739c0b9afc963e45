//! Registers and files of rows at the command line, with the real binary.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod place;

use std::fs;

use crate::place::{Place, ready};

#[expect(clippy::disallowed_methods, reason = "the binary that is tested goes by the real clock")]
fn in_thirty_days() -> String {
    jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(720)).unwrap().to_string()[..10]
        .to_owned()
}

/// An entry like that one, as if a person had asked for it on a page; its reference.
fn asked_by_somebody_else(place: &Place, reference: &str) -> String {
    let number: i64 = reference.trim_start_matches("P-").parse().unwrap();
    let people = place.json(&["person", "list", "--json"]);
    let person = people.pointer("/0/id").and_then(serde_json::Value::as_str).unwrap().to_owned();
    let path = place.path("data/lanyard.sqlite");
    let store = store::Store::open(&store::StoreConfig::Sqlite { path, readers: 1 }).unwrap();
    let id = "6f2c1d7e-0000-7000-8000-000000000001".parse::<domain::PermissionId>().unwrap();
    let number = store.write_blocking(move |tx| {
        let mut entry = store::permissions::by_number(tx, number)?.unwrap();
        (entry.id, entry.once) = (id, "a form on a page".to_owned());
        (entry.state, entry.version) = (domain::PermissionState::Asked, 0);
        entry.asked.by = format!("person:{person}");
        store::permissions::add(tx, &entry)?;
        Ok::<_, store::StoreError>(store::permissions::by_id(tx, id)?.unwrap().number)
    });
    format!("P-{}", number.unwrap())
}

const ASK: [&str; 5] = ["register", "ask", "private-hubs", "--because", "on call"];

#[test]
fn a_register_says_what_it_asks_for_and_every_wrong_answer_at_once() {
    let place = Place::new();
    ready(&place);
    assert!(place.good(&["register", "list"]).contains("private-hubs"));
    assert!(place.bad(&["register", "list", "no-such"]).contains("written-permissions"));
    let says = place.good(&["register", "show", "private-hubs"]);
    assert!(says.contains("--field place=") && says.contains("--password-file"), "{says}");

    let ask = [&ASK[..], &["--until", "2020-01-01", "--device", "C02ABC123"]].concat();
    let said = place.run(&ask);
    assert_eq!(said.code, 2, "{}", said.err);
    for words in ["--until: Enter a day that is still to come", "--field place: ", "--field network: "] {
        assert!(said.err.contains(words), "{words} is not in:\n{}", said.err);
    }
    let wrong = place.run(&[&ask[..], &["--field", "colour=red"]].concat());
    assert_eq!((wrong.code, wrong.err.contains("has no field colour")), (2, true), "{}", wrong.err);
}

#[test]
fn a_permission_is_asked_for_decided_by_another_and_ended() {
    let place = Place::new();
    ready(&place);
    fs::write(place.path("hub.txt"), "kittens in the rain\n").unwrap();
    let until = in_thirty_days();
    let hub = [
        &ASK[..],
        &["--until", &until, "--device", "C02ABC123"],
        &["--field", "place=at home", "--field", "network=AMES-HUB"],
        &["--security", "wpa2-personal", "--password-file", "hub.txt", "--json"],
    ]
    .concat();
    let asked = place.json(&hub);
    let reference = asked["reference"].as_str().unwrap();
    assert_eq!((&asked["state"], asked["until"].is_null()), (&"asked".into(), true));
    let decide = ["register", "decide", reference, "--grant", "--because", "the officer's own"];
    assert!(place.bad(&decide).contains("the person who asked may not decide"));
    let shown = place.json(&["register", "show", reference, "--json"]);
    assert_eq!(shown["password_sealed"], true);
    assert!(!shown.to_string().contains("kittens"), "a password is never shown again");
    let ended = place.good(&["register", "end", reference, "--because", "moved away"]);
    assert!(ended.contains("taken back"), "{ended}");

    let reference = &asked_by_somebody_else(&place, reference);
    let decide = ["register", "decide", reference, "--grant", "--because", "the officer's own"];
    let neither = place.run(&["register", "decide", reference, "--because", "x"]);
    assert_eq!(neither.code, 2, "{}", neither.out);
    let granted = place.good(&decide);
    assert!(granted.contains("in force, until "), "{granted}");
    let refuse = ["register", "decide", reference, "--refuse", "--because", "no"];
    assert!(place.bad(&refuse).contains("decided already"));
    let reviewed = place.good(&["register", "review", reference, "--finding", "still on call"]);
    assert!(reviewed.contains("in force"), "{reviewed}");
    let listed = place.json(&["register", "list", "private-hubs", "--state", "in-force", "--json"]);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let ended = place.good(&["register", "end", reference, "--because", "moved away"]);
    assert!(ended.contains("ended early"), "{ended}");
    assert!(place.bad(&["register", "end", reference, "--because", "again"]).contains("ended already"));
    assert!(place.bad(&["register", "show", "P-9999"]).contains("no entry P-9999"));
}

#[test]
fn a_file_of_devices_is_looked_at_first_and_its_columns_can_be_named() {
    let place = Place::new();
    ready(&place);
    let file = "Serial,Label,Category,Manufacturer\nC02ABC123,NC-2,,\nF4FILE0001,NC-3,Phones,Apple\nF4FILE0002,,Sofas,\n";
    fs::write(place.path("assets.csv"), file).unwrap();
    let import = ["asset", "import", "assets.csv", "--force", "norfolk", "--column", "tag=Label"];
    let said = place.good(&import);
    for words in [
        "line 2: change C02ABC123",
        "Asset tag: NC-2, was NC-1",
        "line 3: add F4FILE0001",
        "--answer \"Sofas=...\"",
    ] {
        assert!(said.contains(words), "{words} is not in:\n{said}");
    }
    assert_eq!(place.json(&["asset", "list", "--json"]).as_array().unwrap().len(), 1, "nothing is changed");
    let all = [&import[..], &["--apply", "--all-or-nothing"]].concat();
    assert!(place.bad(&all).contains("nothing was entered"));
    let applied = place.good(&[&import[..], &["--apply"]].concat());
    assert!(applied.contains("1 added, 1 changed") && applied.contains("1 left out"), "{applied}");
    // Looking keeps nothing, however often.
    for _ in 0..12 {
        assert!(place.good(&import).contains("2 say what is so already"));
    }
    assert!(place.bad(&[&import[..], &["--answer", "Sofas=chair"]].concat()).contains("answer one of"));
    let answered = [&import[..], &["--answer", "Sofas=accessory", "--apply", "--all-or-nothing"]].concat();
    assert!(place.good(&answered).contains("1 added"));
    let said = place.run(&["asset", "import", "assets.csv", "--force", "norfolk", "--column", "shoe=Label"]);
    assert_eq!((said.code, said.err.contains("fields: serial, tag")), (2, true), "{}", said.err);
}
