//! Small helpers that the table modules share.

use domain::Force;

use crate::{Row, Statement, StoreError, Tx, Value};

/// Returns the word for a scope in a WHERE: empty for every force.
pub(crate) fn force_word(force: Option<Force>) -> Value {
    force.as_ref().map_or("", Force::as_str).into()
}

/// Returns a pattern that finds the text anywhere, in lower case; empty stays empty. What LIKE would read as a wildcard is
/// taken out: the two engines escape differently.
pub(crate) fn like(search: &str) -> Value {
    let plain: String =
        search.trim().to_lowercase().chars().filter(|c| !matches!(c, '%' | '_' | '\\')).take(80).collect();
    if plain.is_empty() { "".into() } else { format!("%{plain}%").into() }
}

/// Returns whether a column holds anything.
pub(crate) fn is_set(row: &Row, at: usize) -> Result<bool, StoreError> {
    Ok(!row.is_null(at)?)
}

/// Returns the number that a `SELECT count(*)` gives.
pub(crate) fn single_count(
    tx: &mut Tx<'_>,
    statement: &'static Statement,
    params: &[Value],
) -> Result<i64, StoreError> {
    tx.one(statement, params)?.map_or(Ok(0), |row| row.int(0))
}
