//! Values on PostgreSQL's wire, and its errors in the store's words.

use std::error::Error as StdError;

use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::value::Value;
use crate::StoreError;

type Problem = Box<dyn StdError + Sync + Send>;

/// Types that a column of an answer may have; `sum(bigint)` is NUMERIC and must be cast to BIGINT.
pub(super) fn can_read(ty: &Type) -> bool {
    is_int(ty) || is_text(ty) || *ty == Type::BYTEA || *ty == Type::BOOL
}

/// Types that a parameter may have.
pub(super) fn can_write(ty: &Type) -> bool {
    can_read(ty)
}

fn is_int(ty: &Type) -> bool {
    [Type::INT8, Type::INT4, Type::INT2].contains(ty)
}

fn is_text(ty: &Type) -> bool {
    [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME, Type::UNKNOWN].contains(ty)
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Problem> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) => match *ty {
                Type::INT8 => number.to_sql(ty, out),
                Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*number)?.to_sql(ty, out),
                Type::BOOL => (*number != 0).to_sql(ty, out),
                _ => Err(format!("a number was given for a parameter of type {ty}").into()),
            },
            Self::Text(text) if is_text(ty) => text.to_sql(ty, out),
            Self::Text(_) => Err(format!("text was given for a parameter of type {ty}").into()),
            Self::Bytes(bytes) if *ty == Type::BYTEA => bytes.to_sql(ty, out),
            Self::Bytes(_) => Err(format!("bytes were given for a parameter of type {ty}").into()),
        }
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Problem> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Self::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(Self::from),
            Type::INT2 => i16::from_sql(ty, raw).map(|number| Self::Int(number.into())),
            Type::BOOL => bool::from_sql(ty, raw).map(Self::from),
            Type::BYTEA => Ok(Self::Bytes(raw.to_vec())),
            _ if is_text(ty) => String::from_sql(ty, raw).map(Self::Text),
            _ => Err(format!("a column of type {ty} must be cast to BIGINT, TEXT or BYTEA").into()),
        }
    }

    fn from_sql_null(_ty: &Type) -> Result<Self, Problem> {
        Ok(Self::Null)
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }
}

/// Returns whether the connection, not the statement, is what failed.
pub(super) fn connection_broke(error: &tokio_postgres::Error) -> bool {
    if let Some(code) = error.code() {
        return [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ]
        .contains(code);
    }
    error.is_closed() || StdError::source(error).is_some_and(|cause| cause.is::<std::io::Error>())
}

/// Translates PostgreSQL's error; leaves out its DETAIL line, which quotes values.
pub(super) fn translate(statement: &'static str, error: &tokio_postgres::Error) -> StoreError {
    if connection_broke(error) {
        return StoreError::Unreachable { detail: describe(error) };
    }
    let Some(refusal) = error.as_db_error() else {
        return StoreError::Sql { statement, detail: describe(error) };
    };
    let rule = || refusal.constraint().or(refusal.column()).unwrap_or("rule").to_owned();
    let code = refusal.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        StoreError::Duplicate { statement, constraint: rule() }
    } else if *code == SqlState::FOREIGN_KEY_VIOLATION {
        StoreError::Reference { statement }
    } else if *code == SqlState::CHECK_VIOLATION || *code == SqlState::NOT_NULL_VIOLATION {
        StoreError::Refused { statement, rule: rule() }
    } else if [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
    ]
    .contains(code)
    {
        StoreError::Conflict { statement }
    } else {
        StoreError::Sql { statement, detail: format!("{} ({})", refusal.message(), code.code()) }
    }
}

/// Returns the error with its cause: the outer message alone says no more than "db error".
pub(super) fn describe(error: &tokio_postgres::Error) -> String {
    if let Some(refusal) = error.as_db_error() {
        return refusal.message().to_owned();
    }
    StdError::source(error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
