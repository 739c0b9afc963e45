//! Every statement of the store is prepared on both engines against the product's own schema.

use std::collections::BTreeSet;

use store::{Store, StoreConfig, all_statements};
use testkit::both_engines;

#[test]
fn every_statement_prepares_on_both_engines() {
    both_engines(|config| {
        let store = Store::open(&config).unwrap();
        store::migrate(&store).unwrap();
        let problems: Vec<String> = all_statements()
            .into_iter()
            .filter_map(|statement| store.check(vec![statement]).err().map(|error| error.to_string()))
            .collect();
        assert!(problems.is_empty(), "on {}:\n{}", store.engine(), problems.join("\n"));
    });
}

/// What they look for in the rows never changes once it is written, so that a second comparison could not come out otherwise.
const COMPARED_ONCE: [&str; 6] =
    ["RAW_FORGET", "NOTICES_FORGET", "DELIVERIES_FORGET", "USE_FORGET", "PERIODS_FORGET", "CHECK_IN_FORGET"];

/// On PostgreSQL a row that was waited for is compared with the outer WHERE alone: a sub-select of the same table must lock
/// what it finds.
#[test]
fn a_change_of_rows_that_a_sub_select_finds_locks_them() {
    let mut found = 0;
    for statement in all_statements() {
        let sql = statement.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some((_, change)) = sql.split_once("UPDATE ").or_else(|| sql.split_once("DELETE FROM ")) else {
            continue;
        };
        let table = change.split(' ').next().unwrap();
        let own = format!("FROM {table} ");
        let inner = sql.match_indices(&own).filter(|(at, _)| !sql[..*at].ends_with("DELETE ")).count();
        let name = statement.name.rsplit("::").next().unwrap();
        if sql.starts_with("INSERT") || inner == 0 || COMPARED_ONCE.contains(&name) {
            continue;
        }
        found += 1;
        assert!(sql.contains("{for_update}") || sql.contains("{skip_locked}"), "{}: {sql}", statement.name);
    }
    assert!(found >= 3, "commands and jobs are taken so");
}

#[test]
fn statements_are_listed_once_and_leave_transactions_to_the_engine() {
    let mut names = BTreeSet::new();
    for statement in all_statements() {
        assert!(names.insert(statement.name), "{} is listed twice", statement.name);
        let first = statement.sql.split_whitespace().next().unwrap_or_default().to_uppercase();
        if !["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&first.as_str()) {
            panic!("{} begins with {first}: statements read or write rows, nothing else", statement.name);
        }
    }
    assert!(!names.is_empty());
}

/// Otherwise a check-in would read every command that its device ever finished.
#[test]
fn a_check_in_looks_for_commands_among_the_unfinished_ones_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.sqlite");
    let store = Store::open(&StoreConfig::Sqlite { path: path.clone(), readers: 1 }).unwrap();
    store::migrate(&store).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let mut found = 0;
    for statement in all_statements().into_iter().filter(|statement| statement.name.contains("::HOT_LOOKUP"))
    {
        let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
        let (mut rows, mut plan) = (explained.raw_query(), String::new());
        while let Some(row) = rows.next().unwrap() {
            plan += &row.get::<_, String>("detail").unwrap();
            plan.push('\n');
        }
        assert!(plan.contains("INDEX command_pending"), "{}:\n{plan}", statement.name);
        found += 1;
    }
    assert_eq!(found, 3);
}
