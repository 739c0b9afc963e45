//! Throw-away databases, empty, on either engine.

use std::future::Future;

use domain::Secret;
use store::{PostgresTls, StoreConfig};
use tempfile::TempDir;

use crate::Postgres;

/// An empty database. What it needs on disk goes away with it.
#[derive(Debug)]
pub struct Scratch {
    /// What `Store::open` wants.
    pub config: StoreConfig,
    _folder: Option<TempDir>,
}

/// Returns an empty SQLite database in a file of its own.
#[must_use]
pub fn scratch_sqlite() -> Scratch {
    let folder = tempfile::tempdir().expect("make a temporary folder");
    let config = StoreConfig::Sqlite { path: folder.path().join("lanyard.db"), readers: 2 };
    Scratch { config, _folder: Some(folder) }
}

/// Returns an empty database on this process's PostgreSQL; none, and a line saying so, where it is not installed.
#[must_use]
pub fn scratch_postgres() -> Option<Scratch> {
    let url = Secret::new(Postgres::shared()?.fresh_database());
    Some(Scratch {
        config: StoreConfig::Postgres { url, connections: 4, tls: PostgresTls::default() },
        _folder: None,
    })
}

/// Runs a test on an empty SQLite database, then on an empty PostgreSQL one where it is installed.
///
/// Use it from `tests/*.rs`; inside `src/` of the `store` crate itself the types would be another build's.
pub fn both_engines(test: impl Fn(StoreConfig)) {
    let sqlite = scratch_sqlite();
    test(sqlite.config.clone());
    if let Some(postgres) = scratch_postgres() {
        test(postgres.config.clone());
    }
}

/// Runs a future to its end on a runtime of its own.
pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("start a runtime")
        .block_on(future)
}
