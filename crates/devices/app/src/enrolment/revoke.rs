//! Revokes a device's certificates: its next message is refused, whatever it is.

use domain::{BurstId, DeviceId, Timestamp};
use kernel::named::NamedDevice;
use serde_json::json;
use store::Tx;
use store::certificates;
use store::devices;
use store::locks::{self, Lock};

use crate::caps::HeldDeed;
use crate::caps::held_beyond_cap;
use kernel::AppError;
use kernel::access::Permit;
use kernel::access::RevokeCertificates;
use kernel::record::Record;
use kernel::{App, Work};

/// Result of a request to revoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// Number of certificates that were revoked.
    Done(u64),
    /// Request beyond a cap, which is held in this burst for a second person.
    Held(BurstId),
}

/// Revokes every valid certificate of a device, and every challenge that could obtain another. This cuts the device off from
/// management, so it counts towards a cap.
///
/// The device stays in the register and its enrolment continues, with what waits for it: a new profile takes it over. Until then
/// its messages are refused, no command reaches it, and its settings stay as they are.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::NotFound`], [`AppError::Conflict`] if no certificate is valid.
pub async fn revoke_certificates(
    app: &App,
    permit: Permit<RevokeCertificates>,
    device: DeviceId,
    reason: &str,
) -> Result<Revoked, AppError> {
    let why = kernel::fields::text("reason", reason, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Device(device))?;
            let found = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            permit.reaches(found.force)?;
            if good(tx, device)?.is_empty() && !certificates::can_buy(tx, device, now)? {
                return Err(nothing());
            }
            let by = (permit.actor().name.as_str(), now);
            let what = HeldDeed::Revoke { why: why.clone() };
            if let Some(burst) = held_beyond_cap(Work { app: &app, tx, now: by.1 }, &found, &what, by.0)? {
                return Ok(Revoked::Held(burst));
            }
            revoke_now(Work { app: &app, tx, now: by.1 }, device, &why, by.0).map(Revoked::Done)
        })
        .await
}

/// Revokes the certificates in the caller's transaction, which holds the lock of the device; returns their number.
///
/// # Errors
/// [`AppError::Conflict`] if no certificate is valid.
pub fn revoke_now(
    Work { app, tx, now }: Work<'_, '_>,
    device: DeviceId,
    why: &str,
    by: &str,
) -> Result<u64, AppError> {
    let found = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
    let serials = good(tx, device)?;
    let challenges = certificates::void_challenges(tx, device, now)?;
    let revoked = certificates::revoke_others(tx, device, None, now, why)?;
    if revoked == 0 && challenges == 0 {
        return Err(nothing());
    }
    let record = Record::new(by, "certificate.revoked", format!("device:{device}"))
        .force(found.force)
        .detail(json!({ "reason": why, "serials": serials, "challenges": challenges }));
    app.enter(tx, now, record)?;
    Ok(revoked)
}

/// Returns the serial numbers of the certificates that are not revoked.
fn good(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<String>, AppError> {
    let all = certificates::shown(tx, device)?;
    Ok(all.into_iter().filter(|shown| shown.revoked.is_none()).map(|shown| shown.serial).collect())
}

fn nothing() -> AppError {
    AppError::Conflict(
        "no certificate of this device is good and no profile waits for it: there is nothing to revoke"
            .into(),
    )
}

/// A certificate as people are shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateShown {
    /// Serial number, hex.
    pub serial: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// Whether it renews another.
    pub is_renewal: bool,
    /// When and why it was revoked.
    pub revoked: Option<(Timestamp, String)>,
    /// Whether a live enrolment is bound to it.
    pub in_use: bool,
}

impl From<certificates::Shown> for CertificateShown {
    fn from(row: certificates::Shown) -> Self {
        Self {
            serial: row.serial,
            issued_at: row.issued_at,
            not_after: row.not_after,
            is_renewal: row.is_renewal,
            revoked: row.revoked,
            in_use: row.in_use,
        }
    }
}

/// Lists the certificates of a device, newest first, with the device.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] for another force.
pub async fn certificates_of(
    app: &App,
    permit: Permit<RevokeCertificates>,
    device: DeviceId,
) -> Result<(NamedDevice, Vec<CertificateShown>), AppError> {
    app.store()
        .read(move |tx| {
            let found = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            permit.reaches(found.force)?;
            let shown = certificates::shown(tx, device)?.into_iter().map(CertificateShown::from);
            Ok((found.into(), shown.collect()))
        })
        .await
}
