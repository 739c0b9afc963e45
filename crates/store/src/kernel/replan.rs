//! Due times that were written while a clock was wrong, brought back once it is right.

use domain::{Span, Timestamp};

use crate::{StoreError, Tx, statements};

statements! {
    pub(crate) REPLAN_JOBS = "UPDATE job SET run_at = $1, next_at = NULL,
        lease_until = CASE WHEN lease_until > $2 THEN 0 ELSE lease_until END WHERE created_at > $2 OR lease_until > $2";
    REPLAN_REFRESH = "UPDATE enrolment SET refresh_due_at = $1 WHERE refresh_due_at > $2 AND ended_at IS NULL";
    REPLAN_PUSH = "UPDATE enrolment SET push_due_at = $1 WHERE push_due_at > $2 AND ended_at IS NULL";
    REPLAN_CONTACT = "UPDATE enrolment SET last_contact_at = $1 WHERE last_contact_at > $2";
    REPLAN_CONTACT_DEVICE = "UPDATE device SET last_contact_at = $1 WHERE last_contact_at > $2";
    REPLAN_NOTICES = "UPDATE notice SET due_at = $1 WHERE state = 'waiting' AND created_at > $2";
    REPLAN_DELIVERIES = "UPDATE delivery SET due_at = $1 WHERE due_at IS NOT NULL AND made_at > $2";
    REPLAN_SESSIONS = "DELETE FROM session WHERE created_at > $1";
    REPLAN_LINKS = "DELETE FROM sign_in_link WHERE created_at > $1";
    REPLAN_CHALLENGES = "DELETE FROM scep_challenge WHERE created_at > $1 AND used_at IS NULL";
}

/// Nothing that is written with the right time is later than this by itself.
const SLACK: Span = Span::from_secs(3600);

/// Brings back what a clock that was ahead has put off: jobs, questions to devices, pushes and notices are due now, last contacts
/// are not in the future, and sign-ins and profiles that were given out by that clock no longer count. How many rows were
/// changed; none if the clock was never wrong.
pub fn from_the_future(tx: &mut Tx<'_>, now: Timestamp, refresh_every: Span) -> Result<u64, StoreError> {
    let (due, beyond) = (now.into(), now.plus(SLACK).into());
    let mut changed = 0;
    let params = [due, beyond];
    for statement in [
        &REPLAN_JOBS,
        &REPLAN_PUSH,
        &REPLAN_CONTACT,
        &REPLAN_CONTACT_DEVICE,
        &REPLAN_NOTICES,
        &REPLAN_DELIVERIES,
    ] {
        changed += tx.execute(statement, &params)?;
    }
    changed += tx.execute(&REPLAN_REFRESH, &[now.into(), now.plus(refresh_every).plus(SLACK).into()])?;
    for statement in [&REPLAN_SESSIONS, &REPLAN_LINKS, &REPLAN_CHALLENGES] {
        changed += tx.execute(statement, &[now.plus(SLACK).into()])?;
    }
    Ok(changed)
}
