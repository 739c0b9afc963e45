//! Brings the schema up to date: numbered scripts, each applied once, in order, in a transaction of its own.
//!
//! One text serves both engines; `{bytes}` becomes BLOB or BYTEA. An applied script may never change again: its digest
//! is kept and compared. On PostgreSQL an advisory lock lets several nodes start at once; on SQLite the writer's lock
//! does. There is no way down: going back is restoring a backup.

use crate::engine::{Engine, Statement, Store, Tx, Value, statements};
use crate::{Row, StoreError};

/// One script of `migrations/`.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number, from 1 without gaps.
    pub version: i64,
    /// What it does, as in the file's name.
    pub name: &'static str,
    /// Its text, before `{bytes}` is replaced.
    pub sql: &'static str,
}

/// Every script, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "foundations", sql: include_str!("../migrations/0001_foundations.sql") },
    Migration {
        version: 2,
        name: "policy_overrides",
        sql: include_str!("../migrations/0002_policy_overrides.sql"),
    },
    Migration {
        version: 3,
        name: "people_directory",
        sql: include_str!("../migrations/0003_people_directory.sql"),
    },
    Migration { version: 4, name: "case_steps", sql: include_str!("../migrations/0004_case_steps.sql") },
    Migration { version: 5, name: "notices", sql: include_str!("../migrations/0005_notices.sql") },
    Migration { version: 6, name: "duty", sql: include_str!("../migrations/0006_duty.sql") },
    Migration { version: 7, name: "terms", sql: include_str!("../migrations/0007_terms.sql") },
    Migration { version: 8, name: "role_grants", sql: include_str!("../migrations/0008_role_grants.sql") },
    Migration { version: 9, name: "custody", sql: include_str!("../migrations/0009_custody.sql") },
    Migration { version: 10, name: "reminders", sql: include_str!("../migrations/0010_reminders.sql") },
    Migration { version: 11, name: "directory", sql: include_str!("../migrations/0011_directory.sql") },
    Migration { version: 12, name: "sign_in", sql: include_str!("../migrations/0012_sign_in.sql") },
    Migration { version: 13, name: "off_duty", sql: include_str!("../migrations/0013_off_duty.sql") },
    Migration { version: 14, name: "exemptions", sql: include_str!("../migrations/0014_exemptions.sql") },
    Migration { version: 15, name: "permissions", sql: include_str!("../migrations/0015_permissions.sql") },
    Migration { version: 16, name: "break_glass", sql: include_str!("../migrations/0016_break_glass.sql") },
    Migration { version: 17, name: "kept_forms", sql: include_str!("../migrations/0017_kept_forms.sql") },
    Migration { version: 18, name: "file_imports", sql: include_str!("../migrations/0018_file_imports.sql") },
    Migration { version: 19, name: "use_off_duty", sql: include_str!("../migrations/0019_use_off_duty.sql") },
    Migration {
        version: 20,
        name: "nobody_alone_people",
        sql: include_str!("../migrations/0020_nobody_alone_people.sql"),
    },
    Migration {
        version: 21,
        name: "import_answers",
        sql: include_str!("../migrations/0021_import_answers.sql"),
    },
    Migration { version: 22, name: "ledger_guard", sql: include_str!("../migrations/0022_ledger_guard.sql") },
    Migration {
        version: 23,
        name: "roles_asked_by",
        sql: include_str!("../migrations/0023_roles_asked_by.sql"),
    },
    Migration {
        version: 24,
        name: "enrolment_replays",
        sql: include_str!("../migrations/0024_enrolment_replays.sql"),
    },
    Migration {
        version: 25,
        name: "apple_clients",
        sql: include_str!("../migrations/0025_apple_clients.sql"),
    },
    Migration {
        version: 26,
        name: "calendar_series",
        sql: include_str!("../migrations/0026_calendar_series.sql"),
    },
    Migration { version: 27, name: "orders", sql: include_str!("../migrations/0027_orders.sql") },
    Migration { version: 28, name: "platforms", sql: include_str!("../migrations/0028_platforms.sql") },
];

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
static SQLITE_NOW: Statement = Statement {
    name: "store::migrate::SQLITE_NOW",
    sql: "SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT)",
};
static POSTGRES_NOW: Statement = Statement {
    name: "store::migrate::POSTGRES_NOW",
    sql: "SELECT CAST(extract(epoch FROM now()) * 1000 AS BIGINT)",
};
static SQLITE_HAS_TABLE: Statement = Statement {
    name: "store::migrate::SQLITE_HAS_TABLE",
    sql: "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'",
};
static POSTGRES_HAS_TABLE: Statement = Statement {
    name: "store::migrate::POSTGRES_HAS_TABLE",
    sql: "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_migration'",
};

impl Store {
    /// Applies what is missing of [`MIGRATIONS`] and says what that was. Blocks.
    ///
    /// # Errors
    /// `Migration` when the database is newer than this program, or an applied script has since changed.
    pub fn migrate(&self) -> Result<Vec<Applied>, StoreError> {
        self.migrate_with(MIGRATIONS)
    }

    /// As [`Store::migrate`], with a list of the caller's own.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub fn migrate_with(&self, list: &'static [Migration]) -> Result<Vec<Applied>, StoreError> {
        let engine = self.engine();
        let mut applied = Vec::new();
        // One transaction each, and the list read afresh in each: another node may be doing the same.
        while let Some(step) = self.write_blocking(move |tx| apply_next(tx, engine, list))? {
            tracing::info!(version = step.version, name = step.name, "schema migrated");
            applied.push(step);
        }
        Ok(applied)
    }

    /// Has the engine look at its tables, so that it plans by their size and not by what they were when they were made.
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
        tx.script("store::migrate::LOCK", LOCK)?;
    }
    tx.script("store::migrate::CREATE", CREATE)?;
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
