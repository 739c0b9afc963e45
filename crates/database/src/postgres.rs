//! PostgreSQL: worker threads with one connection each, taking transactions from one queue.
//!
//! Every transaction is one of the server's own (READ COMMITTED for writing, a REPEATABLE READ snapshot for reading).
//! Nothing is run twice: a closure can be called once only, so a deadlock or a lost connection is the caller's to
//! handle, with an error that says whether anything was done. A worker whose connection broke makes a new one for the
//! next transaction.
//!
//! Not here: where the server is and how the way there is protected (see `postgres_url`), and grouping as on SQLite. PostgreSQL
//! flushes concurrent commits together by
//! itself. Running eight transactions as savepoints of one was tried on a busy machine, whose figures swung too much to
//! settle what it gains (perhaps a half on bare writes). It was left out for what it costs: each would hold its row
//! locks until the last is done, which turns orders of locking that are harmless one by one into deadlocks.

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use super::job::{Mode, Work};
use super::postgres_session::PostgresSession;
use super::postgres_url::Way;
use super::queue::{AbandonOnPanic, Queue};
use super::statement::Statement;
use crate::StoreError;
use tokio::runtime::{Builder, Runtime};

pub(super) static CHECKSUMS: Statement =
    Statement::new("store::examine", "SELECT current_setting('data_checksums')");

/// Connects `connections` times and starts as many threads; the first failure is the answer, and the caller then closes
/// the queue, which ends the others.
pub(super) fn start(
    way: &Way,
    connections: usize,
    queue: &Arc<Queue>,
) -> Result<Vec<JoinHandle<()>>, StoreError> {
    let (report, reports) = mpsc::channel();
    let mut threads = Vec::with_capacity(connections);
    for _ in 0..connections.max(1) {
        let (way, queue, report) = (way.clone(), Arc::clone(queue), report.clone());
        let thread = std::thread::Builder::new().name("store-postgres".to_owned()).spawn(move || {
            let _guard = AbandonOnPanic(&queue);
            run_worker(&way, &queue, report);
        });
        threads.push(
            thread.map_err(|error| StoreError::Open {
                detail: format!("no thread for the database: {error}"),
            })?,
        );
    }
    drop(report);
    for outcome in reports {
        outcome.map_err(|error| StoreError::Open { detail: error.to_string() })?;
    }
    Ok(threads)
}

fn run_worker(way: &Way, queue: &Queue, report: mpsc::Sender<Result<(), StoreError>>) {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            drop(report.send(Err(StoreError::Open { detail: error.to_string() })));
            return;
        }
    };
    let first = PostgresSession::connect(&runtime, way);
    let told = report.send(first.as_ref().map(drop).map_err(Clone::clone));
    // The opener counts reports until every sender is gone.
    drop(report);
    if told.is_err() {
        return;
    }
    let mut session = first.ok();
    let mut batch = Vec::with_capacity(1);
    while queue.take(&mut batch, 1) {
        for work in batch.drain(..) {
            session = serve(&runtime, way, session.take(), work);
        }
    }
}

/// Runs one transaction, on a new connection where the old one is gone, and hands back a connection fit for the next.
fn serve<'r>(
    runtime: &'r Runtime,
    way: &Way,
    session: Option<PostgresSession<'r>>,
    mut work: Work,
) -> Option<PostgresSession<'r>> {
    // The server may have closed it while nobody used it.
    let alive = session.and_then(|mut session| session.is_alive().then_some(session));
    let mut session = match alive.map_or_else(|| PostgresSession::connect(runtime, way), Ok) {
        Ok(session) => session,
        Err(error) => {
            tracing::warn!(%error, "no connection to PostgreSQL");
            work.job.finish(Err(error));
            return None;
        }
    };
    let begin = match work.mode {
        Mode::Write => "BEGIN",
        Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    if let Err(error) = session.control(begin) {
        work.job.finish(Err(error));
        return None;
    }
    let ended = if work.job.run(&mut session) { session.commit() } else { session.roll_back() };
    work.job.finish(ended.fate);
    if ended.usable { Some(session) } else { None }
}
