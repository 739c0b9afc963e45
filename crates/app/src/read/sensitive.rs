//! What is too sensitive to lie on a page: where a device is, and the PIN that unlocks a Mac. Each needs a reason, and
//! reading it is itself in the ledger.

use domain::{CommandId, DeviceId, Secret, Timestamp};
use protocol_apple::{connect, reports};
use serde_json::json;
use store::{commands, devices, enrolments};

use crate::access::{CommandDevices, LocateDevices, Permit};
use crate::commands::{Spec, managed};
use crate::record::Record;
use crate::{App, AppError};

/// Where a device was.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceRead {
    /// Degrees north and degrees east.
    pub degrees: Secret<(f64, f64)>,
    /// Radius of uncertainty in metres, where known.
    pub accuracy_metres: Option<f64>,
    /// When the device took it, where it says.
    pub taken_at: Option<Timestamp>,
    /// When its answer came.
    pub received_at: Timestamp,
}

impl App {
    /// Where a device said last that it was, after an order to locate it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where it never said, [`AppError::Invalid`] without a reason, [`AppError::Conflict`] where it
    /// is not under management.
    pub async fn read_location(
        &self,
        permit: Permit<LocateDevices>,
        device: DeviceId,
        reason: &str,
    ) -> Result<PlaceRead, AppError> {
        let reason = crate::people::text("reason", reason, 500)?;
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let target =
                    devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
                permit.reaches(target.force)?;
                let (enrolment, _) = managed(&target)?;
                let (raw, received_at) = app
                    .last_raw(tx, enrolment, "DeviceLocation")?
                    .ok_or_else(|| AppError::not_found("location of", &target.serial))?;
                let report =
                    connect::decode(&raw, raw.len().max(1)).map_err(|error| AppError::fault(&error))?;
                let place = reports::location(&report)
                    .ok_or_else(|| AppError::not_found("location in the answer of", &target.serial))?;
                let record =
                    Record::new(&permit.actor().name, "device.location.read", format!("device:{device}"))
                        .force(target.force)
                        .detail(json!({ "reason": reason }));
                app.enter(tx, now, record)?;
                Ok(PlaceRead {
                    degrees: Secret::new((place.latitude, place.longitude)),
                    accuracy_metres: place.accuracy_metres,
                    taken_at: place.taken_at,
                    received_at,
                })
            })
            .await
    }

    /// The PIN that a lock or erase of a Mac was sent with.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where the command has none, [`AppError::Invalid`] without a reason.
    pub async fn read_pin(
        &self,
        permit: Permit<CommandDevices>,
        command: CommandId,
        reason: &str,
    ) -> Result<(DeviceId, Secret<String>), AppError> {
        let reason = crate::people::text("reason", reason, 500)?;
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let sent =
                    commands::by_id(tx, command)?.ok_or_else(|| AppError::not_found("command", command))?;
                let enrolment = enrolments::by_id(tx, sent.enrolment)?
                    .ok_or_else(|| AppError::not_found("enrolment", sent.enrolment))?;
                let device = devices::by_id(tx, enrolment.device)?
                    .ok_or_else(|| AppError::not_found("device", enrolment.device))?;
                permit.reaches(device.force)?;
                let pin = app
                    .pin_of(&Spec::from_json(&sent.spec)?, sent.enrolment)?
                    .ok_or_else(|| AppError::not_found("PIN of command", command))?;
                let record =
                    Record::new(&permit.actor().name, "command.pin.read", format!("device:{}", device.id))
                        .force(device.force)
                        .detail(json!({ "command": command, "reason": reason }));
                app.enter(tx, now, record)?;
                Ok((device.id, Secret::new(pin)))
            })
            .await
    }
}
