//! Deletes what is not true or not needed any more: what a device reported before it was erased, old messages past their time.

use domain::{DeviceId, Span, Timestamp};
use kernel::AppError;
use notices_app::affected::forget_counts;
use store::commands::Forgotten;
use store::{Tx, certificates, commands, devices, messages, profiles};

/// Time for which a used or expired challenge is kept, so that the log can name a replay of it.
const KEEP_CHALLENGES: Span = Span::from_secs(7 * 24 * 3600);
/// Time for which orders to a lost device are kept after the report, although they have finished: the figures of losses look at them.
const KEEP_LOSS_ORDERS: Span = Span::from_secs(400 * 24 * 3600);
/// Time for which counts of orders are kept after the hour in which they count.
const KEEP_COUNTS: Span = Span::from_secs(7 * 24 * 3600);

/// Deletes what a device reported, which no longer describes it once it has been erased, enrolled again or left management.
pub(crate) fn forget_what_it_said(tx: &mut Tx<'_>, device: DeviceId) -> Result<(), AppError> {
    profiles::forget_all(tx, device)?;
    messages::forget_facts(tx, device)?;
    devices::forget_reported(tx, device)?;
    Ok(())
}

/// Deletes raw messages, finished commands, used challenges and counts of orders; returns the number of rows. Orders to a device that
/// was reported lost stay with its loss.
///
/// # Errors
/// Only if the database does not answer.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp, keep_commands: Span, batch: u32) -> Result<u64, AppError> {
    let finished = Forgotten { before: now.minus(keep_commands), lost_since: now.minus(KEEP_LOSS_ORDERS) };
    Ok(messages::forget(tx, now, batch)?
        + commands::forget(tx, &finished, batch)?
        + certificates::forget_challenges(tx, now.minus(KEEP_CHALLENGES))?
        + forget_counts(tx, now.minus(KEEP_COUNTS))?)
}
