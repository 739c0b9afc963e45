//! Lists the devices.

use store::devices;

use kernel::access::{Permit, SeeDevices};
use kernel::{App, AppError};

mod views;
pub use views::{DeviceCounts, DeviceFilter, DeviceOrder, DeviceView};

/// Device in a list.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// Device of the row.
    pub device: DeviceView,
    /// Name and number of its holder.
    pub holder: Option<String>,
}

/// Part of a list of devices.
#[derive(Debug, Clone)]
pub struct DeviceStep {
    /// Order of the list.
    pub order: DeviceOrder,
    /// Device after which it starts: its clauses not met and its serial number.
    pub after: Option<(i64, String)>,
    /// Largest number of devices.
    pub limit: u32,
}

/// Lists a part of the devices that a filter lets through.
///
/// # Errors
/// Only if the database does not answer.
pub async fn devices(
    app: &App,
    permit: Permit<SeeDevices>,
    filter: DeviceFilter,
    DeviceStep { order, after, limit }: DeviceStep,
) -> Result<Vec<DeviceRow>, AppError> {
    let force = match (permit.scope().force(), filter.force) {
        (Some(own), Some(asked)) if own != asked => return Ok(Vec::new()),
        (own, asked) => own.or(asked),
    };
    let filter = DeviceFilter { force, ..filter }.into();
    app.store()
        .read(move |tx| {
            let after = after.as_ref().map(|(not_met, serial)| (*not_met, serial.as_str()));
            Ok(devices::list(tx, &filter, order.into(), after, limit)?
                .into_iter()
                .map(|(device, holder)| DeviceRow { device: device.into(), holder })
                .collect())
        })
        .await
}

/// Devices read at once.
const STEP: u32 = 500;

/// Lists every device that a filter lets through, by serial number. The search does not find holders.
///
/// # Errors
/// Only if the database does not answer.
pub async fn all_devices(
    app: &App,
    permit: Permit<SeeDevices>,
    filter: DeviceFilter,
) -> Result<Vec<DeviceView>, AppError> {
    let force = permit.scope().force().or(filter.force);
    let mut asked = devices::DeviceFilter::from(DeviceFilter { force, ..filter });
    let mut all: Vec<DeviceView> = Vec::new();
    loop {
        asked.after = all.last().map(|device| device.serial.clone()).unwrap_or_default();
        let one = asked.clone();
        let step = app.store().read(move |tx| devices::page(tx, &one, STEP)).await?;
        let full = step.len() >= usize::try_from(STEP).unwrap_or(usize::MAX);
        all.extend(step.into_iter().map(DeviceView::from));
        if !full {
            return Ok(all);
        }
    }
}
