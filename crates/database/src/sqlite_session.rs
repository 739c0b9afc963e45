//! One SQLite connection with its prepared statements: [`Session`] for SQLite, and the mapping of its errors.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ffi};

use super::Engine;
use super::statement::Statement;
use super::tx::Session;
use super::value::{Row, Value};
use crate::StoreError;

pub(super) struct SqliteSession<'conn> {
    connection: &'conn Connection,
    prepared: HashMap<(usize, usize), Prepared<'conn>>,
}

struct Prepared<'conn> {
    statement: rusqlite::Statement<'conn>,
    /// For each of SQLite's parameter slots, in order, which `$N` it is (from 0). SQLite takes `$1` for a *name* and
    /// numbers names by first appearance, so `$2 .. $1` would be bound the wrong way round without this.
    order: Vec<usize>,
}

impl<'conn> SqliteSession<'conn> {
    pub(super) fn new(connection: &'conn Connection) -> Self {
        Self { connection, prepared: HashMap::new() }
    }

    /// Returns whether SQLite has rolled the whole transaction back by itself, as it does on a full disk.
    pub(super) fn transaction_is_gone(&self) -> bool {
        self.connection.is_autocommit()
    }

    /// Runs one of the engine's own statements (BEGIN, SAVEPOINT, COMMIT ...).
    pub(super) fn control(&mut self, statement: &'static Statement) -> Result<(), StoreError> {
        self.execute(statement, &[]).map(drop)
    }

    fn bind(
        &mut self,
        s: &'static Statement,
        params: &[Value],
    ) -> Result<&mut rusqlite::Statement<'conn>, StoreError> {
        let prepared = match self.prepared.entry(s.key()) {
            Entry::Occupied(found) => found.into_mut(),
            Entry::Vacant(space) => space.insert(prepare(self.connection, s)?),
        };
        let highest = prepared.order.iter().max().map_or(0, |last| last + 1);
        if highest != params.len() {
            let detail = format!("it has {highest} parameters and was given {}", params.len());
            return Err(StoreError::Sql { statement: s.name, detail });
        }
        for (slot, param) in (1..).zip(&prepared.order) {
            let value = params.get(*param).unwrap_or(&Value::Null);
            prepared.statement.raw_bind_parameter(slot, value).map_err(|error| translate(s.name, &error))?;
        }
        Ok(&mut prepared.statement)
    }
}

fn prepare<'conn>(
    connection: &'conn Connection,
    s: &'static Statement,
) -> Result<Prepared<'conn>, StoreError> {
    let statement = connection.prepare(&s.text(Engine::Sqlite)).map_err(|error| translate(s.name, &error))?;
    let order = (1..=statement.parameter_count())
        .map(|slot| {
            let number: Option<usize> = statement
                .parameter_name(slot)
                .and_then(|name| name.strip_prefix('$'))
                .and_then(|n| n.parse().ok());
            number.and_then(|number| number.checked_sub(1)).ok_or_else(|| StoreError::Sql {
                statement: s.name,
                detail: "parameters must be written $1, $2, ...".to_owned(),
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Prepared { statement, order })
}

impl Session for SqliteSession<'_> {
    fn query(&mut self, s: &'static Statement, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let statement = self.bind(s, params)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut answer = Vec::new();
        while let Some(row) = rows.next().map_err(|error| translate(s.name, &error))? {
            let values = (0..columns)
                .map(|column| match row.get_ref(column) {
                    Ok(value) => read(value).ok_or(StoreError::Corrupt { statement: s.name, column }),
                    Err(error) => Err(translate(s.name, &error)),
                })
                .collect::<Result<_, _>>()?;
            answer.push(Row::new(s.name, values));
        }
        Ok(answer)
    }

    fn execute(&mut self, s: &'static Statement, params: &[Value]) -> Result<u64, StoreError> {
        let statement = self.bind(s, params)?;
        let changed = statement.raw_execute().map_err(|error| translate(s.name, &error))?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    fn later(&mut self, s: &'static Statement, params: Vec<Value>) -> Result<(), StoreError> {
        self.execute(s, &params).map(drop)
    }

    /// Does nothing: SQLite has one writer, so no other transaction writes while this one does.
    fn lock(&mut self, _key: i64) -> Result<(), StoreError> {
        Ok(())
    }

    fn script(&mut self, name: &'static str, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(|error| translate(name, &error))
    }

    fn check(&mut self, s: &'static Statement) -> Result<(), StoreError> {
        s.check_width(prepare(self.connection, s)?.statement.column_count())
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn read(value: ValueRef<'_>) -> Option<Value> {
    match value {
        ValueRef::Null => Some(Value::Null),
        ValueRef::Integer(number) => Some(Value::Int(number)),
        ValueRef::Text(text) => std::str::from_utf8(text).ok().map(Value::from),
        ValueRef::Blob(bytes) => Some(Value::from(bytes)),
        ValueRef::Real(_) => None,
    }
}

/// Translates SQLite's error. Its messages name tables and columns, never values.
pub(super) fn translate(statement: &'static str, error: &rusqlite::Error) -> StoreError {
    let sql = |detail: String| StoreError::Sql { statement, detail };
    let rusqlite::Error::SqliteFailure(code, message) = error else { return sql(error.to_string()) };
    let message = message.clone().unwrap_or_else(|| code.to_string());
    // "UNIQUE constraint failed: device.serial" -> "device.serial"
    let after_colon = || message.split_once(": ").map_or(message.as_str(), |(_, rest)| rest).to_owned();
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            StoreError::Duplicate { statement, constraint: after_colon() }
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => StoreError::Reference { statement },
        ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_NOTNULL => {
            StoreError::Refused { statement, rule: after_colon() }
        }
        other => match other & 0xff {
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => StoreError::Conflict { statement },
            _ => sql(message),
        },
    }
}
