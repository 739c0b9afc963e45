//! Forgetting what devices said and were told, once its time is over.

use domain::{Span, Timestamp};
use kernel::AppError;
use notices_app::affected::forget_counts;
use store::{Tx, certificates, commands, messages};

/// How long a spent or expired challenge is remembered, so that its replay is named in the log.
const KEEP_CHALLENGES: Span = Span::from_secs(7 * 24 * 3600);
/// How long counts of orders are kept after the hour in which they count.
const KEEP_COUNTS: Span = Span::from_secs(7 * 24 * 3600);

/// Forgets raw messages, finished commands, spent challenges and counts of orders; returns how many rows.
///
/// # Errors
/// Only where the database does not answer.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp, keep_commands: Span, batch: u32) -> Result<u64, AppError> {
    Ok(messages::forget(tx, now, batch)?
        + commands::forget(tx, now.minus(keep_commands), batch)?
        + certificates::forget_challenges(tx, now.minus(KEEP_CHALLENGES))?
        + forget_counts(tx, now.minus(KEEP_COUNTS))?)
}
