//! A small schema that the engine's tests share.
#![expect(clippy::unwrap_used, reason = "tests")]

use store::{Migration, Statement, Store, StoreConfig};

/// Two tables: things, and parts that refer to them.
pub(crate) static SCHEMA: &[Migration] = &[Migration {
    version: 1,
    name: "things",
    sql: "CREATE TABLE thing (id TEXT PRIMARY KEY, number BIGINT NOT NULL, bytes {bytes});
          CREATE TABLE part (thing_id TEXT REFERENCES thing (id), weight BIGINT CHECK (weight >= 0),
            checked_at_commit TEXT REFERENCES thing (id) DEFERRABLE INITIALLY DEFERRED);",
}];

pub(crate) static ADD: Statement =
    Statement::new("add", "INSERT INTO thing (id, number, bytes) VALUES ($1, $2, $3)");
pub(crate) static BUMP: Statement =
    Statement::new("bump", "UPDATE thing SET number = number + 1 WHERE id = $1");
pub(crate) static COUNT: Statement = Statement::new("count", "SELECT count(*) FROM thing");
pub(crate) static ALL: Statement = Statement::new("all", "SELECT id, number FROM thing ORDER BY id");

/// Opens a store with that schema.
pub(crate) fn open(config: &StoreConfig) -> Store {
    let store = Store::open(config).unwrap();
    store.migrate(SCHEMA).unwrap();
    store
}
