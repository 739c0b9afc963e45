//! Migrations: once, in order, refused when they changed.
#![expect(clippy::unwrap_used, reason = "tests")]

use store::{MIGRATIONS, Migration, Statement, Store, StoreError};
use testkit::both_engines;

const ONE: Migration = Migration { version: 1, name: "one", sql: "CREATE TABLE a (x BIGINT, y {bytes});" };
const TWO: Migration =
    Migration { version: 2, name: "two", sql: "CREATE TABLE b (x BIGINT); CREATE TABLE c (x BIGINT);" };

fn refusal(store: &Store, list: &'static [Migration]) -> String {
    store.migrate(list).unwrap_err().to_string()
}

#[test]
fn each_script_is_applied_once_and_in_order() {
    both_engines(|config| {
        let store = Store::open(&config).unwrap();
        assert_eq!(store.schema_version(), Ok(0));
        let first: Vec<_> = store.migrate(&[ONE]).unwrap().iter().map(|step| step.version).collect();
        assert_eq!(first, [1]);
        let second: Vec<_> = store.migrate(&[ONE, TWO]).unwrap().iter().map(|step| step.name).collect();
        assert_eq!(second, ["two"]);
        assert_eq!(store.migrate(&[ONE, TWO]), Ok(vec![]));
        assert_eq!(store.schema_version(), Ok(2));
    });
}

#[test]
fn a_changed_or_unknown_script_stops_the_start() {
    const CHANGED: Migration = Migration { version: 1, name: "one", sql: "CREATE TABLE a (x BIGINT)" };
    both_engines(|config| {
        let store = Store::open(&config).unwrap();
        store.migrate(&[ONE, TWO]).unwrap();
        assert!(refusal(&store, &[CHANGED, TWO]).contains("script 1 (one) is not the one that was applied"));
        assert!(refusal(&store, &[ONE]).contains("run the newer program"));
        assert!(refusal(&store, &[TWO, ONE]).contains("renumber"));
    });
}

#[test]
fn a_script_that_fails_leaves_nothing_behind() {
    const HALF: Migration = Migration {
        version: 2,
        name: "half",
        sql: "CREATE TABLE b (x BIGINT); INSERT INTO nowhere VALUES (1);",
    };
    both_engines(|config| {
        let store = Store::open(&config).unwrap();
        let failed = store.migrate(&[ONE, HALF]);
        assert!(matches!(failed, Err(StoreError::Sql { statement: "half", .. })), "{failed:?}");
        assert_eq!(store.schema_version(), Ok(1));
        // Table b must not exist, or this would fail.
        assert_eq!(store.migrate(&[ONE, TWO]).unwrap().len(), 1);
    });
}

#[test]
fn several_nodes_may_start_at_once() {
    both_engines(|config| {
        let applied: usize = std::thread::scope(|scope| {
            let nodes: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| Store::open(&config).unwrap().migrate(&[ONE, TWO]).unwrap().len()))
                .collect();
            nodes.into_iter().map(|node| node.join().unwrap()).sum()
        });
        assert_eq!(applied, 2);
    });
}

#[test]
fn the_product_s_own_scripts_apply_to_an_empty_database() {
    static TABLES: Statement =
        Statement::new("tables", "SELECT count(*) FROM schema_migration WHERE applied_at > 0");
    both_engines(|config| {
        let store = Store::open(&config).unwrap();
        assert_eq!(store::migrate(&store).unwrap().len(), MIGRATIONS.len());
        let recorded = store.read_blocking(|tx| tx.one(&TABLES, &[])?.unwrap().int(0));
        assert_eq!(recorded, Ok(i64::try_from(MIGRATIONS.len()).unwrap()));
    });
}
