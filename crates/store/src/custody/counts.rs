//! Stock counts: what a place should hold, what was scanned, and what was said of each difference.

use domain::{CaseId, CountId, DeviceId, Force, PlaceId, Timestamp};

use crate::locks::{self, Lock};
use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One count.
    pub struct Count {
        /// Its id.
        pub id: CountId,
        /// The number that people say.
        pub number: i64,
        /// The force that it belongs to.
        pub force: Force,
        /// The place that it belongs to.
        pub place: PlaceId = "place_id",
        /// Who opened it, as the ledger names them.
        pub opened_by: String,
        /// When it was opened.
        pub opened_at: Timestamp,
        /// Who closed it and when.
        pub closed: Option<(String, Timestamp)> = "closed_by, closed_at",
    }

    /// A device that should be there, or a code that was scanned, or both.
    pub struct Line {
        /// The device's id, or the code itself where the register does not know it.
        pub code: String,
        /// The device.
        pub device: Option<DeviceId> = "device_id",
        /// Whether it should be there.
        pub expected: bool,
        /// When it was scanned.
        pub scanned_at: Option<Timestamp>,
        /// What was said of the difference.
        pub explanation: Option<String>,
        /// The case that the difference opened.
        pub case: Option<CaseId> = "case_id",
    }
}

/// What the lock of the next number is called: who opens a count takes it before looking whether one is open.
pub const NUMBER: &str = "count";

statements! {
    pub(crate) COUNT_OPEN = "INSERT INTO stock_count (id, number, force, place_id, opened_by, opened_at)
        SELECT $1, COALESCE(max(number), 0) + 1, $2, $3, $4, $5 FROM stock_count";
    COUNT_BY_ID: Count = "SELECT {columns} FROM stock_count WHERE id = $1";
    COUNT_OPEN_IN: Count = "SELECT {columns} FROM stock_count WHERE place_id = $1 AND closed_at IS NULL";
    COUNT_LIST: Count = "SELECT {columns} FROM stock_count WHERE ($1 = '' OR force = $1)
        ORDER BY opened_at DESC, id DESC LIMIT 200";
    COUNT_CLOSE = "UPDATE stock_count SET closed_by = $2, closed_at = $3 WHERE id = $1 AND closed_at IS NULL";
    STOCK_LINE_EXPECT = "INSERT INTO stock_line (count_id, code, device_id, expected) VALUES ($1, $2, $2, 1)";
    STOCK_LINE_SCAN = "INSERT INTO stock_line (count_id, code, device_id, expected, scanned_at) VALUES ($1, $2, $3, 0, $4)
        ON CONFLICT (count_id, code) DO UPDATE SET scanned_at = COALESCE(stock_line.scanned_at, excluded.scanned_at)";
    STOCK_LINE_EXPLAIN = "UPDATE stock_line SET explanation = $3, case_id = $4 WHERE count_id = $1 AND code = $2";
    STOCK_LINES: Line = "SELECT {columns} FROM stock_line WHERE count_id = $1 ORDER BY code LIMIT 20000";
}

/// Opens a count with what should be there; the number is given here and `new.number` is not looked at.
pub fn open(tx: &mut Tx<'_>, new: &Count, expected: &[DeviceId]) -> Result<(), StoreError> {
    locks::take(tx, Lock::Number(NUMBER))?;
    let params = values!(new: id, force, place, opened_by, opened_at);
    tx.execute(&COUNT_OPEN, &params)?;
    for device in expected {
        tx.later(&STOCK_LINE_EXPECT, vec![Value::id(new.id), Value::id(*device)])?;
    }
    Ok(())
}

/// Returns the count of that id.
pub fn by_id(tx: &mut Tx<'_>, id: CountId) -> Result<Option<Count>, StoreError> {
    tx.row(&COUNT_BY_ID, &[Value::id(id)])
}

/// Returns the open count of a place.
pub fn open_in(tx: &mut Tx<'_>, place: PlaceId) -> Result<Option<Count>, StoreError> {
    tx.row(&COUNT_OPEN_IN, &[Value::id(place)])
}

/// Returns every count, newest first, 200 at most.
pub fn list(tx: &mut Tx<'_>, force: Option<Force>) -> Result<Vec<Count>, StoreError> {
    tx.rows(&COUNT_LIST, &[crate::force_word(force)])
}

/// Notes a scan; scanning a thing twice changes nothing.
pub fn scan(
    tx: &mut Tx<'_>,
    id: CountId,
    code: &str,
    device: Option<DeviceId>,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&STOCK_LINE_SCAN, &[Value::id(id), code.into(), Value::opt_id(device), at.into()]).map(drop)
}

/// Says of a difference what came of it.
pub fn explain(
    tx: &mut Tx<'_>,
    id: CountId,
    code: &str,
    explanation: &str,
    case: Option<CaseId>,
) -> Result<(), StoreError> {
    tx.execute(&STOCK_LINE_EXPLAIN, &[Value::id(id), code.into(), explanation.into(), Value::opt_id(case)])
        .map(drop)
}

/// Closes a count; returns whether it was open.
pub fn close(tx: &mut Tx<'_>, id: CountId, by: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&COUNT_CLOSE, &[Value::id(id), by.into(), at.into()])? > 0)
}

/// Returns every line of a count.
pub fn lines(tx: &mut Tx<'_>, id: CountId) -> Result<Vec<Line>, StoreError> {
    tx.rows(&STOCK_LINES, &[Value::id(id)])
}
