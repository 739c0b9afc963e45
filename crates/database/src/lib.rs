//! Runs closures as transactions on SQLite or PostgreSQL.
//!
//! A use case hands over one closure; it runs from BEGIN to COMMIT on a database thread, with plain synchronous calls.
//! That is one hand-over per transaction instead of one per statement, which on SQLite is worth several times the
//! throughput, and it leaves no way to hold a transaction open across a network wait.
//!
//! Not here: what the tables mean (`store`), and any retry (see [`StoreError`]).

mod columns;
mod error;
mod job;
mod migrate;
mod postgres;
mod postgres_session;
mod postgres_tls;
mod postgres_url;
mod postgres_values;
mod queue;
mod row;
mod sqlite;
mod sqlite_session;
mod statement;
mod tx;
mod value;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use domain::Secret;

pub use columns::{FromColumns, ToValues, width_of};
pub use postgres_tls::{PostgresTls, SslMode};
pub use statement::{Query, Statement, as_text, write_out};
pub use tx::Tx;
pub use value::{Row, Value, id};

pub use error::StoreError;
use job::{Mode, Reply, work_for};
pub use migrate::{Applied, Migration};
use queue::Queue;

/// The statements by which the schema is brought up to date: a test prepares each on both engines.
pub const STATEMENTS: &[&Statement] = migrate::ALL;

/// The most transactions that may wait for a database thread; beyond it callers get [`StoreError::Busy`].
const QUEUE_LIMIT: usize = 4096;

/// Which database, and how much of it to use.
#[derive(Debug, Clone)]
pub enum StoreConfig {
    /// One file on this machine.
    Sqlite {
        /// The database file; made when absent.
        path: PathBuf,
        /// Threads that read beside the one writer; at least 1.
        readers: usize,
    },
    /// A PostgreSQL server, 15 or later.
    Postgres {
        /// `postgresql://user:password@host/database`, or libpq's `host=.. user=.. dbname=..` words.
        url: Secret<String>,
        /// Connections, which is how many transactions run at once; at least 1.
        connections: usize,
        /// How the connections are protected.
        tls: PostgresTls,
    },
}

/// What a look at the database's own structure came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Soundness {
    /// Nothing is wrong with it.
    Sound,
    /// What is wrong, the first few.
    Damaged(Vec<String>),
    /// The server looks after its pages itself.
    Server {
        /// Whether it keeps checksums of them, without which it cannot tell a page that was damaged.
        checksums: bool,
    },
}

/// The database engine in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, in one file.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl StoreConfig {
    /// Looks at what is configured without connecting: the address and the authorities' file.
    ///
    /// # Errors
    /// What cannot be used, by name.
    pub fn check(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { .. } => Ok(()),
            Self::Postgres { url, tls, .. } => postgres_url::read(url, tls).map(drop),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// An open database. Clones share it; the last one to go finishes what was accepted and joins the threads.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    /// SQLite's file.
    path: Option<PathBuf>,
    writes: Arc<Queue>,
    /// The same queue as `writes` on PostgreSQL.
    reads: Arc<Queue>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Store {
    /// Opens the database and starts its threads. The schema is not touched: see [`Store::migrate`].
    ///
    /// # Errors
    /// `Open` when the file or the server cannot be used as configured.
    pub fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let writes = Arc::new(Queue::new(QUEUE_LIMIT));
        let (engine, path, reads) = match config {
            StoreConfig::Sqlite { path, .. } => {
                (Engine::Sqlite, Some(path.clone()), Arc::new(Queue::new(QUEUE_LIMIT)))
            }
            StoreConfig::Postgres { .. } => (Engine::Postgres, None, Arc::clone(&writes)),
        };
        let started = match config {
            StoreConfig::Sqlite { path, readers } => sqlite::start(path, *readers, &writes, &reads),
            StoreConfig::Postgres { url, connections, tls } => {
                postgres_url::read(url, tls).and_then(|way| postgres::start(&way, *connections, &writes))
            }
        };
        let inner = |threads| Inner { engine, path, writes, reads, threads: Mutex::new(threads) };
        // On failure the empty shell is dropped, which closes the queues and so ends the threads that did start.
        match started {
            Ok(threads) => Ok(Self { inner: Arc::new(inner(threads)) }),
            Err(error) => {
                drop(inner(Vec::new()));
                Err(error)
            }
        }
    }

    fn submit<T, E>(
        &self,
        mode: Mode,
        closure: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Reply<T, E>, StoreError>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (work, reply) = work_for(mode, closure);
        match mode {
            Mode::Read => self.inner.reads.push(work)?,
            Mode::Write => self.inner.writes.push(work)?,
        }
        Ok(reply)
    }

    /// Runs a closure as one transaction and returns when its COMMIT is durable. Dropping the future does not stop
    /// work that was accepted.
    ///
    /// On SQLite the closure shares its commit with others but not its fate: its own error undoes its own work only.
    ///
    /// # Errors
    /// The closure's own, or a [`StoreError`] from the transaction itself; see there what each says about the outcome.
    pub async fn write<T, E>(
        &self,
        closure: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(Mode::Write, closure)?.wait().await
    }

    /// Runs a closure on one read-only snapshot; a statement that writes is refused.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn read<T, E>(
        &self,
        closure: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(Mode::Read, closure)?.wait().await
    }

    /// Calls [`Store::write`] for the command line, which has no runtime: blocks the calling thread. Never call it from
    /// inside a transaction: it would wait for itself.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<T, E>(
        &self,
        closure: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(Mode::Write, closure)?.wait_blocking()
    }

    /// Calls [`Store::read`] for the command line; see [`Store::write_blocking`].
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn read_blocking<T, E>(
        &self,
        closure: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(Mode::Read, closure)?.wait_blocking()
    }

    /// Returns the engine in use.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// Prepares statements on this engine without running them, looking at parameter and column types.
    ///
    /// # Errors
    /// The first statement that the engine refuses.
    pub fn check(&self, statements: Vec<&'static Statement>) -> Result<(), StoreError> {
        self.read_blocking(move |tx| statements.into_iter().try_for_each(|statement| tx.check(statement)))
    }

    /// Writes a consistent copy of the database beside running work (SQLite). Blocks for as long as copying takes;
    /// the file appears under its name only when it is complete and flushed, readable by its owner alone.
    ///
    /// # Errors
    /// `Backup` when the file exists or cannot be written; `Unsupported` on PostgreSQL, which has tools of its own.
    pub fn backup_to(&self, path: &Path) -> Result<(), StoreError> {
        match &self.inner.path {
            Some(from) => sqlite::backup(from, path),
            None => Err(StoreError::Unsupported {
                engine: self.inner.engine,
                advice: "use pg_dump --format=custom, or the server's own continuous archiving",
            }),
        }
    }

    /// Looks at the database's own structure: quickly, or `whole` with every index compared. Blocks; takes seconds for each
    /// gigabyte.
    ///
    /// # Errors
    /// Where it cannot be looked at at all.
    pub fn examine(&self, whole: bool) -> Result<Soundness, StoreError> {
        match &self.inner.path {
            Some(path) => sqlite::examine(path, whole),
            None => self.read_blocking(|tx| {
                let row = tx.one(&postgres::CHECKSUMS, &[])?;
                Ok(Soundness::Server {
                    checksums: row.is_some_and(|row| row.text(0).is_ok_and(|set| set == "on")),
                })
            }),
        }
    }

    /// Accepts nothing more from any clone, finishes what was accepted, and waits until the threads are gone.
    pub async fn close(self) {
        let inner = Arc::clone(&self.inner);
        drop(self);
        // Joining blocks, so not on the runtime's own threads. An error would mean that the join itself panicked.
        drop(tokio::task::spawn_blocking(move || inner.shut()).await);
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.inner.engine)
    }
}

impl Inner {
    fn shut(&self) {
        self.writes.close();
        self.reads.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let me = std::thread::current().id();
        for thread in threads {
            // A closure may have held the last clone: a thread cannot wait for itself.
            if thread.thread().id() != me && thread.join().is_err() {
                tracing::error!("a database thread ended by a panic");
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shut();
    }
}
