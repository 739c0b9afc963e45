//! A transaction as a closure sees it, and what an engine must be able to do for it.

use super::statement::{Query, Statement};
use super::value::{Row, Value};
use crate::{FromColumns, StoreError};

/// What both engines do: the only arrow from [`Tx`] to a driver.
pub(super) trait Session {
    fn query(&mut self, statement: &'static Statement, params: &[Value]) -> Result<Vec<Row>, StoreError>;
    fn execute(&mut self, statement: &'static Statement, params: &[Value]) -> Result<u64, StoreError>;
    fn later(&mut self, statement: &'static Statement, params: Vec<Value>) -> Result<(), StoreError>;
    /// Waits until no other transaction holds the lock of that number, and holds it until this one ends.
    fn lock(&mut self, key: i64) -> Result<(), StoreError>;
    /// Runs a script of several statements without parameters: migrations only.
    fn script(&mut self, name: &'static str, sql: &str) -> Result<(), StoreError>;
    /// Prepares without running, and looks at the types.
    fn check(&mut self, statement: &'static Statement) -> Result<(), StoreError>;
}

/// One open transaction. What the closure returns decides: `Ok` commits, `Err` rolls back.
///
/// A statement that fails ends the whole transaction, also when its error is caught: PostgreSQL works like that, so
/// SQLite is made to. To find out whether a row exists, ask (`SELECT`, `ON CONFLICT DO NOTHING`) rather than try.
pub struct Tx<'a> {
    session: &'a mut dyn Session,
    failure: Option<StoreError>,
}

impl<'a> Tx<'a> {
    pub(super) fn new(session: &'a mut dyn Session) -> Self {
        Self { session, failure: None }
    }

    /// Returns the first statement that failed, if any.
    pub(super) fn into_failure(self) -> Option<StoreError> {
        self.failure
    }

    fn run<R>(
        &mut self,
        name: &'static str,
        step: impl FnOnce(&mut dyn Session) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        if self.failure.is_some() {
            return Err(StoreError::Aborted { statement: name });
        }
        step(self.session).inspect_err(|error| self.failure = Some(error.clone()))
    }

    /// Runs a statement and returns every row of its answer; the statement bounds how many there can be.
    ///
    /// # Errors
    /// What the database refused; the transaction can then only be rolled back.
    pub fn query(&mut self, statement: &'static Statement, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.run(statement.name, |session| session.query(statement, params))
    }

    /// Runs a statement whose answer is one row or none.
    ///
    /// # Errors
    /// As [`Tx::query`], and `TooMany` when there are several rows.
    pub fn one(
        &mut self,
        statement: &'static Statement,
        params: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        let mut rows = self.query(statement, params)?;
        if rows.len() > 1 {
            return Err(StoreError::TooMany { statement: statement.name });
        }
        Ok(rows.pop())
    }

    /// Runs a statement and returns its answer, each row read as what the statement says that it is.
    ///
    /// # Errors
    /// As [`Tx::query`], and `Corrupt` when a column holds something else.
    pub fn rows<T: FromColumns>(
        &mut self,
        query: &'static Query<T>,
        params: &[Value],
    ) -> Result<Vec<T>, StoreError> {
        self.query(query, params)?.iter().map(|row| T::read(row, 0)).collect()
    }

    /// Runs a statement whose answer is one row or none, and reads it as [`Tx::rows`] does.
    ///
    /// # Errors
    /// As [`Tx::one`], and `Corrupt` when a column holds something else.
    pub fn row<T: FromColumns>(
        &mut self,
        query: &'static Query<T>,
        params: &[Value],
    ) -> Result<Option<T>, StoreError> {
        self.one(query, params)?.map(|row| T::read(&row, 0)).transpose()
    }

    /// Runs a statement and returns how many rows it changed.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn execute(&mut self, statement: &'static Statement, params: &[Value]) -> Result<u64, StoreError> {
        self.run(statement.name, |session| session.execute(statement, params))
    }

    /// Runs a statement whose result nobody needs. On PostgreSQL it travels together with the next query or the
    /// COMMIT, which saves a round trip, and its failure shows there; on SQLite it runs at once.
    ///
    /// # Errors
    /// As [`Tx::query`], though perhaps only at a later statement or at the end of the transaction.
    pub fn later(&mut self, statement: &'static Statement, params: Vec<Value>) -> Result<(), StoreError> {
        self.run(statement.name, |session| session.later(statement, params))
    }

    /// Takes a lock: the caller says what the number stands for.
    pub fn lock(&mut self, key: i64) -> Result<(), StoreError> {
        self.run("store::locks::take", |session| session.lock(key))
    }

    /// Runs a script of several statements, without parameters.
    ///
    /// # Errors
    /// What the database says.
    pub fn script(&mut self, name: &'static str, sql: &str) -> Result<(), StoreError> {
        self.run(name, |session| session.script(name, sql))
    }

    /// Prepares a statement without running it.
    ///
    /// # Errors
    /// What the database says of it.
    pub fn check(&mut self, statement: &'static Statement) -> Result<(), StoreError> {
        self.run(statement.name, |session| session.check(statement))
    }
}
