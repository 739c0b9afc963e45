//! Lists the devices.

use domain::EnrolmentState;
use store::devices;

use kernel::access::{Permit, SeeDevices};
use kernel::{App, AppError};
pub use store::devices::{Device, DeviceCounts, DeviceFilter, DeviceOrder};

/// Device in a list.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// Device of the row.
    pub device: Device,
    /// Name and number of its holder.
    pub holder: Option<String>,
}

/// Lists up to `limit` devices in that order, starting after the given one (its clauses not met and its serial number).
///
/// # Errors
/// Only if the database does not answer.
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
