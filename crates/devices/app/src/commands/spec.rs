//! Stores an order with its command: without secrets and without the bytes that many commands share.

use domain::{EnrolmentId, Platform};
use platform_port::Order;
use serde::{Deserialize, Serialize};
use store::Tx;

use super::supplies::supplies;
use kernel::platforms::{EnrolledOn, new_code, open_code, seal_code, serving};
use kernel::{App, AppError};

/// Order, with the code that was made for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Order itself.
    #[serde(flatten)]
    pub order: Order,
    /// Sealed code in base64, where the device needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_code: Option<String>,
}

impl From<Order> for Spec {
    fn from(order: Order) -> Self {
        Self { order, sealed_code: None }
    }
}

impl Spec {
    /// Makes the spec of an order to a device, with a code where its vendor wants one.
    pub(crate) fn new(app: &App, order: Order, on: EnrolledOn) -> Result<Self, AppError> {
        let digits = serving(app, on.platform)?.vendor.code_digits(on.platform, &order);
        let sealed_code = digits.map(|digits| new_code(app, on.enrolment, digits)).transpose()?;
        Ok(Self { order, sealed_code })
    }

    /// Reads what [`Spec::to_json`] wrote.
    pub fn from_json(text: &str) -> Result<Self, AppError> {
        serde_json::from_str(text).map_err(|error| AppError::fault(&error))
    }

    pub(crate) fn to_json(&self) -> Result<String, AppError> {
        serde_json::to_string(self).map_err(|error| AppError::fault(&error))
    }
}

/// Writes the command as the device reads it: fetches bundles, opens what is sealed.
pub(super) fn bytes_of(
    app: &App,
    tx: &mut Tx<'_>,
    command: &store::commands::Command,
    spec: &Spec,
    platform: Platform,
) -> Result<Vec<u8>, AppError> {
    let with = supplies(app, tx, spec, command.enrolment, platform)?;
    let vendor = &serving(app, platform)?.vendor;
    vendor
        .prepare(command.id, &spec.order, platform, &with)
        .map_err(|error| AppError::Conflict(error.to_string()))
}

/// Returns the same order for another enrolment, with its code sealed for that one. Replaces a code that cannot be opened.
pub(crate) fn resealed(
    app: &App,
    spec: Spec,
    from: EnrolmentId,
    to: EnrolmentId,
    platform: Platform,
) -> Result<Spec, AppError> {
    let Some(sealed) = &spec.sealed_code else { return Ok(spec) };
    match open_code(app, sealed, from) {
        Ok(code) => Ok(Spec { sealed_code: Some(seal_code(app, &code, to)?), ..spec }),
        Err(_) => Spec::new(app, spec.order, EnrolledOn { enrolment: to, platform }),
    }
}
