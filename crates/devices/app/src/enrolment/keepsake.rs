//! Stores, sealed, what a device gives us to keep and may ask back, such as the bootstrap token of a Mac.

use domain::Secret;
use platform_port::Keepsake;
use store::enrolments::Enrolment;

use super::messages::CheckInReply;
use kernel::platforms::{EnrolledOn, keep, kept};
use kernel::{AppError, Work};

/// Stores what the device gave; deletes it if the value is `None`.
pub(super) fn take(
    Work { app, tx, now }: Work<'_, '_>,
    live: &Enrolment,
    what: Keepsake,
    value: Option<&Secret<Vec<u8>>>,
) -> Result<CheckInReply, AppError> {
    let on = EnrolledOn { enrolment: live.id, platform: live.platform };
    keep(app, tx, on, what.name, value)?;
    let action = if value.is_some() { what.stored } else { what.deleted };
    let record = app.about_device(tx, "device", action, live.device)?;
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Done)
}

/// Returns what the device gave.
pub(super) fn give(
    Work { app, tx, now }: Work<'_, '_>,
    live: &Enrolment,
    what: Keepsake,
) -> Result<CheckInReply, AppError> {
    let value = kept(app, tx, live.id, live.platform, what.name)?;
    let record = app.about_device(tx, "device", what.given, live.device)?;
    app.enter(tx, now, record)?;
    Ok(CheckInReply::Given(value))
}
