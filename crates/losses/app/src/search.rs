//! Finds a device for a report by telephone: by a part of a name, a number, an asset tag or a serial number.

use domain::DeviceId;
use store::devices::{self, DeviceFilter, DeviceOrder};

use kernel::access::{ManageCases, Permit};
use kernel::{App, AppError};

/// Most devices that are shown; a caller gives more letters.
pub const MOST: u32 = 12;

/// A device that fits what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// The device.
    pub device: DeviceId,
    /// Its kind, serial number and asset tag.
    pub title: String,
    /// Its holder's name and number.
    pub holder: Option<String>,
    /// Whether its loss is an open case.
    pub reported: bool,
}

/// Lists the devices that fit what was typed, in the forces of the permit; none for less than two characters.
///
/// # Errors
/// Only if the database does not answer.
pub async fn find_devices(app: &App, permit: Permit<ManageCases>, typed: &str) -> Result<Vec<Fit>, AppError> {
    if typed.trim().chars().count() < 2 {
        return Ok(Vec::new());
    }
    let filter = DeviceFilter {
        force: permit.scope().force(),
        search: typed.trim().to_owned(),
        ..DeviceFilter::default()
    };
    app.store()
        .read(move |tx| {
            let mut fits = Vec::new();
            for (device, holder) in devices::list(tx, &filter, DeviceOrder::Serial, None, MOST)? {
                if device.retired_at.is_some() {
                    continue;
                }
                fits.push(Fit {
                    reported: crate::identify::is_reported(tx, &device)?,
                    title: cases_app::device_item(&device).title,
                    device: device.id,
                    holder,
                });
            }
            Ok(fits)
        })
        .await
}
