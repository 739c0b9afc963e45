//! Every statement of the store is prepared on both engines against the product's own schema.

use std::collections::BTreeSet;

use store::{Store, all_statements};
use testkit::both_engines;

#[test]
fn every_statement_prepares_on_both_engines() {
    both_engines(|config| {
        let store = Store::open(&config).unwrap();
        store.migrate().unwrap();
        let problems: Vec<String> = all_statements()
            .into_iter()
            .filter_map(|statement| store.check(vec![statement]).err().map(|error| error.to_string()))
            .collect();
        assert!(problems.is_empty(), "on {}:\n{}", store.engine(), problems.join("\n"));
    });
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
