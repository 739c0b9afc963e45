//! Finds a device by what a scanner reads: asset tag, serial number, IMEI, the number of a SIM, or its label's address.

use crate::AssetView;
use domain::{DeviceId, Force, Party};
use kernel::named::NamedDevice;
use paper::Label;
use store::{Tx, assets, devices};

use super::named;

use kernel::access::{Action, Permit, Scope, SeeDevices};
use kernel::{App, AppError};

/// Longest code that is looked up.
const LONGEST: usize = 200;

/// Converts what a scanner read to the form in which codes are stored: takes the id at the end of a label's address, and puts
/// anything else in capitals.
pub(super) fn code_of(read: &str) -> String {
    let read: String = read.trim().chars().take(LONGEST).collect();
    match read.rsplit_once("/devices/") {
        Some((_, id)) => id.to_owned(),
        None => read.to_uppercase(),
    }
}

/// Finds every device in scope that a code may mean. Ten at most.
fn within(tx: &mut Tx<'_>, scope: Scope, read: &str) -> Result<Vec<devices::Device>, AppError> {
    let code = code_of(read);
    if code.is_empty() {
        return Ok(Vec::new());
    }
    let ids = match code.parse::<DeviceId>() {
        Ok(id) => vec![id],
        Err(_) => assets::with_code(tx, &code)?,
    };
    let mut found = Vec::new();
    for id in ids {
        found.extend(devices::by_id(tx, id)?.filter(|device| scope.covers(device.force)));
    }
    Ok(found)
}

/// Finds the one device that a code means, for a field of a form.
pub(super) fn one<A: Action>(
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    field: &'static str,
    read: &str,
) -> Result<DeviceId, AppError> {
    let found = within(tx, permit.scope(), read)?;
    let shown: String = read.trim().chars().take(40).collect();
    match found.as_slice() {
        [device] => Ok(device.id),
        [] => Err(AppError::invalid(field, format!("nothing in the register has the number {shown}"))),
        _ => Err(AppError::invalid(
            field,
            format!("{} things have the number {shown}; use the serial number", found.len()),
        )),
    }
}

/// Finds the one device of a force that a code means; returns `None` if there is none or several.
pub(super) fn of_force(
    tx: &mut Tx<'_>,
    force: Force,
    read: &str,
) -> Result<Option<devices::Device>, AppError> {
    let code = code_of(read);
    let ids = match code.parse::<DeviceId>() {
        Ok(id) => vec![id],
        Err(_) => assets::with_code(tx, &code)?,
    };
    let mut found = Vec::new();
    for id in ids {
        found.extend(devices::by_id(tx, id)?);
    }
    let several = found.len() > 1;
    Ok(found.into_iter().find(|device| !several || device.force == force))
}

/// Label, ready to print.
#[derive(Debug, Clone)]
pub struct DeviceLabel {
    /// Number in letters: the force's label, or the serial number where it has none.
    pub number: String,
    /// Force that owns the device.
    pub force: Force,
    /// Drawing of both codes.
    pub drawn: Label,
}

/// Makes the label of the device that a code means: the address of its page, and its number.
///
/// # Errors
/// [`AppError::Invalid`] if there is none or several, or if its number cannot be a bar code.
pub async fn label(app: &App, permit: Permit<SeeDevices>, read: &str) -> Result<DeviceLabel, AppError> {
    let (app, read) = (app.clone(), read.to_owned());
    app.clone()
        .store()
        .read(move |tx| {
            let id = one(tx, &permit, "codes", &read)?;
            let device = devices::by_id(tx, id)?.ok_or_else(|| AppError::not_found("device", id))?;
            let address = format!("{}/devices/{id}", app.config().address);
            let number = device.asset_tag.unwrap_or(device.serial);
            let drawn = Label::of(&address, &number)
                .map_err(|error| AppError::invalid("codes", error.to_string()))?;
            Ok(DeviceLabel { number, force: device.force, drawn })
        })
        .await
}

/// Reads the particulars of devices, in their order, each with the name of the place where it is.
///
/// # Errors
/// [`AppError::NotFound`] for one that does not exist, [`AppError::Denied`] for another force.
pub async fn particulars(
    app: &App,
    permit: Permit<SeeDevices>,
    ids: Vec<DeviceId>,
) -> Result<Vec<(AssetView, Option<String>)>, AppError> {
    app.store()
        .read(move |tx| {
            let mut all = Vec::with_capacity(ids.len());
            for id in ids {
                let (device, asset) = crate::entry(tx, id)?;
                permit.reaches(device.force)?;
                let place = asset.place.map(|place| named(tx, Party::Place(place))).transpose()?;
                all.push((AssetView::from(asset), place));
            }
            Ok(all)
        })
        .await
}

/// Finds the devices that a code may mean: none, one, or a few to choose from.
///
/// # Errors
/// Only if the database does not answer.
pub async fn scan(app: &App, permit: Permit<SeeDevices>, read: &str) -> Result<Vec<NamedDevice>, AppError> {
    let (scope, read) = (permit.scope(), read.to_owned());
    app.store()
        .read(move |tx| Ok(within(tx, scope, &read)?.into_iter().map(NamedDevice::from).collect()))
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_from_a_label_or_from_a_keyboard() {
        assert_eq!(code_of(" nc-01234\r\n"), "NC-01234");
        assert_eq!(
            code_of("https://mdm.force.example/devices/00000001-0000-7000-8000-000000000000"),
            "00000001-0000-7000-8000-000000000000"
        );
        assert_eq!(code_of(&"x".repeat(5000)).len(), LONGEST);
    }
}
