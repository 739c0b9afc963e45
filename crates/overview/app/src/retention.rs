//! Forgetting on schedule: each capability forgets what is past its time in its own tables.

use kernel::{App, AppError};

/// Rows removed of one table in one transaction, so that the writer is never held for long.
const BATCH: u32 = 2000;

/// Forgets what is past its time; returns how many rows. Call it again until it returns less than a batch.
///
/// # Errors
/// Only where the database does not answer.
pub async fn forget_what_is_due(app: &App) -> Result<u64, AppError> {
    if !kernel::health::clock_is_right(app) {
        return Ok(0);
    }
    let (now, config) = (app.world().now(), app.config().clone());
    app.store()
        .write(move |tx| {
            Ok(devices_app::forgetting::forget(tx, now, config.keep_commands, BATCH)?
                + notices_app::forget(tx, now, BATCH)?
                + duty_app::forget(tx, now, BATCH)?
                + off_duty_app::forget(tx, now, BATCH)?
                + kernel::imports::forget(tx, now)?
                + sign_in_app::forget(tx, now, config.session_idle)?)
        })
        .await
}
