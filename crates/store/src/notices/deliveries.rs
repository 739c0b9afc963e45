//! Messages on their way: one row for each message on each channel, from its plan to what is known of its end.
//!
//! The node that sends one first moves its due time to the end of a lease. A provider's receipts come late, twice and in any order:
//! each statement says from which states it may lead.

use std::fmt;

use domain::{Channel, ContactMethodId, DeliveryId, DeliveryState, NoticeId, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, single_count, statements, values};

row! {
    /// One message on one channel.
    pub struct Delivery without Debug {
        /// Its id, which is the reference that the provider is given.
        pub id: DeliveryId,
        /// What makes it one and the same.
        pub key: String,
        /// The word of its purpose: call, code, answer, change, event.
        pub purpose: String,
        /// The channel.
        pub channel: Channel,
        /// The person; `None` where it goes to a system of the force.
        pub person: Option<PersonId> = "person_id",
        /// The notice that it carries.
        pub notice: Option<NoticeId> = "notice_id",
        /// The way that it goes; `None` for the mail address of the register, and for a system.
        pub method: Option<ContactMethodId> = "method_id",
        /// Its place among the messages of its notice.
        pub place: i64,
        /// The minutes after which the next one is tried.
        pub wait_minutes: i64,
        /// What it says, sealed.
        pub content: Option<Vec<u8>>,
        /// Its state.
        pub state: DeliveryState,
        /// When it was made.
        pub made_at: Timestamp,
        /// When it is sent, or the provider is asked about it.
        pub due_at: Option<Timestamp>,
        /// How often it was handed to the provider.
        pub attempts: i64,
        /// The provider's own id.
        pub provider_id: Option<String>,
        /// When the provider accepted it.
        pub sent_at: Option<Timestamp>,
        /// When its state became final.
        pub ended_at: Option<Timestamp>,
        /// Why it failed, or is not known.
        pub why: Option<String>,
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, purpose, channel, state, place, due_at, why, .. } = self;
        let (channel, state) = (channel.as_str(), state.as_str());
        write!(f, "Delivery({id} {purpose} {channel} {place} {state} due {due_at:?} {why:?})")
    }
}

statements! {
    pub(crate) DELIVERY_ADD = "INSERT INTO delivery (id, key, purpose, channel, person_id, notice_id, method_id, place, wait_minutes,
        content, state, made_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', $11, $12)
        ON CONFLICT (key) DO NOTHING";
    DELIVERY_BY_ID: Delivery = "SELECT {columns} FROM delivery WHERE id = $1";
    DELIVERY_BY_PROVIDER: Delivery = "SELECT {columns} FROM delivery WHERE provider_id = $1";
    DELIVERIES_DUE: Delivery = "SELECT {columns} FROM delivery WHERE channel = $1 AND due_at <= $2
        ORDER BY due_at, id LIMIT $3";
    DELIVERIES_OF_NOTICE: Delivery = "SELECT {columns} FROM delivery WHERE notice_id = $1 ORDER BY place, id";
    DELIVERY_CLAIM = "UPDATE delivery SET state = 'sending', attempts = attempts + 1, due_at = $3
        WHERE id = $1 AND due_at = $2 AND state IN ('pending', 'sending')";
    DELIVERY_ASKING = "UPDATE delivery SET due_at = $3 WHERE id = $1 AND due_at = $2 AND state = 'sent'";
    DELIVERY_SENT = "UPDATE delivery SET state = 'sent', sent_at = $2, provider_id = $3, due_at = $4, content = NULL, why = NULL
        WHERE id = $1 AND state = 'sending' AND attempts = $5";
    DELIVERY_PROVIDER = "UPDATE delivery SET provider_id = $2 WHERE id = $1 AND provider_id IS NULL";
    DELIVERY_AGAIN = "UPDATE delivery SET state = 'pending', due_at = $2, why = $3
        WHERE id = $1 AND state = 'sending' AND attempts = $4";
    DELIVERY_DELIVERED = "UPDATE delivery SET state = 'delivered', ended_at = $2, sent_at = COALESCE(sent_at, $2), due_at = NULL,
        content = NULL, why = NULL WHERE id = $1 AND state IN ('sending', 'sent', 'uncertain', 'failed')";
    DELIVERY_FAILED = "UPDATE delivery SET state = 'failed', ended_at = $2, why = $3, due_at = NULL, content = NULL
        WHERE id = $1 AND state IN ('pending', 'sending', 'sent', 'uncertain')";
    DELIVERY_UNCERTAIN = "UPDATE delivery SET state = 'uncertain', ended_at = $2, why = $3, due_at = NULL, content = NULL
        WHERE id = $1 AND state IN ('sending', 'sent')";
    DELIVERY_MOVE = "UPDATE delivery SET due_at = $2 WHERE id = $1 AND state = 'pending'";
    DELIVERIES_WITHDRAW = "UPDATE delivery SET state = 'withdrawn', ended_at = $2, due_at = NULL, content = NULL
        WHERE state = 'pending' AND notice_id IN (SELECT notice_id FROM notice_call WHERE subject = $1)";
    DELIVERIES_COUNT = "SELECT count(*) FROM delivery WHERE person_id = $1 AND purpose = $2 AND made_at > $3";
    DELIVERIES_BY_METHOD = "SELECT count(*) FROM delivery WHERE method_id = $1 AND attempts > 0 AND made_at > $2";
    TEXTS_SINCE = "SELECT count(*) FROM delivery WHERE channel = 'text' AND attempts > 0 AND made_at > $1";
    DELIVERY_NEWEST: Delivery = "SELECT {columns} FROM delivery WHERE person_id = $1 AND method_id = $2 AND purpose = $3
        ORDER BY made_at DESC, id DESC LIMIT 1";
    // The very notices that are deleted after this.
    DELIVERIES_OF_OLD_NOTICES = "DELETE FROM delivery WHERE notice_id IN
        (SELECT id FROM notice WHERE created_at < $1 ORDER BY created_at, id LIMIT $2)";
    DELIVERIES_FORGET = "DELETE FROM delivery WHERE id IN
        (SELECT id FROM delivery WHERE notice_id IS NULL AND made_at < $1 ORDER BY made_at LIMIT $2)";
    TEXT_RECEIVED = "INSERT INTO received_text (id, person_id, received_at, outcome) VALUES ($1, $2, $3, $4)
        ON CONFLICT (id) DO NOTHING";
    TEXT_KNOWN = "SELECT count(*) FROM received_text WHERE id = $1";
    TEXT_OUTCOME = "UPDATE received_text SET person_id = $2, outcome = $3 WHERE id = $1";
    TEXTS_WITH_OUTCOME = "SELECT count(*) FROM received_text WHERE person_id = $1 AND outcome = $2 AND received_at > $3";
    RECEIVED_FORGET = "DELETE FROM received_text WHERE received_at < $1";
}

/// Adds a message that waits for its time; false where there is one of that key.
pub fn add(tx: &mut Tx<'_>, new: &Delivery) -> Result<bool, StoreError> {
    let params = values!(new: id, key, purpose, channel, person, notice, method, place, wait_minutes,
        content, made_at, due_at);
    Ok(tx.execute(&DELIVERY_ADD, &params)? > 0)
}

/// Returns one message.
pub fn by_id(tx: &mut Tx<'_>, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    tx.row(&DELIVERY_BY_ID, &[Value::id(id)])
}

/// Returns the message that a provider knows by its own id.
pub fn by_provider(tx: &mut Tx<'_>, provider_id: &str) -> Result<Option<Delivery>, StoreError> {
    tx.row(&DELIVERY_BY_PROVIDER, &[provider_id.into()])
}

/// Returns what is to be sent or asked about on a channel by now, the longest due first.
pub fn due(
    tx: &mut Tx<'_>,
    channel: Channel,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let params = [channel.as_str().into(), now.into(), limit.into()];
    tx.rows(&DELIVERIES_DUE, &params)
}

/// Returns the newest message of a purpose that goes one way of a person.
pub fn newest(
    tx: &mut Tx<'_>,
    person: PersonId,
    method: ContactMethodId,
    purpose: &str,
) -> Result<Option<Delivery>, StoreError> {
    let params = [Value::id(person), Value::id(method), purpose.into()];
    tx.row(&DELIVERY_NEWEST, &params)
}

/// Returns the messages that carry a notice, in their order.
pub fn of_notice(tx: &mut Tx<'_>, notice: NoticeId) -> Result<Vec<Delivery>, StoreError> {
    tx.rows(&DELIVERIES_OF_NOTICE, &[Value::id(notice)])
}

/// Claims a message to send it; false if another node was faster.
pub fn claim(tx: &mut Tx<'_>, due: &mut Delivery, lease: Timestamp) -> Result<bool, StoreError> {
    let claimed = tx.execute(&DELIVERY_CLAIM, &[Value::id(due.id), due.due_at.into(), lease.into()])? > 0;
    if claimed {
        due.due_at = Some(lease);
        due.attempts += 1;
        due.state = DeliveryState::Sending;
    }
    Ok(claimed)
}

/// Claims a text that was sent, to ask what became of it; it is asked again at `next`. False if another node was faster.
pub fn asking(tx: &mut Tx<'_>, due: &Delivery, next: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&DELIVERY_ASKING, &[Value::id(due.id), due.due_at.into(), next.into()])? > 0)
}

/// Notes that the provider accepted a message; `ask_at` is when it is asked what became of it. False where more is known already.
pub fn sent(
    tx: &mut Tx<'_>,
    claimed: &Delivery,
    at: Timestamp,
    provider_id: Option<&str>,
    ask_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let params =
        [Value::id(claimed.id), at.into(), provider_id.into(), ask_at.into(), claimed.attempts.into()];
    if tx.execute(&DELIVERY_SENT, &params)? > 0 {
        return Ok(true);
    }
    // Its receipt was faster than the answer.
    tx.later(&DELIVERY_PROVIDER, vec![Value::id(claimed.id), provider_id.into()])?;
    Ok(false)
}

/// Puts a message that could not be handed over back, to try again.
pub fn again(tx: &mut Tx<'_>, claimed: &Delivery, at: Timestamp, why: &str) -> Result<bool, StoreError> {
    let params = [Value::id(claimed.id), at.into(), why.into(), claimed.attempts.into()];
    Ok(tx.execute(&DELIVERY_AGAIN, &params)? > 0)
}

/// Notes that a message arrived; false where that was known, or it was never sent.
pub fn delivered(tx: &mut Tx<'_>, id: DeliveryId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&DELIVERY_DELIVERED, &[Value::id(id), at.into()])? > 0)
}

/// Notes that a message failed; false where more is known already.
pub fn failed(tx: &mut Tx<'_>, id: DeliveryId, at: Timestamp, why: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&DELIVERY_FAILED, &[Value::id(id), at.into(), why.into()])? > 0)
}

/// Notes that it is not known, and will not be asked again, whether a message arrived; false where more is known already.
pub fn uncertain(tx: &mut Tx<'_>, id: DeliveryId, at: Timestamp, why: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&DELIVERY_UNCERTAIN, &[Value::id(id), at.into(), why.into()])? > 0)
}

/// Moves the time of a message that waits.
pub fn move_to(tx: &mut Tx<'_>, id: DeliveryId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&DELIVERY_MOVE, &[Value::id(id), at.into()]).map(drop)
}

/// Withdraws every message of a call that waits for its time.
pub fn withdraw(tx: &mut Tx<'_>, subject: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.later(&DELIVERIES_WITHDRAW, vec![subject.into(), at.into()])
}

/// Counts the messages of a purpose that a person was sent since a time.
pub fn count(tx: &mut Tx<'_>, person: PersonId, purpose: &str, since: Timestamp) -> Result<i64, StoreError> {
    single_count(tx, &DELIVERIES_COUNT, &[Value::id(person), purpose.into(), since.into()])
}

/// Counts the messages that went one way since a time.
pub fn count_by(tx: &mut Tx<'_>, method: ContactMethodId, since: Timestamp) -> Result<i64, StoreError> {
    single_count(tx, &DELIVERIES_BY_METHOD, &[Value::id(method), since.into()])
}

/// Counts the texts that were sent since a time.
pub fn texts_since(tx: &mut Tx<'_>, since: Timestamp) -> Result<i64, StoreError> {
    single_count(tx, &TEXTS_SINCE, &[since.into()])
}

/// Notes a text that came; false where it came before.
pub fn received(tx: &mut Tx<'_>, id: &str, at: Timestamp) -> Result<bool, StoreError> {
    let params = [id.into(), Value::Null, at.into(), "unknown-number".into()];
    Ok(tx.execute(&TEXT_RECEIVED, &params)? > 0)
}

/// Returns whether a text came before.
pub fn is_received(tx: &mut Tx<'_>, id: &str) -> Result<bool, StoreError> {
    Ok(single_count(tx, &TEXT_KNOWN, &[id.into()])? > 0)
}

/// Notes what came of a text.
pub fn set_outcome(tx: &mut Tx<'_>, id: &str, person: PersonId, outcome: &str) -> Result<(), StoreError> {
    tx.later(&TEXT_OUTCOME, vec![id.into(), Value::id(person), outcome.into()])
}

/// Counts a person's texts with an outcome since a time.
pub fn texts_with(
    tx: &mut Tx<'_>,
    person: PersonId,
    outcome: &str,
    since: Timestamp,
) -> Result<i64, StoreError> {
    single_count(tx, &TEXTS_WITH_OUTCOME, &[Value::id(person), outcome.into(), since.into()])
}

/// Forgets messages and texts from before a time, `limit` messages at most, and whatever carries one of the `limit` oldest notices, which
/// can be deleted then; returns how many rows.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let params = [before.into(), limit.into()];
    let carried = tx.execute(&DELIVERIES_OF_OLD_NOTICES, &params)?;
    let gone = tx.execute(&DELIVERIES_FORGET, &params)?;
    Ok(carried + gone + tx.execute(&RECEIVED_FORGET, &[before.into()])?)
}
