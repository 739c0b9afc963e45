//! One PostgreSQL connection, driven by the thread that uses it: [`Session`] for PostgreSQL.
//!
//! The thread polls the connection itself while it waits, so a statement costs one write and one read and no hand-over
//! to another thread. What need not be waited for (`BEGIN`, [`Session::later`], then `COMMIT`) is put into the send
//! buffer and collected afterwards: a transaction without reads is one round trip.

use std::collections::{HashMap, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::TryStreamExt;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Error, Socket};

use super::Engine;
use super::postgres_tls::Encrypted;
use super::postgres_url::Way;
use super::postgres_values::{can_read, can_write, describe, translate};
use super::statement::Statement;
use super::tx::Session;
use super::value::{Row, Value};
use crate::StoreError;

static LOCK: Statement = Statement::new("store::locks::take", "SELECT pg_advisory_xact_lock($1)");

type Connection = tokio_postgres::Connection<Socket, Encrypted>;
type Sent = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

pub(super) struct PostgresSession<'r> {
    runtime: &'r Runtime,
    client: Arc<Client>,
    /// None once the connection has ended; dropping it is what wakes everything that waits for its answers.
    connection: Option<Connection>,
    prepared: HashMap<(usize, usize), tokio_postgres::Statement>,
    pending: VecDeque<(&'static str, Sent)>,
}

impl<'r> PostgresSession<'r> {
    pub(super) fn connect(runtime: &'r Runtime, way: &Way) -> Result<Self, StoreError> {
        let (client, connection) = runtime
            .block_on(way.config.connect(way.tls.clone()))
            .map_err(|error| StoreError::Unreachable { detail: describe(&error) })?;
        Ok(Self {
            runtime,
            client: Arc::new(client),
            connection: Some(connection),
            prepared: HashMap::new(),
            pending: VecDeque::new(),
        })
    }

    /// Looks at the socket without waiting: false when the server has closed it meanwhile.
    pub(super) fn is_alive(&mut self) -> bool {
        // The yield is what makes the runtime ask the operating system about the socket; the poll then reads it.
        self.runtime.block_on(tokio::task::yield_now());
        let connection = &mut self.connection;
        self.runtime.block_on(poll_fn(|context| {
            poll_connection(connection, context);
            Poll::Ready(())
        }));
        self.connection.is_some()
    }

    /// Waits for one answer, driving the connection meanwhile.
    fn wait<F: Future>(&mut self, answer: F) -> F::Output {
        let mut answer = pin!(answer);
        let connection = &mut self.connection;
        self.runtime.block_on(poll_fn(|context| {
            if let Poll::Ready(done) = answer.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            poll_connection(connection, context);
            answer.as_mut().poll(context)
        }))
    }

    /// Puts a request into the send buffer without waiting for its answer.
    fn send(
        &mut self,
        name: &'static str,
        request: impl Future<Output = Result<(), Error>> + 'static,
    ) -> Result<(), StoreError> {
        let mut request: Sent = Box::pin(request);
        // The first poll sends the request. Later waits poll again, with a waker of their own.
        match request.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer.map_err(|error| translate(name, &error)),
            Poll::Pending => {
                self.pending.push_back((name, request));
                Ok(())
            }
        }
    }

    /// Sends one of the engine's own commands (BEGIN, COMMIT ...), unanswered as yet.
    pub(super) fn control(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let client = Arc::clone(&self.client);
        self.send(sql, async move { client.batch_execute(sql).await })
    }

    /// Collects the answers to everything sent so far; the first failure is the cause of the others.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        let mut first = Ok(());
        while let Some((name, request)) = self.pending.pop_front() {
            let answer = self.wait(request).map_err(|error| translate(name, &error));
            if first.is_ok() {
                first = answer;
            }
        }
        first
    }

    /// Returns the outcome of a statement, unless one sent before it failed: that one is the cause.
    fn after_pending<T>(&mut self, name: &'static str, answer: Result<T, Error>) -> Result<T, StoreError> {
        self.settle()?;
        answer.map_err(|error| translate(name, &error))
    }

    fn prepared(&mut self, s: &'static Statement) -> Result<tokio_postgres::Statement, StoreError> {
        if let Some(found) = self.prepared.get(&s.key()) {
            return Ok(found.clone());
        }
        let client = Arc::clone(&self.client);
        let text = s.text(Engine::Postgres);
        let answer = self.wait(async move { client.prepare(&text).await });
        let prepared = self.after_pending(s.name, answer)?;
        self.prepared.insert(s.key(), prepared.clone());
        Ok(prepared)
    }
}

/// Sends and receives what can be without waiting, and drops the connection once it has ended.
fn poll_connection(connection: &mut Option<Connection>, context: &mut Context<'_>) {
    if let Some(running) = connection.as_mut()
        && Pin::new(running).poll(context).is_ready()
    {
        *connection = None;
    }
}

fn count_params(s: &'static Statement, wanted: usize, given: usize) -> Result<(), StoreError> {
    if wanted == given {
        return Ok(());
    }
    Err(StoreError::Sql {
        statement: s.name,
        detail: format!("it has {wanted} parameters and was given {given}"),
    })
}

impl Session for PostgresSession<'_> {
    fn query(&mut self, s: &'static Statement, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepared(s)?;
        count_params(s, prepared.params().len(), params.len())?;
        let client = Arc::clone(&self.client);
        let answer = self.wait(async move {
            client.query_raw(&prepared, params).await?.try_collect::<Vec<tokio_postgres::Row>>().await
        });
        let rows = self.after_pending(s.name, answer)?;
        rows.iter()
            .map(|row| {
                (0..row.len())
                    .map(|column| {
                        row.try_get(column).map_err(|_| StoreError::Corrupt { statement: s.name, column })
                    })
                    .collect::<Result<_, _>>()
                    .map(|values| Row::new(s.name, values))
            })
            .collect()
    }

    fn execute(&mut self, s: &'static Statement, params: &[Value]) -> Result<u64, StoreError> {
        let prepared = self.prepared(s)?;
        count_params(s, prepared.params().len(), params.len())?;
        let client = Arc::clone(&self.client);
        let answer = self.wait(async move { client.execute_raw(&prepared, params).await });
        self.after_pending(s.name, answer)
    }

    fn later(&mut self, s: &'static Statement, params: Vec<Value>) -> Result<(), StoreError> {
        let prepared = self.prepared(s)?;
        count_params(s, prepared.params().len(), params.len())?;
        let client = Arc::clone(&self.client);
        self.send(s.name, async move { client.execute_raw(&prepared, &params).await.map(drop) })
    }

    /// Travels with the next statement, which begins when the lock is held and sees what was committed by then.
    fn lock(&mut self, key: i64) -> Result<(), StoreError> {
        self.later(&LOCK, vec![Value::Int(key)])
    }

    fn script(&mut self, name: &'static str, sql: &str) -> Result<(), StoreError> {
        let client = Arc::clone(&self.client);
        let answer = self.wait(async move { client.batch_execute(sql).await });
        self.after_pending(name, answer)
    }

    fn check(&mut self, s: &'static Statement) -> Result<(), StoreError> {
        let prepared = self.prepared(s)?;
        let params = prepared
            .params()
            .iter()
            .filter(|ty| !can_write(ty))
            .map(|ty| format!("a parameter of type {ty}"));
        let columns = prepared.columns().iter().filter(|column| !can_read(column.type_()));
        let columns = columns.map(|column| format!("column {} of type {}", column.name(), column.type_()));
        match params.chain(columns).next() {
            None => s.check_width(prepared.columns().len()),
            Some(odd) => {
                let detail = format!("{odd}: cast it to BIGINT, TEXT or BYTEA");
                Err(StoreError::Sql { statement: s.name, detail })
            }
        }
    }
}

/// How a transaction was ended, for the decision whether the connection can be used again.
pub(super) struct Ended {
    pub(super) fate: Result<(), StoreError>,
    pub(super) usable: bool,
}

impl PostgresSession<'_> {
    /// Commits, together with everything still unanswered.
    pub(super) fn commit(&mut self) -> Ended {
        let sent = self.control("COMMIT");
        let answered = self.settle();
        let usable = self.connection.is_some();
        // COMMIT of a transaction in which a pending statement failed is a rollback, and `answered` says what failed.
        // Broken before the command was sent: nothing was done. After: unknown.
        let fate = match (sent, answered) {
            (Err(unsent), _) => Err(unsent),
            (Ok(()), Err(StoreError::Unreachable { .. })) => Err(StoreError::Lost),
            (Ok(()), answered) => answered,
        };
        Ended { fate, usable }
    }

    /// Rolls back. Failures of what was pending no longer matter.
    pub(super) fn roll_back(&mut self) -> Ended {
        let sent = self.control("ROLLBACK");
        // The transaction may have failed already, so earlier answers are not read.
        while self.pending.len() > 1 {
            if let Some((_, request)) = self.pending.pop_front() {
                drop(self.wait(request));
            }
        }
        let answered = self.settle();
        let usable = sent.is_ok() && answered.is_ok() && self.connection.is_some();
        Ended { fate: Ok(()), usable }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_parameters_that_differs_is_an_error_on_this_engine_too() {
        static S: Statement = Statement::new("s", "");
        assert!(count_params(&S, 2, 2).is_ok());
        assert!(matches!(count_params(&S, 2, 1), Err(StoreError::Sql { statement: "s", .. })));
    }
}
