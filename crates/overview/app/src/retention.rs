//! Deletes data past its retention period: each capability deletes it from its own tables.

use kernel::{App, AppError, Work};

/// Most rows removed from one table in one transaction, so that the write lock is never held for long.
const BATCH: u32 = 2000;

/// Deletes data past its retention period; returns the number of rows. Call it again until it returns less than a
/// batch.
///
/// # Errors
/// Only if the database does not answer.
pub async fn forget_what_is_due(app: &App) -> Result<u64, AppError> {
    if !kernel::health::clock_is_right(app) {
        return Ok(0);
    }
    let (app, now, config) = (app.clone(), app.world().now(), app.config().clone());
    app.clone()
        .store()
        .write(move |tx| {
            Ok(devices_app::forgetting::forget(tx, now, config.keep_commands, BATCH)?
                + notices_app::forget(tx, now, BATCH)?
                + duty_app::forget(tx, now, BATCH)?
                + incidents_app::forget(Work { app: &app, tx, now }, BATCH)?
                + losses_app::forget(tx, now, BATCH)?
                + off_duty_app::forget(tx, now, BATCH)?
                + kernel::imports::forget(tx, now)?
                + sign_in_app::forget(tx, now, config.session_idle)?)
        })
        .await
}
