//! The list of devices.

use store::devices;

use kernel::access::{Permit, SeeDevices};
use kernel::{App, AppError};
pub use store::devices::{Device, DeviceCounts, DeviceFilter, DeviceOrder, EnrolmentState};

/// One device of a list.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// The device.
    pub device: Device,
    /// Its holder's name and number.
    pub holder: Option<String>,
}

/// Up to `limit` devices in that order, from behind the given one (its clauses not met and its serial number).
///
/// # Errors
/// Only where the database does not answer.
pub async fn devices(
    app: &App,
    permit: Permit<SeeDevices>,
    filter: DeviceFilter,
    order: DeviceOrder,
    after: Option<(i64, String)>,
    limit: u32,
) -> Result<Vec<DeviceRow>, AppError> {
    let force = match (permit.scope().force(), filter.force) {
        (Some(own), Some(asked)) if own != asked => return Ok(Vec::new()),
        (own, asked) => own.or(asked),
    };
    let filter = DeviceFilter { force, ..filter };
    app.store()
        .read(move |tx| {
            let after = after.as_ref().map(|(not_met, serial)| (*not_met, serial.as_str()));
            Ok(devices::list(tx, &filter, order, after, limit)?
                .into_iter()
                .map(|(device, holder)| DeviceRow { device, holder })
                .collect())
        })
        .await
}
