//! Finds a device for a report by telephone: by a part of a name, a number, an asset tag or a serial number.

use domain::{DeviceId, LossId};
use store::devices::{self, Device, DeviceFilter, DeviceOrder};
use store::{Tx, loss_calls, loss_reports, people};

use devices_app::commands::managed;
use kernel::access::{AcceptOwn, ManageCases, Permit};
use kernel::named::NamedDevice;
use kernel::{App, AppError};

/// Most devices that are shown; a caller gives more letters.
pub const MOST: u32 = 12;

/// A device that fits what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// The device.
    pub device: DeviceId,
    /// Its name: for staff, or for its holder in a list of their own.
    pub title: String,
    /// Its holder's name and number.
    pub holder: Option<String>,
    /// Whether its loss is an open case.
    pub reported: bool,
    /// Whether it is under management, so that an order to lock it can reach it.
    pub managed: bool,
}

/// Lists the devices that the signed-in person holds.
///
/// # Errors
/// Only if the database does not answer.
pub async fn own_devices(app: &App, permit: Permit<AcceptOwn>) -> Result<Vec<Fit>, AppError> {
    let Some(me) = permit.actor().person else { return Ok(Vec::new()) };
    app.store()
        .read(move |tx| {
            let mut held = devices::of_holder(tx, me)?;
            held.retain(|device| device.retired_at.is_none());
            held.iter().map(|device| own_fit(tx, device)).collect()
        })
        .await
}

/// Reads one device for the form, with its holder; `None` where there is none, or it is out of use.
///
/// # Errors
/// [`AppError::Denied`] for a device of another force.
pub async fn one_device(
    app: &App,
    permit: Permit<ManageCases>,
    id: DeviceId,
) -> Result<Option<Fit>, AppError> {
    app.store()
        .read(move |tx| {
            let found = devices::by_id(tx, id)?.filter(|device| device.retired_at.is_none());
            let Some(device) = found else { return Ok(None) };
            permit.reaches(device.force)?;
            let holder = holder_of(tx, &device)?;
            fit(tx, &device, holder).map(Some)
        })
        .await
}

fn holder_of(tx: &mut Tx<'_>, device: &Device) -> Result<Option<String>, AppError> {
    let holder = device.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
    Ok(holder.as_ref().map(kernel::words::shown))
}

/// Lists the devices that the reports of a loss may mean, other than the one that it is about, for staff to choose from: by a number in
/// the answers, or because the answers name who has them.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for a loss of another force.
pub async fn fits_of_loss(
    app: &App,
    permit: Permit<ManageCases>,
    loss: LossId,
) -> Result<Vec<Fit>, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let call = loss_calls::by_id(tx, loss)?.ok_or_else(|| AppError::not_found("loss", loss))?;
            permit.reaches(call.force)?;
            let mut found: Vec<Device> = Vec::new();
            for report in loss_reports::of_loss(tx, loss)? {
                let Some(answers) = crate::report::answers_of(&app, &report)? else { continue };
                let fits = crate::identify::may_mean(&app, tx, Some(call.force), &answers)?;
                let new = |device: &Device| {
                    Some(device.id) != call.device && found.iter().all(|known| known.id != device.id)
                };
                let fits: Vec<Device> = fits.into_iter().filter(new).collect();
                found.extend(fits);
            }
            let most = usize::try_from(MOST).unwrap_or(usize::MAX);
            let mut fits = Vec::new();
            for device in found.iter().take(most) {
                let holder = holder_of(tx, device)?;
                fits.push(fit(tx, device, holder)?);
            }
            Ok(fits)
        })
        .await
}

fn own_fit(tx: &mut Tx<'_>, device: &Device) -> Result<Fit, AppError> {
    Ok(Fit { title: NamedDevice::from(device).for_holder(), ..fit(tx, device, None)? })
}

fn fit(tx: &mut Tx<'_>, device: &Device, holder: Option<String>) -> Result<Fit, AppError> {
    Ok(Fit {
        reported: crate::identify::is_reported(tx, device)?,
        managed: managed(device).is_ok(),
        title: cases_app::device_item(device).title,
        device: device.id,
        holder,
    })
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
                fits.push(fit(tx, &device, holder)?);
            }
            Ok(fits)
        })
        .await
}
