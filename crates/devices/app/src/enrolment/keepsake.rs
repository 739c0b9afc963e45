//! Stores, sealed, what a device gives us to keep and may ask back, such as the bootstrap token of a Mac.

use domain::{Secret, Timestamp};
use platform_port::Keepsake;
use store::Tx;
use store::enrolments::Enrolment;

use super::messages::CheckInReply;
use kernel::platforms::{keep, kept};
use kernel::{App, AppError};

/// Stores what the device gave; deletes it if the value is `None`.
pub(super) fn take(
    app: &App,
    tx: &mut Tx<'_>,
    live: &Enrolment,
    (what, value): (Keepsake, Option<&Secret<Vec<u8>>>),
    now: Timestamp,
) -> Result<CheckInReply, AppError> {
    keep(app, tx, (live.id, live.platform), what.name, value)?;
    let action = if value.is_some() { what.stored } else { what.deleted };
    let record = app.about_device(tx, "device", action, live.device)?;
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Done)
}

/// Returns what the device gave.
pub(super) fn give(
    app: &App,
    tx: &mut Tx<'_>,
    live: &Enrolment,
    what: Keepsake,
    now: Timestamp,
) -> Result<CheckInReply, AppError> {
    let value = kept(app, tx, (live.id, live.platform), what.name)?;
    let record = app.about_device(tx, "device", what.given, live.device)?;
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Given(value))
}
