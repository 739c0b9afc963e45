//! Forgetting on schedule: raw messages, finished commands, spent challenges, sign-ins that nobody finished, forms that nobody
//! sent again, and sessions that are over (an hour later, so that what was typed in them can still be kept).

use domain::Span;
use store::{
    alarms, caps, certificates, commands, duty, imports, kept_forms, messages, notices, off_duty, sessions,
    sign_in,
};

use crate::sign_in::KEEP;
use crate::{App, AppError};

/// Rows removed in one transaction, so that the writer is never held for long.
const BATCH: u32 = 2000;
/// How long a spent or expired challenge is remembered, so that its replay is named in the log.
const KEEP_CHALLENGES: Span = Span::from_secs(7 * 24 * 3600);

/// How long notices are kept, read or not, and alarms after somebody saw to them: the list of exceptions is asked for by month, for a year back.
const KEEP_NOTICES: Span = Span::from_secs(400 * 24 * 3600);
/// How long shifts, absences and times on call are kept after they ended: long enough to review the time, and no longer,
/// because an absence says something about a person's life.
const KEEP_PERIODS: Span = Span::from_secs(100 * 24 * 3600);

/// How long counts of orders are kept after the hour in which they count.
const KEEP_COUNTS: Span = Span::from_secs(7 * 24 * 3600);

/// Forgets what is past its time; how many rows. Call again until it gives less than a batch.
///
/// # Errors
/// Only where the database does not answer.
pub async fn forget_what_is_due(app: &App) -> Result<u64, AppError> {
    if !crate::health::clock_is_right(app) {
        return Ok(0);
    }
    let now = app.world().now();
    let config = app.config().clone();
    app.store()
        .write(move |tx| {
            Ok(messages::forget(tx, now, BATCH)?
                + commands::forget(tx, now.minus(config.keep_commands), BATCH)?
                + certificates::forget_challenges(tx, now.minus(KEEP_CHALLENGES))?
                + notices::forget(tx, now.minus(KEEP_NOTICES), BATCH)?
                + alarms::forget(tx, now.minus(KEEP_NOTICES), BATCH)?
                + caps::forget(tx, now.minus(KEEP_COUNTS))?
                + duty::forget(tx, now.minus(KEEP_PERIODS), BATCH)?
                + imports::forget(tx, now)?
                + off_duty::forget(tx, now.minus(KEEP_PERIODS), BATCH)?
                + sessions::forget(tx, now.minus(KEEP), now.minus(config.session_idle).minus(KEEP))?
                + kept_forms::forget(tx, now)?
                + sign_in::forget(tx, now)?)
        })
        .await
}
