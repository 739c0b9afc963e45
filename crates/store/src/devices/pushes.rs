//! Which channels are to be pushed, and what came of it. The columns are the enrolment's.
//!
//! The node that sends a push first moves its due time to the end of a lease. A request that arrives while the push is under
//! way moves it back, so it is seen that something new is waiting; a sender that died leaves a push that is due again.

use domain::{EnrolmentId, Platform, Timestamp};

use crate::{StoreError, Tx, Value, row, statements};

statements! {
    pub(crate) PUSH_WANT = "UPDATE enrolment SET push_due_at = $2 WHERE id = $1 AND ended_at IS NULL AND push_address IS NOT NULL
        AND (push_due_at IS NULL OR push_due_at > $2)";
    PUSH_DUE: PushDue = "SELECT {columns} FROM enrolment
        WHERE push_due_at IS NOT NULL AND push_due_at <= $1 ORDER BY push_due_at LIMIT $2";
    PUSH_CLAIM = "UPDATE enrolment SET push_due_at = $3 WHERE id = $1 AND push_due_at = $2";
    PUSH_DONE = "UPDATE enrolment SET push_due_at = CASE WHEN push_due_at = $2 THEN NULL ELSE push_due_at END, push_tried_at = $3,
        push_failed = $4 WHERE id = $1";
    // The address may have been renewed while the push was under way: only the one that was tried is dropped.
    PUSH_GONE = "UPDATE enrolment SET push_due_at = NULL, push_address = NULL, push_tried_at = $3, push_failed = $4
        WHERE id = $1 AND push_address = $2";
    PUSH_AGAIN = "UPDATE enrolment SET push_due_at = CASE WHEN push_due_at = $2 THEN CAST($3 AS BIGINT) ELSE push_due_at END, push_tried_at = $4,
        push_failed = $5 WHERE id = $1 AND ended_at IS NULL";
}

/// Asks for a push. An earlier wish stands: pushes are coalesced per device. Without an address there is nobody to push.
pub fn want(tx: &mut Tx<'_>, id: EnrolmentId, at: Timestamp) -> Result<(), StoreError> {
    tx.later(&PUSH_WANT, vec![Value::id(id), at.into()])
}

row! {
    /// A push that is due.
    pub struct PushDue {
        /// The channel that it is for.
        pub enrolment: EnrolmentId = "id",
        /// The device's platform.
        pub platform: Platform,
        /// Where the vendor's service reaches it; absent where the device never said, or what it said is no longer good.
        pub address: Option<String> = "push_address",
        /// When it was asked for; once claimed, the end of the lease.
        pub due_at: Timestamp = "push_due_at",
    }
}

/// Returns the pushes due by now, oldest first.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<PushDue>, StoreError> {
    tx.rows(&PUSH_DUE, &[now.into(), limit.into()])
}

/// Takes a due push upon itself until `lease`; false if another node was faster.
pub fn claim(tx: &mut Tx<'_>, push: &mut PushDue, lease: Timestamp) -> Result<bool, StoreError> {
    let claimed = tx.execute(&PUSH_CLAIM, &[Value::id(push.enrolment), push.due_at.into(), lease.into()])?;
    push.due_at = lease;
    Ok(claimed > 0)
}

/// Notes that a claimed push was sent, or never can be; keeps a request that arrived meanwhile.
pub fn done(tx: &mut Tx<'_>, push: &PushDue, now: Timestamp, failed: Option<&str>) -> Result<(), StoreError> {
    tx.later(&PUSH_DONE, vec![Value::id(push.enrolment), push.due_at.into(), now.into(), failed.into()])
}

/// Notes that the push service no longer knows the address: it is dropped, and no push is tried until the device gives
/// another.
pub fn gone(tx: &mut Tx<'_>, push: &PushDue, now: Timestamp, why: &str) -> Result<(), StoreError> {
    let address = push.address.as_deref().unwrap_or_default();
    tx.later(&PUSH_GONE, vec![Value::id(push.enrolment), address.into(), now.into(), why.into()])
}

/// Notes that a claimed push failed and retries it at a time, or sooner if a request arrived meanwhile.
pub fn again(
    tx: &mut Tx<'_>,
    push: &PushDue,
    again_at: Timestamp,
    now: Timestamp,
    why: &str,
) -> Result<(), StoreError> {
    tx.later(
        &PUSH_AGAIN,
        vec![Value::id(push.enrolment), push.due_at.into(), again_at.into(), now.into(), why.into()],
    )
}
