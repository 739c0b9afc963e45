//! The gate: only force property whose intended holder has accepted the current terms may enrol (UPD-7.1, MDU-3.2).

use store::devices::Device;
use store::{Tx, people};

use crate::{App, AppError};

/// Why a device may not enrol. The device hears little; the ledger and the desk hear this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateRefusal {
    /// Not in the asset register.
    #[error("the serial number does not stand in the asset register; register the device first")]
    NotRegistered,
    /// Out of use.
    #[error("the device was retired from the register")]
    Retired,
    /// A personal (user) enrolment.
    #[error("personal devices and user enrolments are never managed")]
    Personal,
    /// The serial number is another device's.
    #[error("the serial number is not the one that the enrolment profile was made for")]
    AnotherSerial,
    /// Nobody is to have it.
    #[error("the device has no intended holder; give it one first")]
    NoHolder,
    /// The intended holder left.
    #[error("the intended holder is no longer on the books")]
    HolderLeft,
    /// The intended holder has not accepted the current terms.
    #[error("the holder has not accepted the current terms of {}", .0.join(", "))]
    TermsNotAccepted(Vec<String>),
    /// The certificate is not ours, or no longer good.
    #[error("the certificate is unknown, revoked or expired")]
    Certificate,
}

impl GateRefusal {
    /// The word for the ledger.
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
        }
    }
}

impl App {
    /// Whether the device may enrol now.
    pub(crate) fn gate(&self, tx: &mut Tx<'_>, device: &Device) -> Result<Result<(), GateRefusal>, AppError> {
        if device.retired_at.is_some() {
            return Ok(Err(GateRefusal::Retired));
        }
        let Some(holder) = device.holder else { return Ok(Err(GateRefusal::NoHolder)) };
        match people::by_id(tx, holder)? {
            Some(person) if person.ended_at.is_none() => {}
            _ => return Ok(Err(GateRefusal::HolderLeft)),
        }
        let missing = self.terms_missing(tx, holder)?;
        Ok(if missing.is_empty() { Ok(()) } else { Err(GateRefusal::TermsNotAccepted(missing)) })
    }
}
