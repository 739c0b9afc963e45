//! Orders of people that have not reached their device: those that wait for agreement, and bursts that are held.

use domain::{
    BurstId, BurstState, Cap, CommandId, CommandState, Deed, DeviceId, Effect, EnrolmentId, Force, HeldId,
    HeldState, Timestamp,
};

use crate::{StoreError, Tx, Value, force_word, row, statements, values};

row! {
    /// What one person asked for beyond a cap.
    pub struct Burst {
        /// Its id.
        pub id: BurstId,
        /// The force that it belongs to.
        pub force: Force,
        /// How much harm its orders can do.
        pub effect: Effect,
        /// Which cap was reached first.
        pub cap: Cap,
        /// Under which name the person is counted.
        pub who: String,
        /// Who asked first, as the ledger names them.
        pub opened_by: String,
        /// When it was opened.
        pub opened_at: Timestamp,
        /// Until when it may be released.
        pub expires_at: Timestamp,
        /// Its state.
        pub state: BurstState,
        /// When, by whom and why it came to its end.
        pub ended: Option<(Timestamp, String, String)> = "ended_at, ended_by, ended_why",
    }

    /// An act that is held and is no command to a device.
    pub struct HeldAct {
        /// Its id.
        pub id: HeldId,
        /// The burst that it is held in.
        pub burst: BurstId = "burst_id",
        /// On which device; the first one of a hand-over.
        pub device: DeviceId = "device_id",
        /// What it does.
        pub deed: Deed,
        /// What to do, as the app spells it.
        pub spec: String,
        /// Who asked.
        pub asked_by: String,
        /// When it was asked for.
        pub asked_at: Timestamp,
        /// Its state.
        pub state: HeldState,
        /// Why it could not be done.
        pub error: Option<String>,
    }

    /// An order of a person that has not reached its device.
    pub struct OpenOrder {
        /// The command.
        pub command: CommandId = "c.id",
        /// The channel that it is for.
        pub enrolment: EnrolmentId = "c.enrolment_id",
        /// The device that it is for.
        pub device: DeviceId = "e.device_id",
        /// Its serial number.
        pub serial: String = "d.serial",
        /// The force that it belongs to.
        pub force: Force = "d.force",
        /// What it does.
        pub deed: Deed = "c.deed",
        /// Its state.
        pub state: CommandState = "c.state",
        /// Who asked.
        pub asked_by: String = "c.asked_by",
        /// The second person who agreed.
        pub approved_by: Option<String> = "c.approved_by",
        /// The reason.
        pub reason: Option<String> = "c.reason",
        /// When it was asked for.
        pub asked_at: Timestamp = "c.queued_at",
        /// Until when it may be agreed to.
        pub expires_at: Option<Timestamp> = "c.expires_at",
        /// The burst in which it is held.
        pub burst: Option<BurstId> = "c.burst_id",
    }
}

macro_rules! order {
    () => {
        "SELECT {columns} FROM command c JOIN enrolment e ON e.id = c.enrolment_id
         JOIN device d ON d.id = e.device_id WHERE c.finished_at IS NULL AND (c.delivered_at IS NULL OR c.state = 'not-now')
         AND c.deed <> 'configure' "
    };
}

statements! {
    pub(crate) BURST_ADD = "INSERT INTO burst (id, force, effect, cap, who, opened_by, opened_at, expires_at, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'held')";
    BURST_OPEN: Burst = "SELECT {columns} FROM burst
        WHERE force = $1 AND effect = $2 AND who = $3 AND ended_at IS NULL";
    BURST_BY_ID: Burst = "SELECT {columns} FROM burst WHERE id = $1";
    BURSTS_OPEN: Burst = "SELECT {columns} FROM burst
        WHERE ended_at IS NULL AND ($1 = '' OR force = $1) ORDER BY opened_at LIMIT 200";
    BURST_END = "UPDATE burst SET state = $2, ended_at = $3, ended_by = $4, ended_why = $5 WHERE id = $1 AND ended_at IS NULL";
    BURSTS_WAITING = "SELECT count(*) FROM burst WHERE ended_at IS NULL AND ($1 = '' OR force = $1)";
    BURST_COMMANDS = "SELECT count(*) FROM command WHERE burst_id = $1";
    BURST_ACTS = "SELECT count(*) FROM held_act WHERE burst_id = $1";
    // In the order of the queue, as whatever locks several commands.
    BURST_RELEASE = "UPDATE command SET state = 'queued' WHERE state = 'held' AND finished_at IS NULL AND id IN
        (SELECT n.id FROM command n WHERE n.burst_id = $1 AND n.state = 'held' AND n.finished_at IS NULL ORDER BY n.lane, n.id {for_update})";
    BURST_CANCEL = "UPDATE command SET state = 'cancelled', finished_at = $2, error = $3 WHERE state = 'held' AND finished_at IS NULL AND id IN
        (SELECT n.id FROM command n WHERE n.burst_id = $1 AND n.state = 'held' AND n.finished_at IS NULL ORDER BY n.lane, n.id {for_update})";
    ORDERS_OF_BURST: OpenOrder = concat!(order!(), "AND c.burst_id = $1 AND c.state = 'held'
        ORDER BY c.queued_at, c.id LIMIT $2");
    ORDERS_OPEN: OpenOrder = concat!(order!(), "AND ($1 = '' OR d.force = $1) AND ($2 = '' OR c.asked_by = $2)
        ORDER BY c.queued_at, c.id LIMIT $3");
    ORDERS_ASKED: OpenOrder = concat!(order!(), "AND ($1 = '' OR d.force = $1) AND c.state = 'asked'
        ORDER BY c.queued_at, c.id LIMIT $2");
    ORDERS_WAITING = "SELECT count(*) FROM command c JOIN enrolment e ON e.id = c.enrolment_id JOIN device d ON d.id = e.device_id
        WHERE c.finished_at IS NULL AND c.state = 'asked' AND ($1 = '' OR d.force = $1)";
    ORDERS_ASKERS: String = "SELECT DISTINCT c.asked_by FROM command c
        JOIN enrolment e ON e.id = c.enrolment_id JOIN device d ON d.id = e.device_id
        WHERE c.finished_at IS NULL AND (c.delivered_at IS NULL OR c.state = 'not-now') AND c.deed <> 'configure'
        AND ($1 = '' OR d.force = $1) UNION SELECT DISTINCT a.asked_by FROM held_act a JOIN burst b ON b.id = a.burst_id
        WHERE a.state = 'held' AND ($1 = '' OR b.force = $1) ORDER BY 1 LIMIT 500";
    BURST_PEOPLE: String = "SELECT asked_by FROM command WHERE burst_id = $1 UNION SELECT approved_by FROM command
        WHERE burst_id = $1 AND approved_by IS NOT NULL UNION SELECT asked_by FROM held_act WHERE burst_id = $1 ORDER BY 1 LIMIT 500";
    HELD_ADD = "INSERT INTO held_act (id, burst_id, device_id, deed, spec, asked_by, asked_at, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'held')";
    HELD_BY_ID: HeldAct = "SELECT {columns} FROM held_act WHERE id = $1";
    HELD_OF_BURST: HeldAct = "SELECT {columns} FROM held_act WHERE burst_id = $1 ORDER BY asked_at, id LIMIT $2";
    HELD_OF_DEVICE: HeldAct = "SELECT {columns} FROM held_act
        WHERE device_id = $1 AND ended_at IS NULL ORDER BY asked_at, id LIMIT 50";
    HELD_OF_ASKER: HeldAct = "SELECT {a.columns} FROM held_act a
        JOIN burst b ON b.id = a.burst_id WHERE a.ended_at IS NULL AND a.state = 'held' AND ($1 = '' OR b.force = $1)
        AND ($2 = '' OR a.asked_by = $2) ORDER BY a.asked_at, a.id LIMIT $3";
    HELD_RELEASE = "UPDATE held_act SET state = 'released' WHERE burst_id = $1 AND state = 'held'";
    HELD_CANCEL_ALL = "UPDATE held_act SET state = 'cancelled', ended_at = $2, error = $3 WHERE burst_id = $1 AND state = 'held'";
    HELD_END = "UPDATE held_act SET state = $2, ended_at = $3, error = $4 WHERE id = $1 AND ended_at IS NULL";
}

/// Enters a burst that is held.
pub fn open_burst(tx: &mut Tx<'_>, new: &Burst) -> Result<(), StoreError> {
    let values = values!(new: id, force, effect, cap, who, opened_by, opened_at, expires_at);
    tx.execute(&BURST_ADD, &values).map(drop)
}

/// Returns the burst that a person's further orders of an effect join.
pub fn burst_of(
    tx: &mut Tx<'_>,
    force: Force,
    effect: Effect,
    who: &str,
) -> Result<Option<Burst>, StoreError> {
    let values = [force.as_str().into(), effect.as_str().into(), who.into()];
    tx.row(&BURST_OPEN, &values)
}

/// Returns the burst of that id.
pub fn burst_by_id(tx: &mut Tx<'_>, id: BurstId) -> Result<Option<Burst>, StoreError> {
    tx.row(&BURST_BY_ID, &[Value::id(id)])
}

/// Returns the bursts that are held, oldest first.
pub fn bursts(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<Burst>, StoreError> {
    tx.rows(&BURSTS_OPEN, &[force_word(force)])
}

/// Returns how many bursts are held, and how many orders wait for a second person to agree.
pub fn waiting(tx: &mut Tx<'_>, force: Option<Force>) -> Result<(i64, i64), StoreError> {
    let bursts = crate::single_count(tx, &BURSTS_WAITING, &[force_word(force)])?;
    Ok((bursts, crate::single_count(tx, &ORDERS_WAITING, &[force_word(force)])?))
}

/// Returns how many orders were ever put into a burst.
pub fn size_of(tx: &mut Tx<'_>, id: BurstId) -> Result<i64, StoreError> {
    let commands = crate::single_count(tx, &BURST_COMMANDS, &[Value::id(id)])?;
    Ok(commands + crate::single_count(tx, &BURST_ACTS, &[Value::id(id)])?)
}

/// The end of a burst.
#[derive(Debug, Clone, Copy)]
pub struct BurstEnd<'a> {
    /// When.
    pub at: Timestamp,
    /// By whom, as the ledger names them.
    pub by: &'a str,
    /// Why.
    pub why: &'a str,
}

/// Ends a burst; returns whether it was held until then. What is in it is ended by [`release`] or [`cancel`].
pub fn end_burst(
    tx: &mut Tx<'_>,
    id: BurstId,
    state: BurstState,
    end: &BurstEnd<'_>,
) -> Result<bool, StoreError> {
    let BurstEnd { at, by, why } = *end;
    let values = [Value::id(id), state.as_str().into(), at.into(), by.into(), why.into()];
    Ok(tx.execute(&BURST_END, &values)? > 0)
}

/// Queues the commands of a burst and marks its other acts as released; returns how many of each.
pub fn release(tx: &mut Tx<'_>, id: BurstId) -> Result<(u64, u64), StoreError> {
    let commands = tx.execute(&BURST_RELEASE, &[Value::id(id)])?;
    Ok((commands, tx.execute(&HELD_RELEASE, &[Value::id(id)])?))
}

/// Cancels all that is held in a burst; returns how many orders.
pub fn cancel(tx: &mut Tx<'_>, id: BurstId, at: Timestamp, why: &str) -> Result<u64, StoreError> {
    let commands = tx.execute(&BURST_CANCEL, &[Value::id(id), at.into(), why.into()])?;
    Ok(commands + tx.execute(&HELD_CANCEL_ALL, &[Value::id(id), at.into(), why.into()])?)
}

/// Returns the commands that are held in a burst.
pub fn of_burst(tx: &mut Tx<'_>, id: BurstId, limit: u32) -> Result<Vec<OpenOrder>, StoreError> {
    tx.rows(&ORDERS_OF_BURST, &[Value::id(id), limit.into()])
}

/// Returns people's orders of a force that have not reached a device; of one person, or where `asked_by` is empty of everybody.
pub fn open(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    asked_by: &str,
    limit: u32,
) -> Result<Vec<OpenOrder>, StoreError> {
    tx.rows(&ORDERS_OPEN, &[force_word(force), asked_by.into(), limit.into()])
}

/// Orders that wait for a second person to agree, oldest first.
pub fn asked(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<OpenOrder>, StoreError> {
    tx.rows(&ORDERS_ASKED, &[force_word(force), limit.into()])
}

/// Returns who has orders in a force that have not reached their devices, as the ledger names them.
pub fn askers(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<String>, StoreError> {
    tx.rows(&ORDERS_ASKERS, &[force_word(force)])
}

/// Returns everybody who asked for something in a burst, or agreed to it.
pub fn people_of_burst(tx: &mut Tx<'_>, id: BurstId) -> Result<Vec<String>, StoreError> {
    tx.rows(&BURST_PEOPLE, &[Value::id(id)])
}

/// Holds an act.
pub fn hold(tx: &mut Tx<'_>, new: &HeldAct) -> Result<(), StoreError> {
    let values = values!(new: id, burst, device, deed, spec, asked_by, asked_at);
    tx.execute(&HELD_ADD, &values).map(drop)
}

/// Returns the held act of that id.
pub fn held_by_id(tx: &mut Tx<'_>, id: HeldId) -> Result<Option<HeldAct>, StoreError> {
    tx.row(&HELD_BY_ID, &[Value::id(id)])
}

/// Returns the acts of a burst that are no commands, however they stand.
pub fn acts_of_burst(tx: &mut Tx<'_>, id: BurstId, limit: u32) -> Result<Vec<HeldAct>, StoreError> {
    tx.rows(&HELD_OF_BURST, &[Value::id(id), limit.into()])
}

/// Returns the acts on a device that are held, or released and not yet done.
pub fn acts_on(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<HeldAct>, StoreError> {
    tx.rows(&HELD_OF_DEVICE, &[Value::id(device)])
}

/// Returns the held acts of a force; of one person, or where `asked_by` is empty of everybody.
pub fn acts(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    asked_by: &str,
    limit: u32,
) -> Result<Vec<HeldAct>, StoreError> {
    tx.rows(&HELD_OF_ASKER, &[force_word(force), asked_by.into(), limit.into()])
}

/// Ends a held act; returns whether it was open until then.
pub fn end_act(
    tx: &mut Tx<'_>,
    id: HeldId,
    state: HeldState,
    at: Timestamp,
    error: Option<&str>,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&HELD_END, &[Value::id(id), state.as_str().into(), at.into(), error.into()])? > 0)
}
