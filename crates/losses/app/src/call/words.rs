//! Says in a message what somebody is called about: which force it is, what kind of device, and the reference. It names nobody and no
//! device.

use domain::AssetClass;
use losses::report::How;
use store::loss_calls::LossCall;
use store::{Tx, devices, loss_reports};

use kernel::{App, AppError};

/// Returns the sender and what is lost, such as `Northshire Police, Lanyard: a phone is lost (4KM-7TRH)`.
pub(super) fn what_is_lost(app: &App, tx: &mut Tx<'_>, row: &LossCall) -> Result<String, AppError> {
    let report = loss_reports::by_id(tx, row.loss)?;
    let device = row.device.map(|device| devices::by_id(tx, device)).transpose()?.flatten();
    let thing = device.map_or("a device", |device| thing(device.kind.class()));
    let stolen = report.as_ref().is_some_and(|report| report.how == How::Stolen.as_str());
    let how = if stolen { "was stolen" } else { "is lost" };
    let reference = report.map(|report| report.reference).unwrap_or_default();
    Ok(format!("{}, Lanyard: {thing} {how} ({reference})", app.force_title(row.force)))
}

const fn thing(class: AssetClass) -> &'static str {
    match class {
        AssetClass::Phone => "a phone",
        AssetClass::Tablet => "a tablet",
        AssetClass::Laptop | AssetClass::Computer => "a computer",
        AssetClass::Radio => "a radio",
        AssetClass::Sim => "a SIM",
        AssetClass::Accessory => "an accessory",
    }
}
