//! What is stored of losses, read for figures: the losses of a span of time, what the ledger says of each, the orders to its device, and
//! which entries of the ledger they rest on.

use domain::{CommandId, CommandState, Deed, DeviceId, EntryId, Force, LossId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements};

row! {
    /// One loss, with how many messages called people about it.
    pub struct LossRow {
        /// The loss.
        pub loss: LossId,
        /// The reference of its first report.
        pub reference: String,
        /// When it was reported.
        pub reported_at: Timestamp,
        /// Its device, if it is known.
        pub device: Option<DeviceId>,
        /// When its case was opened.
        pub opened_at: Timestamp,
        /// When its case was closed.
        pub closed_at: Option<Timestamp>,
        /// When a person acknowledged it, as the call has it: the last time.
        pub answered_at: Option<Timestamp>,
        /// How many messages called people.
        pub calls: i64,
        /// How many of these failed.
        pub failed: i64,
    }

    /// When the ledger first says something of a loss.
    pub struct FirstEntry {
        /// The action.
        pub action: String,
        /// When it was first entered.
        pub at: Timestamp,
    }

    /// One order to a lost device.
    pub struct OrderRow {
        /// Its id.
        pub id: CommandId,
        /// What it does.
        pub deed: Deed,
        /// Its state.
        pub state: CommandState,
        /// When it was asked for.
        pub asked_at: Timestamp,
        /// When the device was first given it.
        pub delivered_at: Option<Timestamp>,
        /// When it came to its end.
        pub finished_at: Option<Timestamp>,
        /// Whether a second person had to agree.
        pub needs_second: bool,
    }

    /// Which entries of the ledger something rests on.
    #[derive(Copy, Default)]
    pub struct Entries {
        /// The first number; `None` while none has one.
        pub first: Option<i64>,
        /// The last number.
        pub last: Option<i64>,
        /// How many have a number.
        pub numbered: i64,
        /// How many there are.
        pub all: i64,
    }

    /// An entry that says that a second person agreed to an order.
    #[derive(Copy)]
    pub struct AgreedEntry {
        /// The entry.
        pub id: EntryId,
        /// When they agreed.
        pub at: Timestamp,
    }
}

/// A device in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceIn {
    /// The device.
    pub device: DeviceId,
    /// The first instant.
    pub from: Timestamp,
    /// The last instant.
    pub until: Timestamp,
}

macro_rules! ordered {
    () => {
        "('device.lock.ordered', 'device.lost-mode.ordered', 'device.locate.ordered', 'device.erase.ordered', 'command.approved',
         'command.answered', 'command.taken-back', 'command.expired', 'command.stopped')"
    };
}

statements! {
    pub(crate) FIGURES_LOSSES: LossRow = "SELECT c.loss_id, r.reference, r.reported_at, c.device_id, k.opened_at, k.closed_at, c.answered_at,
        (SELECT count(*) FROM loss_message m WHERE m.loss_id = c.loss_id),
        (SELECT count(*) FROM loss_message m WHERE m.loss_id = c.loss_id AND m.state = 'failed')
        FROM loss_call c JOIN loss_report r ON r.id = c.loss_id JOIN desk_case k ON k.id = c.case_id
        WHERE ($1 = '' OR c.force = $1) AND r.reported_at >= $2 AND r.reported_at < $3
        ORDER BY r.reported_at, c.loss_id LIMIT $4";
    FIGURES_FIRST: FirstEntry = "SELECT action, min(at) FROM ledger_entry WHERE subject = $1
        AND action IN ('loss.answered', 'loss.contained', 'loss.unanswered', 'loss.found', 'loss.put-right') GROUP BY action";
    FIGURES_ORDERS: OrderRow = "SELECT c.id, c.deed, c.state, c.queued_at, c.delivered_at, c.finished_at, (c.expires_at IS NOT NULL)
        FROM command c JOIN enrolment e ON e.id = c.enrolment_id WHERE e.device_id = $1
        AND c.deed IN ('lock', 'lost-mode', 'locate', 'erase') AND c.queued_at >= $2 AND c.queued_at <= $3
        ORDER BY c.queued_at, c.id LIMIT 500";
    FIGURES_AGREED: AgreedEntry = "SELECT id, at FROM ledger_entry WHERE subject = $1 AND action = 'command.approved' AND at >= $2 AND at <= $3
        ORDER BY at, id LIMIT 500";
    FIGURES_ENTRIES: Entries = "SELECT min(place), max(place), count(place), count(*) FROM ledger_entry WHERE subject = $1";
    FIGURES_ORDER_ENTRIES: Entries = concat!("SELECT min(place), max(place), count(place), count(*) FROM ledger_entry WHERE subject = $1
        AND at >= $2 AND at <= $3 AND action IN ", ordered!());
}

impl DeviceIn {
    fn values(&self) -> [Value; 3] {
        [subject(self.device), self.from.into(), self.until.into()]
    }
}

fn subject(device: DeviceId) -> Value {
    format!("device:{device}").into()
}

/// Which losses are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The force; `None` for all.
    pub force: Option<Force>,
    /// The first instant at which they were reported.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

/// Returns the losses that were reported in a span of time, the first one first, `limit` at most.
pub fn losses(tx: &mut Tx<'_>, asked: &Asked, limit: u32) -> Result<Vec<LossRow>, StoreError> {
    let params = [crate::force_word(asked.force), asked.from.into(), asked.until.into(), limit.into()];
    tx.rows(&FIGURES_LOSSES, &params)
}

/// Returns when the ledger first says of a loss that it was answered, contained, unanswered, found, or put right to another device.
pub fn first_entries(tx: &mut Tx<'_>, loss: LossId) -> Result<Vec<FirstEntry>, StoreError> {
    tx.rows(&FIGURES_FIRST, &[format!("loss:{loss}").into()])
}

/// Returns the orders to a device that contain, locate or erase it, asked for in a span of time, the first one first.
pub fn orders(tx: &mut Tx<'_>, of: &DeviceIn) -> Result<Vec<OrderRow>, StoreError> {
    let params = [Value::id(of.device), of.from.into(), of.until.into()];
    tx.rows(&FIGURES_ORDERS, &params)
}

/// Returns the entries by which second people agreed to orders to a device in a span of time, the first one first.
pub fn agreed(tx: &mut Tx<'_>, of: &DeviceIn) -> Result<Vec<AgreedEntry>, StoreError> {
    tx.rows(&FIGURES_AGREED, &of.values())
}

/// Returns which entries of the ledger are about a loss.
pub fn entries_of(tx: &mut Tx<'_>, loss: LossId) -> Result<Entries, StoreError> {
    Ok(tx.row(&FIGURES_ENTRIES, &[format!("loss:{loss}").into()])?.unwrap_or_default())
}

/// Returns which entries of the ledger are about orders to a device in a span of time.
pub fn order_entries(tx: &mut Tx<'_>, of: &DeviceIn) -> Result<Entries, StoreError> {
    Ok(tx.row(&FIGURES_ORDER_ENTRIES, &of.values())?.unwrap_or_default())
}
