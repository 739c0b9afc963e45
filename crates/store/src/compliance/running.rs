//! When the service was running, in spans.

use domain::Timestamp;

use crate::{Row, StoreError, Tx, statements};

/// A time in which some node was running throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// When it began.
    pub from: Timestamp,
    /// Until when a node said that it runs.
    pub until: Timestamp,
}

statements! {
    pub(crate) SPAN_BEGIN = "INSERT INTO service_span (began_at, until) VALUES ($1, $1) ON CONFLICT (began_at) DO NOTHING";
    SPAN_EXTEND = "UPDATE service_span SET until = $2 WHERE began_at = $1 AND until < $2";
    SPAN_BEFORE = "SELECT began_at, until FROM service_span WHERE began_at <= $1 ORDER BY began_at DESC LIMIT 1";
    SPAN_AFTER = "SELECT began_at, until FROM service_span WHERE began_at > $1 ORDER BY began_at LIMIT 1";
}

fn running(row: &Row) -> Result<Running, StoreError> {
    Ok(Running { from: row.time(0)?, until: row.time(1)? })
}

/// Begins a span.
pub fn begin(tx: &mut Tx<'_>, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&SPAN_BEGIN, &[at.into()])?;
    Ok(())
}

/// Extends a span.
pub fn extend(tx: &mut Tx<'_>, span: Running, until: Timestamp) -> Result<(), StoreError> {
    tx.execute(&SPAN_EXTEND, &[span.from.into(), until.into()])?;
    Ok(())
}

/// Returns the last span that began by a time.
pub fn before(tx: &mut Tx<'_>, at: Timestamp) -> Result<Option<Running>, StoreError> {
    tx.one(&SPAN_BEFORE, &[at.into()])?.as_ref().map(running).transpose()
}

/// Returns the first span that began after a time.
pub fn after(tx: &mut Tx<'_>, at: Timestamp) -> Result<Option<Running>, StoreError> {
    tx.one(&SPAN_AFTER, &[at.into()])?.as_ref().map(running).transpose()
}
