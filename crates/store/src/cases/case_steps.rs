//! The steps of a case, the reminders sent for it, and the state of a procedure's cases.

use domain::{CaseId, ClauseId, PersonId, StepId, Timestamp};

use crate::locks::{self, Lock};
use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One step of a case.
    pub struct Step {
        /// Its id.
        pub id: StepId,
        /// The case that it belongs to.
        pub case: CaseId = "case_id",
        /// Its place among the steps, from 1.
        pub place: i64,
        /// Its name in the case type.
        pub name: String,
        /// What it is about, such as `device:UUID`; empty if it is about no thing.
        pub item: String,
        /// What is to be done, in words.
        pub title: String,
        /// Who does it, as a word of the policy.
        pub who: String,
        /// The person, if it is one.
        pub person: Option<PersonId> = "person_id",
        /// The clause that asks for it, if it is not the case's.
        pub clause: Option<ClauseId> = "clause_id",
        /// What shows that it was done, as a word of the policy.
        pub proof_kind: String,
        /// When it is due.
        pub due_at: Option<Timestamp>,
        /// How it ended.
        pub done: Option<Done> = "done_at, done_by, outcome, proof",
    }

    /// How a step ended.
    pub struct Done {
        /// When it happened.
        pub at: Timestamp,
        /// Who entered it, as the ledger names them.
        pub by: String,
        /// `done`, `missing`, `not-needed`.
        pub outcome: String,
        /// What shows it: a note, or `hand-over:…`, `case:…`, `hold:…`.
        pub proof: String,
    }

    /// The state of a procedure's cases under one clause.
    #[derive(Copy, Default)]
    pub struct CaseTally {
        /// All that count.
        pub all: i64,
        /// A step was done after its time limit, is overdue, or ended with something missing.
        pub late: i64,
        /// Closed while a step was left undone.
        pub unproven: i64,
        /// Closed in time with every step done.
        pub good: i64,
    }
}

/// Selects cases of a procedure.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The case type.
    pub kind: &'a str,
    /// The clause.
    pub clause: &'a ClauseId,
    /// Only about this person.
    pub person: Option<PersonId>,
    /// Closed ones only where they were opened since then.
    pub since: Timestamp,
    /// The present.
    pub now: Timestamp,
}

// A case belongs to a clause if it was opened under it, a step of it is asked by it, or an event under it leads to it. A
// case that was called off before it was due counts for nothing.
macro_rules! judged {
    () => {
        "(SELECT c.id, c.number, c.opened_at,
          CASE WHEN EXISTS (SELECT 1 FROM case_step s WHERE s.case_id = c.id AND (s.clause_id IS NULL OR s.clause_id = $2)
              AND (s.due_at < COALESCE(s.done_at, c.closed_at, $5) OR s.outcome = 'missing'))
            OR (c.due_at < COALESCE(c.closed_at, $5) AND NOT EXISTS (SELECT 1 FROM case_step s WHERE s.case_id = c.id))
            THEN 1 ELSE 0 END AS late,
          CASE WHEN c.closed_at IS NOT NULL AND c.closed_how NOT IN ('breach-over', 'called-off')
            AND (c.closed_how = 'by-hand' OR EXISTS (SELECT 1 FROM case_step s WHERE s.case_id = c.id AND s.done_at IS NULL))
            THEN 1 ELSE 0 END AS unproven,
          CASE WHEN c.closed_at IS NOT NULL THEN 1 ELSE 0 END AS closed
          FROM desk_case c WHERE c.kind = $1 AND ($3 = '' OR c.person_id = $3) AND (c.closed_at IS NULL OR c.opened_at >= $4)
          AND (c.clause_id = $2
            OR EXISTS (SELECT 1 FROM case_step s WHERE s.case_id = c.id AND s.clause_id = $2)
            OR EXISTS (SELECT 1 FROM person_event e WHERE e.case_id = c.id AND e.clause_id = $2 AND e.cancelled_at IS NULL)
            OR (c.clause_id IS NULL AND NOT EXISTS (SELECT 1 FROM case_step s WHERE s.case_id = c.id AND s.clause_id IS NOT NULL)
              AND NOT EXISTS (SELECT 1 FROM person_event e WHERE e.case_id = c.id AND e.clause_id IS NOT NULL)))
          AND (c.closed_how IS NULL OR c.closed_how <> 'called-off' OR c.due_at < c.closed_at)) AS judged"
    };
}

statements! {
    pub(crate) STEP_ADD = "INSERT INTO case_step (id, case_id, place, name, item, title, who, person_id, clause_id, proof_kind, due_at)
        SELECT $1, $2, COALESCE(max(place), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10 FROM case_step WHERE case_id = $2";
    STEPS_OF: Step = "SELECT {columns} FROM case_step WHERE case_id = $1 ORDER BY place LIMIT 500";
    STEP_BY_ID: Step = "SELECT {columns} FROM case_step WHERE id = $1";
    STEPS_OPEN_FOR_ITEM: Step = "SELECT {columns} FROM case_step WHERE item = $1 AND done_at IS NULL AND item <> ''
        AND case_id IN (SELECT c.id FROM desk_case c WHERE c.id = case_step.case_id AND c.closed_at IS NULL)
        ORDER BY id LIMIT 100";
    STEPS_OPEN_OF_PERSON: Step = "SELECT {columns} FROM case_step WHERE person_id = $1 AND done_at IS NULL
        AND case_id IN (SELECT c.id FROM desk_case c WHERE c.id = case_step.case_id AND c.closed_at IS NULL)
        ORDER BY due_at, id LIMIT 100";
    STEP_DONE = "UPDATE case_step SET done_at = $2, done_by = $3, outcome = $4, proof = $5 WHERE id = $1 AND done_at IS NULL";
    STEP_REOPEN = "UPDATE case_step SET done_at = NULL, done_by = NULL, outcome = NULL, proof = NULL
        WHERE id = $1 AND outcome = 'not-needed'";
    STEPS_AGAIN = "UPDATE case_step SET done_at = NULL, done_by = NULL, outcome = NULL, proof = NULL
        WHERE case_id = $1 AND name = $2 AND done_at IS NOT NULL";
    STEPS_HOLDER = "UPDATE case_step SET person_id = $2 WHERE case_id = $1 AND who = 'holder' AND done_at IS NULL";
    STEPS_DUE = "UPDATE case_step SET due_at = $3 WHERE case_id = $1 AND name = $2 AND done_at IS NULL";
    CHASE_SENT = "INSERT INTO case_chase (case_id, place, due_at, sent_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    PROCEDURE_STANDING: CaseTally = concat!("SELECT count(*), COALESCE(sum(late), 0),
        COALESCE(sum(CASE WHEN late = 0 THEN unproven ELSE 0 END), 0),
        COALESCE(sum(CASE WHEN late = 0 AND unproven = 0 THEN closed ELSE 0 END), 0) FROM ", judged!());
    PROCEDURE_CASES: (CaseId, i64, bool) = concat!("SELECT id, number, CAST(late AS BIGINT) FROM ", judged!(),
        " ORDER BY late DESC, unproven DESC, opened_at DESC, id LIMIT $6");
}

/// Adds a step after the existing ones; ignores `new.place` and `new.done`.
pub fn add(tx: &mut Tx<'_>, new: &Step) -> Result<(), StoreError> {
    locks::take(tx, Lock::Case(new.case))?;
    let params = values!(new: id, case, name, item, title, who, person, clause, proof_kind, due_at);
    tx.execute(&STEP_ADD, &params).map(drop)
}

/// Returns the steps of a case in order.
pub fn of_case(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<Step>, StoreError> {
    tx.rows(&STEPS_OF, &[Value::id(case)])
}

/// Returns the step of that id.
pub fn by_id(tx: &mut Tx<'_>, id: StepId) -> Result<Option<Step>, StoreError> {
    tx.row(&STEP_BY_ID, &[Value::id(id)])
}

/// Returns the steps of open cases that wait for that subject.
pub fn open_for_item(tx: &mut Tx<'_>, item: &str) -> Result<Vec<Step>, StoreError> {
    tx.rows(&STEPS_OPEN_FOR_ITEM, &[item.into()])
}

/// Returns the steps of open cases that wait for that person, soonest first.
pub fn open_of_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Step>, StoreError> {
    tx.rows(&STEPS_OPEN_OF_PERSON, &[Value::id(person)])
}

/// Enters how a step ended; returns whether it was undone until now.
pub fn finish(tx: &mut Tx<'_>, id: StepId, done: &Done) -> Result<bool, StoreError> {
    let values = values!(done: (id), at, by, outcome, proof);
    Ok(tx.execute(&STEP_DONE, &values)? > 0)
}

/// Reopens a step that had been marked as not needed.
pub fn reopen(tx: &mut Tx<'_>, id: StepId) -> Result<(), StoreError> {
    tx.execute(&STEP_REOPEN, &[Value::id(id)]).map(drop)
}

/// Has the steps of that name done again, however they ended; returns whether any had ended.
pub fn do_again(tx: &mut Tx<'_>, case: CaseId, name: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&STEPS_AGAIN, &[Value::id(case), name.into()])? > 0)
}

/// Gives the undone steps of a case's holder to another person, or to nobody.
pub fn set_holder(tx: &mut Tx<'_>, case: CaseId, person: Option<PersonId>) -> Result<(), StoreError> {
    tx.execute(&STEPS_HOLDER, &[Value::id(case), Value::opt_id(person)])?;
    Ok(())
}

/// Moves the time limit of a case's undone steps of that name.
pub fn set_due(tx: &mut Tx<'_>, case: CaseId, name: &str, due: Option<Timestamp>) -> Result<(), StoreError> {
    tx.execute(&STEPS_DUE, &[Value::id(case), name.into(), due.into()]).map(drop)
}

/// Notes that the reminder at that place of the case type went out for that time limit; returns whether it was the first time.
pub fn chase_sent(
    tx: &mut Tx<'_>,
    case: CaseId,
    place: i64,
    due: Timestamp,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&CHASE_SENT, &[Value::id(case), place.into(), due.into(), at.into()])? > 0)
}

fn judged_values(of: &Judged<'_>) -> [Value; 5] {
    [
        of.kind.into(),
        of.clause.as_str().into(),
        of.person.map(|person| person.to_string()).unwrap_or_default().into(),
        of.since.into(),
        of.now.into(),
    ]
}

/// Returns the state of a procedure's cases under a clause.
pub fn standing(tx: &mut Tx<'_>, of: &Judged<'_>) -> Result<CaseTally, StoreError> {
    Ok(tx.row(&PROCEDURE_STANDING, &judged_values(of))?.unwrap_or_default())
}

/// Returns up to `limit` of those cases, the late ones first: id, number, and whether late.
pub fn judged_cases(
    tx: &mut Tx<'_>,
    of: &Judged<'_>,
    limit: u32,
) -> Result<Vec<(CaseId, i64, bool)>, StoreError> {
    let [kind, clause, person, since, now] = judged_values(of);
    tx.rows(&PROCEDURE_CASES, &[kind, clause, person, since, now, limit.into()])
}
