//! When the service was running, in spans.

use domain::Timestamp;

use crate::{StoreError, Tx, row, statements};

row! {
    /// A time in which some node was running throughout.
    #[derive(Copy)]
    pub struct Running {
        /// When it began.
        pub from: Timestamp = "began_at",
        /// Until when a node said that it runs.
        pub until: Timestamp,
    }
}

statements! {
    pub(crate) SPAN_BEGIN = "INSERT INTO service_span (began_at, until) VALUES ($1, $1) ON CONFLICT (began_at) DO NOTHING";
    SPAN_EXTEND = "UPDATE service_span SET until = $2 WHERE began_at = $1 AND until < $2";
    SPAN_BEFORE: Running = "SELECT {columns} FROM service_span WHERE began_at <= $1 ORDER BY began_at DESC LIMIT 1";
    SPAN_AFTER: Running = "SELECT {columns} FROM service_span WHERE began_at > $1 ORDER BY began_at LIMIT 1";
}

/// Begins a span.
pub fn begin(tx: &mut Tx<'_>, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&SPAN_BEGIN, &[at.into()]).map(drop)
}

/// Extends a span.
pub fn extend(tx: &mut Tx<'_>, span: Running, until: Timestamp) -> Result<(), StoreError> {
    tx.execute(&SPAN_EXTEND, &[span.from.into(), until.into()]).map(drop)
}

/// Returns the last span that began by a time.
pub fn before(tx: &mut Tx<'_>, at: Timestamp) -> Result<Option<Running>, StoreError> {
    tx.row(&SPAN_BEFORE, &[at.into()])
}

/// Returns the first span that began after a time.
pub fn after(tx: &mut Tx<'_>, at: Timestamp) -> Result<Option<Running>, StoreError> {
    tx.row(&SPAN_AFTER, &[at.into()])
}
