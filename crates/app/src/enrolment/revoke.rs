//! Revoking a device's certificates: its next message is refused, whatever it is.

use domain::DeviceId;
use serde_json::json;
use store::certificates::{self, Shown};
use store::devices::{self, Device};
use store::locks::{self, Lock};

use crate::access::{Permit, RevokeCertificates};
use crate::record::Record;
use crate::{App, AppError};

/// Revokes every certificate of a device that is good, and every challenge that could buy another; how many certificates.
///
/// The device stays in the register and its enrolment stands, with what waits for it: a new profile takes it over. Until then
/// its messages are refused, no command reaches it, and what is set on it stays set.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::NotFound`], [`AppError::Conflict`] where no certificate is good.
pub async fn revoke_certificates(
    app: &App,
    permit: Permit<RevokeCertificates>,
    device: DeviceId,
    reason: &str,
) -> Result<u64, AppError> {
    let reason = crate::people::text("reason", reason, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let found = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            permit.reaches(found.force)?;
            locks::take(tx, Lock::Device(device))?;
            let serials: Vec<String> = certificates::shown(tx, device)?
                .into_iter()
                .filter(|shown| shown.revoked.is_none())
                .map(|shown| shown.serial)
                .collect();
            let challenges = certificates::void_challenges(tx, device, now)?;
            let revoked = certificates::revoke_others(tx, device, None, now, &reason)?;
            if revoked == 0 && challenges == 0 {
                return Err(AppError::Conflict(
                    "no certificate of this device is good and no profile waits for it: there is nothing to revoke".into(),
                ));
            }
            let record =
                Record::new(&permit.actor().name, "certificate.revoked", format!("device:{device}"))
                    .force(found.force)
                    .detail(json!({ "reason": reason, "serials": serials, "challenges": challenges }));
            app.enter(tx, now, record)?;
            Ok(revoked)
        })
        .await
}

/// The certificates of a device, newest first, with the device.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] behind the wall.
pub async fn certificates_of(
    app: &App,
    permit: Permit<RevokeCertificates>,
    device: DeviceId,
) -> Result<(Device, Vec<Shown>), AppError> {
    app.store()
        .read(move |tx| {
            let found = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            permit.reaches(found.force)?;
            Ok((found, certificates::shown(tx, device)?))
        })
        .await
}
