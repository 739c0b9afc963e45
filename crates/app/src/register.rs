//! The asset register: only what stands in it as force property can be enrolled (UPD-7.1).

use domain::{DeviceId, DeviceKind, Force, PersonId};
use serde_json::json;
use store::devices::{Device, EnrolmentState};
use store::{devices, people};

use crate::access::{ManageRegister, Permit};
use crate::people::{optional_text, text};
use crate::record::Record;
use crate::{App, AppError};

/// What is entered of a new device.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// The maker's serial number: 4 to 40 letters and digits, unique in the register.
    pub serial: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Whose property.
    pub force: Force,
    /// Who is to have it.
    pub holder: Option<PersonId>,
    /// The force's own label.
    pub asset_tag: Option<String>,
}

impl App {
    /// Enters a device into the register.
    ///
    /// # Errors
    /// [`AppError::Invalid`], [`AppError::Conflict`] if the serial number is there, [`AppError::NotFound`] for an
    /// unknown holder.
    pub async fn add_device(
        &self,
        permit: Permit<ManageRegister>,
        new: NewDevice,
    ) -> Result<DeviceId, AppError> {
        let serial = text("serial", &new.serial, 40)?.to_ascii_uppercase();
        if serial.len() < 4 || !serial.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(AppError::invalid(
                "serial",
                "use the 4 to 40 letters and digits printed on the device",
            ));
        }
        permit.reaches(new.force)?;
        let device = Device {
            id: DeviceId::from_uuid(self.world().uuid()),
            serial,
            kind: new.kind,
            force: new.force,
            holder: new.holder,
            asset_tag: optional_text("asset tag", new.asset_tag.as_deref(), 40)?,
            model: None,
            created_at: self.world().now(),
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
        };
        let app = self.clone();
        self.store()
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
                    app.ask_standing(tx, holder, device.created_at)?;
                }
                let record =
                    Record::new(&permit.actor().name, "device.registered", format!("device:{}", device.id))
                        .force(device.force)
                        .detail(
                            json!({ "serial": device.serial, "kind": device.kind, "holder": device.holder }),
                        );
                app.enter(tx, device.created_at, record)?;
                Ok(device.id)
            })
            .await
    }

    /// Gives a device to another holder, or to nobody (MDU-1.3).
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown device or person.
    pub async fn set_holder(
        &self,
        permit: Permit<ManageRegister>,
        device: DeviceId,
        holder: Option<PersonId>,
    ) -> Result<(), AppError> {
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let entry =
                    devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
                permit.reaches(entry.force)?;
                if let Some(holder) = holder {
                    let person =
                        people::by_id(tx, holder)?.ok_or_else(|| AppError::not_found("person", holder))?;
                    permit.reaches(person.force)?;
                }
                devices::set_holder(tx, device, holder)?;
                // What each is asked to accept depends on what they have.
                for person in entry.holder.into_iter().chain(holder) {
                    app.ask_standing(tx, person, now)?;
                }
                let record =
                    Record::new(&permit.actor().name, "device.holder.set", format!("device:{device}"))
                        .force(entry.force)
                        .detail(json!({ "from": entry.holder, "to": holder }));
                app.enter(tx, now, record)
            })
            .await
    }
}
