//! What people said to the clauses that they are asked from time to time.

use domain::{ClauseId, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements};

row! {
    /// What a person said to one clause.
    pub struct Reminder {
        /// The clause.
        pub clause: ClauseId = "clause_id",
        /// When they last said yes.
        pub answered_at: Option<Timestamp>,
        /// Until when they asked to be left alone, where they said later.
        pub later_until: Option<Timestamp>,
    }
}

statements! {
    REMINDERS_OF: Reminder = "SELECT {columns} FROM clause_reminder WHERE person_id = $1 ORDER BY clause_id";
    REMINDER_PUT = "INSERT INTO clause_reminder (person_id, clause_id, answered_at, later_until) VALUES ($1, $2, $3, $4)
        ON CONFLICT (person_id, clause_id) DO UPDATE SET answered_at = excluded.answered_at, later_until = excluded.later_until";
}

/// Returns everything that a person has said.
pub fn of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Reminder>, StoreError> {
    tx.rows(&REMINDERS_OF, &[Value::id(person)])
}

/// Writes what a person said to a clause over what they said before.
pub fn put(tx: &mut Tx<'_>, person: PersonId, said: &Reminder) -> Result<(), StoreError> {
    tx.execute(
        &REMINDER_PUT,
        &[Value::id(person), said.clause.as_str().into(), said.answered_at.into(), said.later_until.into()],
    )
    .map(drop)
}
