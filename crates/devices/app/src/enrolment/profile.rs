//! Makes the enrolment profile of one registered device, with its one-time challenge.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Deed, DeviceId, EnrolmentState, Platform, Secret, Timestamp};
use pki::cms::{Signer, sign_attached};
use platform_port::{Offer, Vendor};
use serde_json::json;
use store::devices::Device;
use store::locks::{self, Lock};
use store::{certificates, devices};

use super::gate::GateRefusal;
use crate::caps;
use crate::caps::Act;
use kernel::AppError;
use kernel::access::EnrolDevices;
use kernel::access::Permit;
use kernel::digest_hex;
use kernel::named::NamedDevice;
use kernel::record::Record;
use kernel::{App, Work};

/// Enrolment profile, ready to be handed to the device.
pub struct EnrolmentFile {
    /// Content of the file: signed, or unsigned for test tools.
    pub bytes: Secret<Vec<u8>>,
    /// Time until which it can be used, once.
    pub expires_at: Timestamp,
    /// Name for the download.
    pub file_name: String,
    /// Media type of the file.
    pub media_type: &'static str,
}

/// Refusal for a device that is under management and for which nobody confirmed a new profile.
const REPLACES: &str = "is under management. A new profile replaces that enrolment: when it is installed, the certificate in \
     use is revoked and orders that wait end, except those that lock a lost device. Confirm that this is meant, on the \
     page or with --replace";

/// Refusal for one more device in an hour whose enrolment would be replaced.
const BEYOND: &str = "you have replaced, revoked or taken away as many devices as one person may within an hour, so no profile was made. \
     Others have been told. Ask somebody else to make it, or wait an hour";

/// Counts that somebody replaces the enrolment of a device; returns whether they may.
fn may_replace(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<EnrolDevices>,
    device: &Device,
) -> Result<bool, AppError> {
    let by = permit.actor().name.as_str();
    let act = Act { force: device.force, deed: Deed::Replace, devices: &[device.id], by, loss: None };
    caps::admit_or_refuse(Work { app, tx, now }, &act)
}

fn profile_made<'a>(
    permit: &'a Permit<EnrolDevices>,
    device: &Device,
    detail: serde_json::Value,
) -> Record<'a> {
    let enrolled = device.enrolment_state == EnrolmentState::Enrolled;
    Record::new(&permit.actor().name, "enrolment.profile.made", format!("device:{}", device.id))
        .force(device.force)
        .reason(if enrolled { "replaces-enrolment" } else { "not-enrolled" })
        .detail(detail)
}

/// Permission of a profile to replace an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Replaces {
    Nothing,
    Enrolment,
}

/// Makes the enrolment profile of a registered device that is not under management. It works once, for that serial number, until
/// it expires or another is made.
///
/// # Errors
/// [`AppError::NotFound`] for a serial number outside the register, [`AppError::Conflict`] if the gate refuses or the device is
/// under management. Refusals of the gate are in the ledger.
pub async fn make_enrolment_profile(
    app: &App,
    permit: Permit<EnrolDevices>,
    serial: &str,
    signed: bool,
) -> Result<EnrolmentFile, AppError> {
    make_profile(app, permit, serial, signed, Replaces::Nothing).await
}

/// Makes the enrolment profile of a device that may be under management already: the person who asks has confirmed that it
/// replaces the existing enrolment. With such a profile somebody else's device can take the place of the real one, so it counts
/// towards a cap.
///
/// # Errors
/// As [`make_enrolment_profile`], but a device under management is allowed, and [`AppError::Conflict`] beyond the cap.
pub async fn make_replacing_profile(
    app: &App,
    permit: Permit<EnrolDevices>,
    serial: &str,
    signed: bool,
) -> Result<EnrolmentFile, AppError> {
    make_profile(app, permit, serial, signed, Replaces::Enrolment).await
}

/// Returns why no profile is made for a device that is enrolled; `None` if one may be made.
fn refuse_to_replace(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<EnrolDevices>,
    device: &Device,
    replaces: Replaces,
) -> Result<Option<AppError>, AppError> {
    if device.enrolment_state != EnrolmentState::Enrolled {
        return Ok(None);
    }
    if replaces == Replaces::Nothing {
        return Ok(Some(AppError::Conflict(format!("{} {REPLACES}", NamedDevice::from(device).for_staff()))));
    }
    let may = may_replace(Work { app, tx, now }, permit, device)?;
    Ok((!may).then(|| AppError::Conflict(BEYOND.to_owned())))
}

async fn make_profile(
    app: &App,
    permit: Permit<EnrolDevices>,
    serial: &str,
    signed: bool,
    replaces: Replaces,
) -> Result<EnrolmentFile, AppError> {
    let (own, now) = (app.clone(), app.world().now());
    let serial = serial.trim().to_ascii_uppercase();
    let challenge = URL_SAFE_NO_PAD.encode(own.world().bytes::<24>());
    let expires_at = now.plus(own.config().challenge_lifetime);
    let (digest, wanted) = (digest_hex(challenge.as_bytes()), serial.clone());
    let made = app
        .store()
        .write(move |tx| {
            let Some(device) = devices::by_serial(tx, &wanted)? else {
                let work = Work { app: &own, tx, now };
                note_no_profile(work, &permit, None, &GateRefusal::NotRegistered, &wanted)?;
                return Ok(Err(AppError::not_found("device", &wanted)));
            };
            permit.reaches(device.force)?;
            let Some((platform, served)) = own.platforms().of_kind(device.kind) else {
                return Err(AppError::Conflict(format!(
                    "a {} does not enrol: this version manages no such devices",
                    device.kind.title()
                )));
            };
            if let Err(refusal) = crate::enrolment::gate::gate(&own, tx, &device)? {
                note_no_profile(Work { app: &own, tx, now }, &permit, Some(&device), &refusal, &wanted)?;
                return Ok(Err(AppError::Conflict(refusal.to_string())));
            }
            locks::take(tx, Lock::Device(device.id))?;
            // Reads the device again under the lock: it may have finished its enrolment in the meantime.
            let device = devices::by_id(tx, device.id)?.unwrap_or(device);
            if let Some(refused) = refuse_to_replace(Work { app: &own, tx, now }, &permit, &device, replaces)?
            {
                return Ok(Err(refused));
            }
            // One live profile a device: the former one no longer works, nor does an unused certificate that it obtained.
            let voided = certificates::void_challenges(tx, device.id, now)?;
            let unused = certificates::revoke_unused(tx, device.id, now, "a newer profile was made")?;
            certificates::add_challenge(tx, &digest, device.id, now, expires_at)?;
            let detail = json!({
                "challenge": digest, "expires": expires_at, "voided": voided, "unused_revoked": unused,
            });
            own.enter(tx, now, profile_made(&permit, &device, detail))?;
            Ok::<_, AppError>(Ok((device.id, platform, Arc::clone(&served.vendor))))
        })
        .await?;
    let (device, platform, vendor) = made?;
    let file = enrolment_file(app, &*vendor, device, platform, challenge)?;
    let bytes =
        if signed && file.is_signed { Secret::new(sign(app, file.bytes.expose(), now)?) } else { file.bytes };
    Ok(EnrolmentFile {
        bytes,
        expires_at,
        file_name: format!("{serial}.{}", file.extension),
        media_type: file.media_type,
    })
}

/// Records that somebody asked for a profile and the gate refused. The transaction commits.
fn note_no_profile(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<EnrolDevices>,
    device: Option<&Device>,
    refusal: &GateRefusal,
    serial: &str,
) -> Result<(), AppError> {
    let subject =
        device.map_or_else(|| "register:unknown".to_owned(), |device| format!("device:{}", device.id));
    let shown: String = serial.chars().take(80).collect();
    let mut record = Record::new(&permit.actor().name, "enrolment.profile.refused", subject)
        .reason(refusal.word())
        .detail(json!({ "serial": shown, "why": refusal.to_string() }));
    record.force = device.map(|device| device.force).or(permit.actor().force);
    app.enter(tx, now, record)
}

fn enrolment_file(
    app: &App,
    vendor: &dyn Vendor,
    device: DeviceId,
    platform: Platform,
    challenge: String,
) -> Result<platform_port::EnrolmentFile, AppError> {
    let config = app.config();
    let authority = app.ca().certificate();
    let offer = Offer {
        identifier_prefix: app.policy().forces().profile_prefix.clone(),
        platform,
        address: config.address.clone(),
        check_in_address: config.checkin_address.clone(),
        organisation: config.organisation.clone(),
        name: device.to_string(),
        challenge: Secret::new(challenge),
        authority: authority.der().to_vec(),
        authority_sha1: authority.sha1(),
    };
    vendor.enrolment_file(offer).map_err(|error| AppError::Conflict(error.to_string()))
}

fn sign(app: &App, content: &[u8], at: Timestamp) -> Result<Vec<u8>, AppError> {
    let signer = Signer { key: app.ca().key(), certificate: app.ca().certificate(), chain: &[] };
    sign_attached(content, &signer, Some(at)).map_err(|error| AppError::Keys(error.to_string()))
}
