//! What can go wrong between a use case and the database, in words that say what to do next.
//!
//! Messages name statements, never the values bound to them: those may be personal data. For the same reason
//! PostgreSQL's `DETAIL` lines, which quote rows, are dropped.

use crate::Engine;

/// A failure of the store. `Clone`, because one failed COMMIT is reported to every closure of its group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The queue is full: more work arrives than the database finishes. Nothing was done.
    #[error("the database has more work waiting than it accepts; try again in a moment")]
    Busy,
    /// The store was closed, or its worker is gone. Nothing was done.
    #[error("the store is closed; restart the service")]
    Closed,
    /// The closure panicked. Its transaction was rolled back; the writer goes on.
    #[error("a transaction panicked and was rolled back; the log names the place")]
    Panicked,
    /// A conflict with another transaction (deadlock, lock time-out, serialisation). Nothing was done; the
    /// caller may run its use case again.
    #[error("{statement} met another transaction and was rolled back; try again")]
    Conflict {
        /// The statement that noticed.
        statement: &'static str,
    },
    /// A row with this key is there already.
    #[error("{statement}: there is already a row with the same {constraint}")]
    Duplicate {
        /// The statement.
        statement: &'static str,
        /// The columns (SQLite) or the constraint's name (PostgreSQL).
        constraint: String,
    },
    /// A row refers to one that is not there, or is still referred to.
    #[error("{statement}: it refers to a row that does not exist, or removes one that is still referred to")]
    Reference {
        /// The statement.
        statement: &'static str,
    },
    /// A CHECK or NOT NULL rule of the schema refused the row.
    #[error("{statement}: the schema refuses the row: {rule}")]
    Refused {
        /// The statement.
        statement: &'static str,
        /// The rule that refused.
        rule: String,
    },
    /// A stored value is not of the kind that the reader expects.
    #[error(
        "column {column} of {statement} holds a value that cannot be read; check the database's integrity"
    )]
    Corrupt {
        /// The statement that returned it.
        statement: &'static str,
        /// Which column, counted from 0.
        column: usize,
    },
    /// More rows than the one that was asked for.
    #[error(
        "{statement} found more than one row where there can be only one; check the database's integrity"
    )]
    TooMany {
        /// The statement.
        statement: &'static str,
    },
    /// An earlier statement failed, so the transaction can only be rolled back: both engines keep to this rule.
    #[error("{statement} was not run because an earlier statement of its transaction failed")]
    Aborted {
        /// The statement that was not run.
        statement: &'static str,
    },
    /// The connection broke while COMMIT was under way. **The outcome is unknown**: the work may or may not be
    /// there. Only an idempotent use case may simply be run again; anything else must look first.
    #[error("the connection to the database broke during COMMIT; whether the work was saved is unknown")]
    Lost,
    /// No connection, or it broke before COMMIT was sent. Nothing was done.
    #[error("the database cannot be reached: {detail}; check that it runs and accepts connections")]
    Unreachable {
        /// What the connection said.
        detail: String,
    },
    /// The database refused a statement for any other reason.
    #[error("{statement} failed: {detail}")]
    Sql {
        /// The statement.
        statement: &'static str,
        /// What the database said, without values.
        detail: String,
    },
    /// A value could not be turned into what a column keeps (JSON, a whole number in range).
    #[error("{column} cannot keep this value: {detail}")]
    Encode {
        /// Table and column.
        column: &'static str,
        /// What the encoder said.
        detail: String,
    },
    /// The database could not be opened.
    #[error("cannot open the database: {detail}")]
    Open {
        /// What is wrong and what to do.
        detail: String,
    },
    /// The schema cannot be brought up to date.
    #[error("the database schema cannot be migrated: {detail}")]
    Migration {
        /// What is wrong and what to do.
        detail: String,
    },
    /// A backup could not be taken.
    #[error("the backup failed: {detail}")]
    Backup {
        /// What is wrong and what to do.
        detail: String,
    },
    /// This engine does not do that.
    #[error("not with {engine}: {advice}")]
    Unsupported {
        /// The engine.
        engine: Engine,
        /// What to do instead.
        advice: &'static str,
    },
}

impl StoreError {
    /// Makes the error for a value that `column` (`table.column`) cannot hold.
    pub fn encode(column: &'static str, error: &dyn std::error::Error) -> Self {
        Self::Encode { column, detail: error.to_string() }
    }

    /// Returns whether the very same work may be submitted again without looking first: nothing of it was done.
    #[must_use]
    pub const fn is_safe_to_retry(&self) -> bool {
        matches!(self, Self::Busy | Self::Conflict { .. } | Self::Unreachable { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_outcome_is_never_offered_for_a_blind_retry() {
        assert!(!StoreError::Lost.is_safe_to_retry());
        assert!(StoreError::Busy.is_safe_to_retry());
        assert!(StoreError::Conflict { statement: "x" }.is_safe_to_retry());
    }
}
