//! SQLite: one writer thread that groups transactions, and readers beside it.
//!
//! The writer takes whatever waits (up to [`GROUP`]), runs each closure in a savepoint of its own and ends with one
//! COMMIT, which is one flush to disk. No closure's caller hears anything before that COMMIT has returned: an
//! acknowledgement means that the work survives a power cut (`synchronous = FULL`). A lone closure is never kept
//! waiting for company.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::Soundness;
use super::job::Work;
use super::queue::{AbandonOnPanic, Queue};
use super::sqlite_session::SqliteSession;
use super::statement::Statement;
use crate::StoreError;

/// The most closures in one COMMIT: bounds what a failed COMMIT takes with it and how long the first one waits.
const GROUP: usize = 64;
/// How long another process's lock (the command line beside a running service) is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(10);

macro_rules! control {
    ($($name:ident = $sql:literal;)*) => {$(
        static $name: Statement = Statement::new($sql, $sql);
    )*};
}
control! {
    BEGIN_WRITE = "BEGIN IMMEDIATE";
    BEGIN_READ = "BEGIN DEFERRED";
    COMMIT = "COMMIT";
    ROLLBACK = "ROLLBACK";
    SAVEPOINT = "SAVEPOINT one";
    RELEASE = "RELEASE one";
    ROLLBACK_TO = "ROLLBACK TO one";
}

/// Opens the file (made when absent, readable by its owner only) and starts the threads.
pub(super) fn start(
    path: &Path,
    readers: usize,
    writes: &Arc<Queue>,
    reads: &Arc<Queue>,
) -> Result<Vec<JoinHandle<()>>, StoreError> {
    create_private(path)?;
    let writer = connect(path, true)?;
    let mut threads = vec![spawn("store-writer", writes, writer, write_loop)?];
    for _ in 0..readers.max(1) {
        threads.push(spawn("store-reader", reads, connect(path, false)?, read_loop)?);
    }
    Ok(threads)
}

fn spawn(
    name: &str,
    queue: &Arc<Queue>,
    connection: Connection,
    work: fn(&Connection, &Queue),
) -> Result<JoinHandle<()>, StoreError> {
    let queue = Arc::clone(queue);
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            let _guard = AbandonOnPanic(&queue);
            work(&connection, &queue);
        })
        .map_err(|error| StoreError::Open { detail: format!("no thread for the database: {error}") })
}

/// Creates the database's file for its owner alone: it holds personal data, and SQLite would use the process's umask.
/// The `-wal` and `-shm` files take their permissions from it.
fn create_private(path: &Path) -> Result<(), StoreError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|error| StoreError::Open { detail: format!("{}: {error}", path.display()) })
}

pub(super) fn connect(path: &Path, writes: bool) -> Result<Connection, StoreError> {
    let open = || -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(LOCK_WAIT)?;
        // A database file from elsewhere must not be able to run anything by being read.
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // "text" in double quotes is a column, never a string: PostgreSQL's reading, so a slip fails on both engines.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        // A statement is planned once, whatever is bound to it later: planning costs more than most statements.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        if writes {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            // Negative: in KiB.
            connection.pragma_update(None, "cache_size", -32_768)?;
            // In pages of 4 KiB: pages that change again and again are copied into the database once in a while, not each time.
            connection.pragma_update(None, "wal_autocheckpoint", 8_000)?;
            connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
            connection.execute_batch("PRAGMA optimize = 0x10002")?;
        } else {
            connection.pragma_update(None, "cache_size", -8_192)?;
            connection.pragma_update(None, "query_only", true)?;
        }
        Ok(connection)
    };
    open().map_err(|error| {
        let advice = match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => {
                "the database is damaged: keep a copy of its files, and restore the latest backup with `lanyard restore`"
            }
            _ => "check that it is a Lanyard database and that the disk can be written",
        };
        StoreError::Open { detail: format!("{}: {error}; {advice}", path.display()) }
    })
}

fn read_loop(connection: &Connection, queue: &Queue) {
    let mut session = SqliteSession::new(connection);
    let mut batch = Vec::with_capacity(1);
    while queue.take(&mut batch, 1) {
        for mut work in batch.drain(..) {
            let fate = session.control(&BEGIN_READ).and_then(|()| {
                work.job.run(&mut session);
                // Nothing was changed, so commit and rollback are the same.
                session.control(&ROLLBACK)
            });
            work.job.finish(fate);
        }
    }
}

fn write_loop(connection: &Connection, queue: &Queue) {
    let mut session = SqliteSession::new(connection);
    let mut batch = Vec::with_capacity(GROUP);
    while queue.take(&mut batch, GROUP) {
        while !batch.is_empty() {
            run_group(&mut session, &mut batch);
        }
    }
}

/// Runs what waits as one transaction and answers it. Leaves in `batch` what could not be begun because the
/// transaction vanished under it.
fn run_group(session: &mut SqliteSession<'_>, batch: &mut Vec<Work>) {
    let lone = batch.len() == 1;
    let mut ran: Vec<Work> = Vec::with_capacity(batch.len());
    let mut fate = session.control(&BEGIN_WRITE);
    if fate.is_ok() {
        let mut rest = std::mem::take(batch).into_iter();
        for mut work in rest.by_ref() {
            let step =
                if lone { run_alone(session, &mut work) } else { run_in_savepoint(session, &mut work) };
            ran.push(work);
            if let Err(error) = step {
                fate = Err(error);
                break;
            }
        }
        batch.extend(rest);
    } else {
        ran.append(batch);
    }
    let fate = end(session, fate);
    for work in ran {
        work.job.finish(fate.clone());
    }
}

/// Commits what went well; otherwise makes sure that nothing of the transaction is left.
fn end(session: &mut SqliteSession<'_>, fate: Result<(), StoreError>) -> Result<(), StoreError> {
    let fate =
        fate.and_then(|()| if session.transaction_is_gone() { Ok(()) } else { session.control(&COMMIT) });
    if !session.transaction_is_gone()
        && let Err(error) = session.control(&ROLLBACK)
    {
        tracing::error!(%error, "a failed transaction could not be rolled back");
    }
    fate
}

/// Runs the only closure of a transaction, without a savepoint: a failure rolls everything back.
fn run_alone(session: &mut SqliteSession<'_>, work: &mut Work) -> Result<(), StoreError> {
    let keep = work.job.run(session);
    match (keep, session.transaction_is_gone()) {
        (true, true) => Err(vanished()),
        (false, false) => session.control(&ROLLBACK),
        (true, false) | (false, true) => Ok(()),
    }
}

fn run_in_savepoint(session: &mut SqliteSession<'_>, work: &mut Work) -> Result<(), StoreError> {
    session.control(&SAVEPOINT)?;
    let keep = work.job.run(session);
    // A full disk or a failing one makes SQLite roll everything back by itself: the earlier closures' work is gone
    // too, and going on would run the next ones without any transaction.
    if session.transaction_is_gone() {
        return Err(vanished());
    }
    if !keep {
        session.control(&ROLLBACK_TO)?;
    }
    session.control(&RELEASE)
}

fn vanished() -> StoreError {
    StoreError::Sql {
        statement: COMMIT.name,
        detail: "the database rolled the transaction back by itself; check for a full or failing disk"
            .to_owned(),
    }
}

/// Looks at the structure of the file, by a connection of its own beside running work.
pub(super) fn examine(path: &Path, whole: bool) -> Result<Soundness, StoreError> {
    let connection = connect(path, false)?;
    let pragma = if whole { "PRAGMA integrity_check(5)" } else { "PRAGMA quick_check(5)" };
    let look = || -> rusqlite::Result<Vec<String>> {
        connection.prepare(pragma)?.query_map([], |row| row.get(0))?.collect()
    };
    match look() {
        Ok(said) if said == ["ok"] => Ok(Soundness::Sound),
        Ok(said) => Ok(Soundness::Damaged(said)),
        Err(error) => match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Ok(Soundness::Damaged(vec![error.to_string()]))
            }
            _ => Err(StoreError::Sql { statement: "store::examine", detail: error.to_string() }),
        },
    }
}

/// Writes a consistent copy beside running work. Complete and flushed before it appears under its name.
pub(super) fn backup(from: &Path, to: &Path) -> Result<(), StoreError> {
    let failed =
        |what: &dyn std::fmt::Display| StoreError::Backup { detail: format!("{}: {what}", to.display()) };
    if to.exists() {
        return Err(failed(&"there is a file of that name already; name a new one"));
    }
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    if partial.exists() {
        std::fs::remove_file(partial).map_err(|error| failed(&error))?;
    }
    create_private(partial).map_err(|error| failed(&error))?;
    let source = connect(from, false)?;
    // Its reads are of one snapshot; query_only would forbid writing the copy.
    source.pragma_update(None, "query_only", false).map_err(|error| failed(&error))?;
    let name = partial.to_str().ok_or_else(|| failed(&"the name is not UTF-8"))?;
    let copied = source.execute("VACUUM INTO ?1", [name]).map_err(|error| failed(&error)).and_then(|_| {
        let flush = || -> std::io::Result<()> {
            std::fs::File::open(partial)?.sync_all()?;
            std::fs::rename(partial, to)?;
            let folder =
                to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            std::fs::File::open(folder)?.sync_all()
        };
        flush().map_err(|error| failed(&error))
    });
    if copied.is_err() {
        // Best effort: the failure itself is what the caller must hear.
        drop(std::fs::remove_file(partial));
    }
    copied
}
