//! Keeps the asset register: only force property that is in it can be enrolled (UPD-7.1).

pub mod import;
mod particulars;
mod sheet;

pub use particulars::{describe_device, restate_device};

use domain::{DeviceId, DeviceKind, EnrolmentState, Force, PersonId, Timestamp};
use serde_json::json;
use store::devices::Device;
use store::locks::{self, Lock};
use store::{devices, people};

pub use devices_app::caps::Changed;
use devices_app::caps::{HeldDeed, held_beyond_cap};
use kernel::access::{ManageRegister, Permit};
use kernel::fields::{optional_text, text};
use kernel::record::Record;
use kernel::{App, AppError, Work};

pub use particulars::restate_checked;
pub(crate) use particulars::{Described, describe};
pub use particulars::{Particulars, Restated};

/// Details of a new device.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Maker's serial number: 4 to 40 letters and digits, unique in the register.
    pub serial: String,
    /// Kind of device.
    pub kind: DeviceKind,
    /// Force that owns it.
    pub force: Force,
    /// Intended holder.
    pub holder: Option<PersonId>,
    /// Force's own label.
    pub asset_tag: Option<String>,
}

/// Enters a device into the register.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::Conflict`] if the serial number is already there, [`AppError::NotFound`] for an unknown
/// holder.
pub async fn add_device(
    app: &App,
    permit: Permit<ManageRegister>,
    new: NewDevice,
) -> Result<DeviceId, AppError> {
    let serial = checked_serial(&new.serial)?;
    permit.reaches(app.chosen_force(Some(new.force))?)?;
    let id = DeviceId::from_uuid(app.world().uuid());
    let mut device = entry(id, serial, &new, new.holder, app.world().now());
    device.asset_tag = optional_text("asset tag", new.asset_tag.as_deref(), 40)?;
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            if devices::by_serial(tx, &device.serial)?.is_some() {
                return Err(AppError::Conflict(format!(
                    "the serial number {} already stands in the register; look it up instead",
                    device.serial
                )));
            }
            if let Some(holder) = device.holder {
                let person =
                    people::by_id(tx, holder)?.ok_or_else(|| AppError::not_found("person", holder))?;
                permit.reaches(person.force)?;
            }
            devices::add(tx, &device)?;
            if let Some(holder) = device.holder {
                kernel::jobs::ask_standing(Work { app: &app, tx, now: device.created_at }, holder)?;
            }
            let record =
                Record::new(&permit.actor().name, "device.registered", format!("device:{}", device.id))
                    .force(device.force)
                    .detail(json!({ "serial": device.serial, "kind": device.kind, "holder": device.holder }));
            app.enter(tx, device.created_at, record)?;
            Ok(device.id)
        })
        .await
}

/// Gives a device to another holder, or to nobody (MDU-1.3). Taking it from its holder counts towards a cap.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown device or person.
pub async fn set_holder(
    app: &App,
    permit: Permit<ManageRegister>,
    device: DeviceId,
    holder: Option<PersonId>,
) -> Result<Changed, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Device(device))?;
            let entry = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            permit.reaches(entry.force)?;
            if let Some(holder) = holder {
                let person =
                    people::by_id(tx, holder)?.ok_or_else(|| AppError::not_found("person", holder))?;
                permit.reaches(person.force)?;
                if entry.holder != Some(holder) {
                    devices_app::holds::refuse_if_held(tx, device)?;
                }
            }
            let by = (permit.actor().name.as_str(), now);
            if entry.holder.is_some() && entry.holder != holder {
                let what = HeldDeed::SetHolder { holder };
                if let Some(burst) = held_beyond_cap(Work { app: &app, tx, now: by.1 }, &entry, &what, by.0)?
                {
                    return Ok(Changed::Held(burst));
                }
            }
            change_holder(Work { app: &app, tx, now: by.1 }, device, holder, by.0).map(|()| Changed::Done)
        })
        .await
}

/// Gives a device to another holder, or to nobody, with its entry in the ledger.
pub fn change_holder(
    Work { app, tx, now }: Work<'_, '_>,
    device: DeviceId,
    holder: Option<PersonId>,
    by: &str,
) -> Result<(), AppError> {
    let entry = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
    if holder.is_some() && entry.holder != holder {
        devices_app::holds::refuse_if_held(tx, device)?;
    }
    devices::set_holder(tx, device, holder)?;
    terms_app::holder_changed(Work { app, tx, now }, device, entry.holder, holder)?;
    let record = Record::new(by, "device.holder.set", format!("device:{device}"))
        .force(entry.force)
        .detail(json!({ "from": entry.holder, "to": holder }));
    app.enter(tx, now, record)
}

/// Checks a serial number and returns it as the register has it: 4 to 40 letters and digits, in capitals.
pub(crate) fn checked_serial(serial: &str) -> Result<String, AppError> {
    // A label used instead of a serial number may have hyphens and spaces in it.
    let serial: String = text("serial", serial, 60)?.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let serial = serial.to_ascii_uppercase();
    if !(4..=40).contains(&serial.len()) || !serial.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(AppError::invalid("serial", "use the 4 to 40 letters and digits printed on the device"));
    }
    Ok(serial)
}

/// Makes a new entry, before anything was reported about it.
pub(crate) fn entry(
    id: DeviceId,
    serial: String,
    new: &NewDevice,
    holder: Option<PersonId>,
    now: Timestamp,
) -> Device {
    Device {
        id,
        serial,
        kind: new.kind,
        force: new.force,
        holder,
        asset_tag: None,
        model: None,
        created_at: now,
        retired_at: None,
        enrolment: None,
        enrolment_state: EnrolmentState::None,
        supervised: None,
        os_version: None,
        last_contact_at: None,
        met: 0,
        not_met: 0,
        not_known: 0,
        judged_at: None,
    }
}
