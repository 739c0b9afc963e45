//! Allows enrolment only for force property whose intended holder has accepted the current terms (UPD-7.1, MDU-3.2).

use platform_port::CheckIn;
use serde_json::json;
use store::devices::{self, Device};
use store::{Tx, certificates, people};

use super::messages::Sender;
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Reason why a device may not enrol. The device is told little; the ledger and the service desk get this reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateRefusal {
    /// Device that is not in the asset register.
    #[error("the serial number does not stand in the asset register; register the device first")]
    NotRegistered,
    /// Device that is out of use.
    #[error("the device was retired from the register")]
    Retired,
    /// Personal (user) enrolment.
    #[error("personal devices and user enrolments are never managed")]
    Personal,
    /// Serial number of another device.
    #[error("the serial number is not the one that the enrolment profile was made for")]
    AnotherSerial,
    /// Device without an intended holder.
    #[error("the device has no intended holder; give it one first")]
    NoHolder,
    /// Intended holder who has left.
    #[error("the intended holder is no longer on the books")]
    HolderLeft,
    /// Intended holder who has not accepted the current terms.
    #[error("the holder has not accepted the current terms of {}", .0.join(", "))]
    TermsNotAccepted(Vec<String>),
    /// Certificate that is not ours, or no longer good.
    #[error("the certificate is unknown, revoked or expired")]
    Certificate,
    /// Certificate that has completed an enrolment: a device that enrols again must obtain a new one.
    #[error("the certificate has completed an enrolment; a device that enrols again needs a new profile")]
    CertificateUsed,
    /// Message that was received before, or signed before one that was.
    #[error("the message was taken before, or signed before one that was")]
    Replayed,
}

impl GateRefusal {
    /// Returns the word for the ledger.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotRegistered => "not-registered",
            Self::Retired => "retired",
            Self::Personal => "personal-enrolment",
            Self::AnotherSerial => "another-serial",
            Self::NoHolder => "no-holder",
            Self::HolderLeft => "holder-left",
            Self::TermsNotAccepted(_) => "terms-not-accepted",
            Self::Certificate => "certificate",
            Self::CertificateUsed => "certificate-used",
            Self::Replayed => "replayed",
        }
    }
}

/// Checks whether the device may enrol now.
pub fn gate(app: &App, tx: &mut Tx<'_>, device: &Device) -> Result<Result<(), GateRefusal>, AppError> {
    if device.retired_at.is_some() {
        return Ok(Err(GateRefusal::Retired));
    }
    let Some(holder) = device.holder else { return Ok(Err(GateRefusal::NoHolder)) };
    match people::by_id(tx, holder)? {
        Some(person) if person.ended_at.is_none() => {}
        _ => return Ok(Err(GateRefusal::HolderLeft)),
    }
    let missing = terms_app::terms_missing(app, tx, holder)?;
    Ok(if missing.is_empty() { Ok(()) } else { Err(GateRefusal::TermsNotAccepted(missing)) })
}

/// Records for the service desk that a check-in was refused: up to a limit per minute for each device and for unknown senders.
pub(super) fn note_refusal(
    Work { app, tx, now }: Work<'_, '_>,
    sender: &Sender,
    check_in: &CheckIn,
    refusal: &GateRefusal,
) -> Result<(), AppError> {
    let known = certificates::by_sha256(tx, &sender.certificate)?;
    let device = match &known {
        Some(certificate) => devices::by_id(tx, certificate.device)?,
        None => None,
    };
    let subject = known.map_or_else(
        || format!("certificate:{}", sender.certificate),
        |certificate| format!("device:{}", certificate.device),
    );
    tracing::info!(subject, reason = refusal.word(), "a device was refused");
    if !app.may_note_refusal(device.as_ref().map(|device| device.id), now) {
        return Ok(());
    }
    let mut record = Record::new("device", "check-in.refused", subject)
        .reason(refusal.word())
        .detail(json!({ "message": check_in.name, "why": refusal.to_string() }));
    record.force = device.map(|device| device.force);
    app.enter(tx, now, record)
}
