//! Brings the schema up to date: numbered scripts, each applied once, in order, in a transaction of its own.
//!
//! One text serves all engines; `{bytes}` becomes BLOB or BYTEA. An applied script may never change again: its digest
//! is kept and compared. On PostgreSQL an advisory lock lets several nodes start at once; on SQLite the writer's lock
//! does. There is no way down: going back is restoring a backup.

use crate::{Engine, Row, Statement, Store, StoreError, Tx, Value, statements};

/// One numbered script.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number, from 1 without gaps.
    pub version: i64,
    /// What it does, as in the file's name.
    pub name: &'static str,
    /// Its text, before `{bytes}` is replaced.
    pub sql: &'static str,
}

/// A script that [`Store::migrate`] has just applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: &'static str,
}

const CREATE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
  version BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  applied_at BIGINT NOT NULL
)";
/// Held until the end of the transaction; the number is arbitrary and must never change.
const LOCK: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
  SELECT pg_advisory_xact_lock(4987221640)";

statements! {
    APPLIED = "SELECT version, name, digest FROM schema_migration ORDER BY version";
    VERSION = "SELECT COALESCE(max(version), 0) FROM schema_migration";
    RECORD = "INSERT INTO schema_migration (version, name, digest, applied_at) VALUES ($1, $2, $3, $4)";
}

// The database's own clock: a migration may run before anything else exists, and this time is only ever shown.
static SQLITE_NOW: Statement =
    Statement::new("database::migrate::SQLITE_NOW", "SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT)");
static POSTGRES_NOW: Statement = Statement::new(
    "database::migrate::POSTGRES_NOW",
    "SELECT CAST(extract(epoch FROM now()) * 1000 AS BIGINT)",
);
static SQLITE_HAS_TABLE: Statement = Statement::new(
    "database::migrate::SQLITE_HAS_TABLE",
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'",
);
static POSTGRES_HAS_TABLE: Statement = Statement::new(
    "database::migrate::POSTGRES_HAS_TABLE",
    "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_migration'",
);

impl Store {
    /// Applies what is missing of a list of scripts and returns what that was. Blocks.
    ///
    /// # Errors
    /// `Migration` when the database is newer than this program, or an applied script has since changed.
    pub fn migrate(&self, list: &'static [Migration]) -> Result<Vec<Applied>, StoreError> {
        let engine = self.engine();
        let mut applied = Vec::new();
        // One transaction each, and the list read afresh in each: another node may be doing the same.
        while let Some(step) = self.write_blocking(move |tx| apply_next(tx, engine, list))? {
            tracing::info!(version = step.version, name = step.name, "schema migrated");
            applied.push(step);
        }
        Ok(applied)
    }

    /// Lets the engine look at its tables, so that it plans by their size and not by what they were when they were made.
    /// Both engines do this by themselves in time; after rows arrived in bulk it is worth asking for. Blocks.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn analyse(&self) -> Result<(), StoreError> {
        self.write_blocking(|tx| tx.script("analyse", "ANALYZE"))
    }

    /// Returns the number of the last script applied to this database; 0 for an empty one. Blocks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn schema_version(&self) -> Result<i64, StoreError> {
        let has_table = match self.engine() {
            Engine::Sqlite => &SQLITE_HAS_TABLE,
            Engine::Postgres => &POSTGRES_HAS_TABLE,
        };
        self.read_blocking(move |tx| {
            let there = tx.one(has_table, &[])?.map_or(Ok(0), |row| row.int(0))? > 0;
            if there { tx.one(&VERSION, &[])?.map_or(Ok(0), |row| row.int(0)) } else { Ok(0) }
        })
    }
}

fn apply_next(
    tx: &mut Tx<'_>,
    engine: Engine,
    list: &'static [Migration],
) -> Result<Option<Applied>, StoreError> {
    if engine == Engine::Postgres {
        tx.script("database::migrate::LOCK", LOCK)?;
    }
    tx.script("database::migrate::CREATE", CREATE)?;
    let there = tx.query(&APPLIED, &[])?;
    let Some(next) = next_of(&there, list)? else { return Ok(None) };
    let (bytes, now) = match engine {
        Engine::Sqlite => ("BLOB", &SQLITE_NOW),
        Engine::Postgres => ("BYTEA", &POSTGRES_NOW),
    };
    tx.script(next.name, &next.sql.replace("{bytes}", bytes))?;
    let at = tx.one(now, &[])?.map_or(Ok(0), |row| row.int(0))?;
    tx.execute(&RECORD, &[next.version.into(), next.name.into(), digest(next.sql).into(), Value::Int(at)])?;
    Ok(Some(Applied { version: next.version, name: next.name }))
}

/// Compares what was applied with the list, and picks the first script that is missing.
fn next_of(applied: &[Row], list: &'static [Migration]) -> Result<Option<Migration>, StoreError> {
    let mut scripts = list.iter();
    for (place, migration) in (1..).zip(list) {
        if migration.version != place {
            return refuse(format!(
                "script {} stands where number {place} is due; renumber it",
                migration.version
            ));
        }
    }
    for row in applied {
        let (version, name) = (row.int(0)?, row.text(1)?);
        let Some(script) = scripts.next() else {
            return refuse(format!(
                "it is at version {version} ({name}), and this program knows {} only; run the newer program, or restore \
                 a backup from before the upgrade",
                list.len()
            ));
        };
        if script.version != version || row.text_ref(2)? != digest(script.sql) {
            return refuse(format!(
                "script {version} ({name}) is not the one that was applied; scripts never change once released, so add \
                 a new one and restore the old text"
            ));
        }
    }
    Ok(scripts.next().copied())
}

fn refuse<T>(detail: String) -> Result<T, StoreError> {
    Err(StoreError::Migration { detail })
}

/// Returns the SHA-256 digest in hexadecimal of the text, with its line ends normalised.
fn digest(sql: &str) -> String {
    let plain = sql.replace("\r\n", "\n");
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, plain.as_bytes()))
}
