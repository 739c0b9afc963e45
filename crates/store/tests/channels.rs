//! What the schema refuses of messages and ways of being reached, whatever a program writes.

use store::{Store, StoreConfig};

const PERSON: &str = "INSERT INTO person (id, force, number, name, role, created_at, source, version, changed_at) VALUES \
                      ('p', 'f', '1', 'A', 'officer', 0, 'hand', 1, 0)";

fn delivery(columns: &str, values: &str) -> String {
    format!(
        "INSERT INTO delivery (id, key, purpose, channel, person_id, place, wait_minutes, made_at{columns}) VALUES \
         ('d', 'd', 'code', 'text', 'p', 0, 3, 0{values})"
    )
}

#[test]
fn impossible_states_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("channels.sqlite");
    let store = Store::open(&StoreConfig::Sqlite { path: path.clone(), readers: 1 }).unwrap();
    store::migrate(&store).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let person = connection.execute(PERSON, []);
    assert!(person.is_ok(), "{person:?}");
    let refused = |sql: &str| connection.execute(sql, []).unwrap_err().to_string().contains("CHECK");
    let mut wrong = Vec::new();
    for (what, columns, values) in [
        ("pending and never due", ", state, content", ", 'pending', x'00'"),
        ("pending without words", ", state, due_at", ", 'pending', 1"),
        ("sending without a try", ", state, due_at, content", ", 'sending', 1, x'00'"),
        ("sent without a time", ", state, due_at", ", 'sent', 1"),
        ("a text sent and never asked about", ", state, sent_at", ", 'sent', 1"),
        ("sent and its words kept", ", state, sent_at, due_at, content", ", 'sent', 1, 1, x'00'"),
        ("delivered without an end", ", state, sent_at", ", 'delivered', 1"),
        ("failed without a reason", ", state, ended_at", ", 'failed', 1"),
        ("over and still due", ", state, ended_at, due_at, why", ", 'failed', 1, 1, 'x'"),
        ("a state of no name", ", state, ended_at", ", 'lost', 1"),
    ] {
        if !refused(&delivery(columns, values)) {
            wrong.push(what);
        }
    }
    for (what, sql) in [
        (
            "a number that is nobody's",
            "INSERT INTO contact_method (id, person_id, channel, place, wait_minutes, added_at) VALUES ('m', 'p', 'text', 0, 3, 0)",
        ),
        (
            "a wait of no time",
            "INSERT INTO contact_method (id, person_id, channel, address, place, wait_minutes, added_at) VALUES \
             ('m', 'p', 'text', '+441', 0, 0, 0)",
        ),
        (
            "a code that never expires",
            "INSERT INTO contact_method (id, person_id, channel, address, place, wait_minutes, added_at, code_digest) VALUES \
             ('m', 'p', 'text', '+441', 0, 3, 0, 'x')",
        ),
    ] {
        if !refused(sql) {
            wrong.push(what);
        }
    }
    assert!(wrong.is_empty(), "the schema takes: {}", wrong.join("; "));
    let fine = connection.execute(&delivery(", state, due_at, content", ", 'pending', 1, x'00'"), []);
    assert!(fine.is_ok(), "{fine:?}");
}

#[test]
fn a_notice_can_be_forgotten_whatever_carried_it_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("channels.sqlite");
    let store = Store::open(&StoreConfig::Sqlite { path: path.clone(), readers: 1 }).unwrap();
    store::migrate(&store).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute(PERSON, []).unwrap();
    let notice = "INSERT INTO notice (id, person_id, force, key, reason, subject, body, link, created_at, state, duty) VALUES \
                  ('n', 'p', 'f', 'k', 'on-call', 's', 'b', '/me', 5, 'shown', 'on-call')";
    connection.execute(notice, []).unwrap();
    let late = "INSERT INTO delivery (id, key, purpose, channel, person_id, notice_id, place, wait_minutes, made_at, state, ended_at) VALUES \
                ('d', 'd', 'call', 'mail', 'p', 'n', 0, 3, 100, 'withdrawn', 100)";
    connection.execute(late, []).unwrap();
    drop(connection);
    let before = domain::Timestamp::from_millis(50);
    let gone = store.write_blocking(move |tx| {
        let carried = store::deliveries::forget(tx, before, 10)?;
        Ok::<_, store::StoreError>((carried, store::notices::forget(tx, before, 10)?))
    });
    assert_eq!(gone.unwrap(), (1, 1));
}
