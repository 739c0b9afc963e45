//! Alarms: notices to administrators and information security that stay open until a person acknowledges them.

use domain::{AlarmId, Force, Timestamp};

use crate::{Row, StoreError, Tx, Value, statements};

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its id.
    pub id: AlarmId,
    /// The force that it belongs to; `None` for all.
    pub force: Option<Force>,
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
    pub acknowledged: Option<(Timestamp, String)>,
}

macro_rules! columns {
    () => {
        "id, force, kind, caused_by, subject, body, link, raised_at, times, told, acknowledged_at, acknowledged_by"
    };
}

statements! {
    pub(crate) ALARM_ADD = concat!("INSERT INTO alarm (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0, NULL, NULL)");
    ALARM_BY_ID = concat!("SELECT ", columns!(), " FROM alarm WHERE id = $1");
    // A reader of one force sees its own alarms and those of every force.
    ALARMS_OPEN = concat!("SELECT ", columns!(), " FROM alarm WHERE acknowledged_at IS NULL
        AND ($1 = '' OR force = $1 OR force = '') ORDER BY raised_at DESC, id DESC LIMIT $2");
    ALARMS_OPEN_COUNT = "SELECT count(*) FROM alarm WHERE acknowledged_at IS NULL AND ($1 = '' OR force = $1 OR force = '')";
    ALARMS_PAGE = concat!("SELECT ", columns!(), " FROM alarm WHERE ($1 = '' OR force = $1 OR force = '')
        AND ($2 = 0 OR acknowledged_at IS NULL)
        AND (raised_at, id) < ($3, $4) ORDER BY raised_at DESC, id DESC LIMIT $5");
    ALARM_SAME = concat!("SELECT ", columns!(), " FROM alarm WHERE acknowledged_at IS NULL AND raised_at > $1 AND force = $2
        AND kind = $3 AND caused_by = $4 ORDER BY raised_at DESC, id DESC LIMIT $5");
    ALARM_AGAIN = "UPDATE alarm SET times = times + 1 WHERE id = $1 AND acknowledged_at IS NULL";
    ALARM_TOLD = "UPDATE alarm SET told = $2 WHERE id = $1";
    ALARMS_FORGET = "DELETE FROM alarm WHERE id IN (SELECT id FROM alarm WHERE acknowledged_at < $1 ORDER BY raised_at LIMIT $2
        {skip_locked})";
    ALARM_SEEN_TO = "UPDATE alarm SET acknowledged_at = $2, acknowledged_by = $3 WHERE id = $1 AND acknowledged_at IS NULL";
}

fn alarm(row: &Row) -> Result<Alarm, StoreError> {
    let force = row.text(1)?;
    Ok(Alarm {
        id: row.parse(0)?,
        force: if force.is_empty() { None } else { Some(row.parse(1)?) },
        kind: row.text(2)?,
        caused_by: row.text(3)?,
        subject: row.text(4)?,
        body: row.text(5)?,
        link: row.text(6)?,
        raised_at: row.time(7)?,
        times: row.int(8)?,
        told: row.int(9)?,
        acknowledged: row.opt_time(10)?.zip(row.opt_text(11)?),
    })
}

/// Adds an alarm; its notices are still to be sent.
pub fn add(tx: &mut Tx<'_>, new: &Alarm) -> Result<(), StoreError> {
    let params = [
        Value::id(new.id),
        crate::force_word(new.force),
        new.kind.as_str().into(),
        new.caused_by.as_str().into(),
        new.subject.as_str().into(),
        new.body.as_str().into(),
        new.link.as_str().into(),
        new.raised_at.into(),
    ];
    tx.execute(&ALARM_ADD, &params)?;
    Ok(())
}

/// Returns the alarm of that id.
pub fn by_id(tx: &mut Tx<'_>, id: AlarmId) -> Result<Option<Alarm>, StoreError> {
    tx.one(&ALARM_BY_ID, &[Value::id(id)])?.as_ref().map(alarm).transpose()
}

/// Returns up to `limit` alarms that are not acknowledged, newest first, of a force and of all.
pub fn open(tx: &mut Tx<'_>, force: Option<Force>, limit: u32) -> Result<Vec<Alarm>, StoreError> {
    tx.query(&ALARMS_OPEN, &[crate::force_word(force), i64::from(limit).into()])?.iter().map(alarm).collect()
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
    let params = [
        crate::force_word(force),
        i64::from(open_only).into(),
        at.into(),
        id.into(),
        i64::from(limit).into(),
    ];
    tx.query(&ALARMS_PAGE, &params)?.iter().map(alarm).collect()
}

/// Returns up to `limit` open alarms of that kind, force and cause that were raised after a time, newest first.
pub fn same_since(
    tx: &mut Tx<'_>,
    after: Timestamp,
    force: Option<Force>,
    (kind, caused_by): (&str, &str),
    limit: u32,
) -> Result<Vec<Alarm>, StoreError> {
    let params =
        [after.into(), crate::force_word(force), kind.into(), caused_by.into(), i64::from(limit).into()];
    tx.query(&ALARM_SAME, &params)?.iter().map(alarm).collect()
}

/// Counts that the same happened again; returns whether the alarm is still open.
pub fn again(tx: &mut Tx<'_>, id: AlarmId) -> Result<bool, StoreError> {
    Ok(tx.execute(&ALARM_AGAIN, &[Value::id(id)])? > 0)
}

/// Notes how many people were notified.
pub fn set_told(tx: &mut Tx<'_>, id: AlarmId, told: i64) -> Result<(), StoreError> {
    tx.execute(&ALARM_TOLD, &[Value::id(id), told.into()])?;
    Ok(())
}

/// Notes that a person acknowledged it; returns whether it was open.
pub fn acknowledge(tx: &mut Tx<'_>, id: AlarmId, at: Timestamp, by: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(&ALARM_SEEN_TO, &[Value::id(id), at.into(), by.into()])? > 0)
}

/// Removes alarms that were acknowledged before a time, `limit` at most; returns how many.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.execute(&ALARMS_FORGET, &[before.into(), i64::from(limit).into()])
}
