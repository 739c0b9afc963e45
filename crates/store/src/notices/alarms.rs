//! Alarms: notices to administrators and information security that stay open until a person acknowledges them.

use domain::{AlarmId, Force, Timestamp};

use crate::{Row, StoreError, Tx, Value, row, statements, values};

row! {
    /// One alarm.
    pub struct Alarm {
        /// Its id.
        pub id: AlarmId,
        /// The force that it belongs to; `None` for all.
        pub force: Option<Force> = "force" by confined_to,
        /// The word of its kind.
        pub kind: String,
        /// Who caused it, as the ledger names them.
        pub caused_by: String,
        /// One line.
        pub subject: String,
        /// What happened, then what to do.
        pub body: String,
        /// The path of the page that it links to.
        pub link: String,
        /// When it was raised.
        pub raised_at: Timestamp,
        /// How often the same happened within a few minutes of it.
        pub times: i64,
        /// How many people were notified.
        pub told: i64,
        /// When it was acknowledged, and who by.
        pub acknowledged: Option<(Timestamp, String)> = "acknowledged_at, acknowledged_by",
    }
}

statements! {
    pub(crate) ALARM_ADD = "INSERT INTO alarm (id, force, kind, caused_by, subject, body, link, raised_at, times,
        told, acknowledged_at,
        acknowledged_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0, NULL, NULL)";
    ALARM_BY_ID: Alarm = "SELECT {columns} FROM alarm WHERE id = $1";
    // A reader of one force sees its own alarms and those of every force.
    ALARMS_OPEN: Alarm = "SELECT {columns} FROM alarm WHERE acknowledged_at IS NULL
        AND ($1 = '' OR force = $1 OR force = '') ORDER BY raised_at DESC, id DESC LIMIT $2";
    ALARMS_OPEN_COUNT = "SELECT count(*) FROM alarm WHERE acknowledged_at IS NULL AND ($1 = '' OR force = $1 OR force = '')";
    ALARMS_PAGE: Alarm = "SELECT {columns} FROM alarm WHERE ($1 = '' OR force = $1 OR force = '')
        AND ($2 = 0 OR acknowledged_at IS NULL)
        AND (raised_at, id) < ($3, $4) ORDER BY raised_at DESC, id DESC LIMIT $5";
    ALARM_SAME: Alarm = "SELECT {columns} FROM alarm WHERE acknowledged_at IS NULL AND raised_at > $1 AND force = $2
        AND kind = $3 AND caused_by = $4 ORDER BY raised_at DESC, id DESC LIMIT $5";
    ALARM_AGAIN = "UPDATE alarm SET times = times + 1 WHERE id = $1 AND acknowledged_at IS NULL";
    ALARM_TOLD = "UPDATE alarm SET told = $2 WHERE id = $1";
    ALARMS_FORGET = "DELETE FROM alarm WHERE id IN (SELECT id FROM alarm WHERE acknowledged_at < $1 ORDER BY raised_at LIMIT $2
        {skip_locked})";
    ALARM_SEEN_TO = "UPDATE alarm SET acknowledged_at = $2, acknowledged_by = $3 WHERE id = $1 AND acknowledged_at IS NULL";
}

/// Reads a force, or every one where the word is empty.
fn confined_to(row: &Row, at: usize) -> Result<Option<Force>, StoreError> {
    if row.text_ref(at)?.is_empty() { Ok(None) } else { row.parse(at).map(Some) }
}

/// Adds an alarm; its notices are still to be sent.
pub fn add(tx: &mut Tx<'_>, new: &Alarm) -> Result<(), StoreError> {
    let params = values!(new: id, (crate::force_word(new.force)), kind, caused_by, subject, body, link,
        raised_at);
    tx.execute(&ALARM_ADD, &params).map(drop)
}

/// Returns the alarm of that id.
pub fn by_id(tx: &mut Tx<'_>, id: AlarmId) -> Result<Option<Alarm>, StoreError> {
    tx.row(&ALARM_BY_ID, &[Value::id(id)])
}

/// Returns up to `limit` alarms that are not acknowledged, newest first, of a force and of all.
pub fn open(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<Alarm>, StoreError> {
    tx.rows(&ALARMS_OPEN, &[crate::force_word(force), limit.into()])
}

/// Returns how many alarms are not acknowledged.
pub fn open_count(tx: &mut Tx<'_>, force: Option<Force>) -> Result<i64, StoreError> {
    crate::single_count(tx, &ALARMS_OPEN_COUNT, &[crate::force_word(force)])
}

/// Returns up to `limit` alarms, newest first, after the given one; if asked, only those that are not acknowledged.
pub fn page(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    open_only: bool,
    after: Option<(Timestamp, AlarmId)>,
    limit: u32,
) -> Result<Vec<Alarm>, StoreError> {
    // "g" comes straight after the last digit of an id.
    let (at, id) =
        after.map_or((Timestamp::from_millis(i64::MAX), "g".to_owned()), |(at, id)| (at, id.to_string()));
    let params = [crate::force_word(force), i64::from(open_only).into(), at.into(), id.into(), limit.into()];
    tx.rows(&ALARMS_PAGE, &params)
}

/// What alarms have in common that count as the same.
#[derive(Debug, Clone, Copy)]
pub struct SameAlarm<'a> {
    /// The force; `None` for the alarms of no force.
    pub force: Option<Force>,
    /// The kind.
    pub kind: &'a str,
    /// Who caused it.
    pub caused_by: &'a str,
}

/// Returns up to `limit` open alarms of that kind, force and cause that were raised after a time, newest first.
pub fn same_since(
    tx: &mut Tx<'_>,
    after: Timestamp,
    same: &SameAlarm<'_>,
    limit: u32,
) -> Result<Vec<Alarm>, StoreError> {
    let SameAlarm { force, kind, caused_by } = *same;
    let params = [after.into(), crate::force_word(force), kind.into(), caused_by.into(), limit.into()];
    tx.rows(&ALARM_SAME, &params)
}

/// Counts that the same happened again; returns whether the alarm is still open.
pub fn again(tx: &mut Tx<'_>, id: AlarmId) -> Result<bool, StoreError> {
    Ok(tx.execute(&ALARM_AGAIN, &[Value::id(id)])? > 0)
}

/// Notes how many people were notified.
pub fn set_told(tx: &mut Tx<'_>, id: AlarmId, told: i64) -> Result<(), StoreError> {
    tx.execute(&ALARM_TOLD, &[Value::id(id), told.into()]).map(drop)
}

/// Notes that a person acknowledged it; returns whether it was open.
pub fn acknowledge(tx: &mut Tx<'_>, id: AlarmId, at: Timestamp, by: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&ALARM_SEEN_TO, &[Value::id(id), at.into(), by.into()])? > 0)
}

/// Removes alarms that were acknowledged before a time, `limit` at most; returns how many.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&ALARMS_FORGET, &[before.into(), limit.into()])
}
