//! `DeviceLocation`: where a device in lost mode is. Sensitive personal data, never a fact, never in a log.

use std::fmt;

use domain::Timestamp;

use crate::connect::{CommandReport, Status};
use crate::fields::Fields;

/// Where a device was. `Debug` prints none of it.
#[derive(Clone, Copy, PartialEq)]
pub struct Location {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
    /// Radius of uncertainty in metres, if known.
    pub accuracy_metres: Option<f64>,
    /// When the device took it, by its own reckoning; `None` if it does not say.
    pub taken_at: Option<Timestamp>,
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Location(..)")
    }
}

/// Returns the location in the answer to `DeviceLocation`; `None` if it has none, or none on Earth.
#[must_use]
pub fn location(report: &CommandReport) -> Option<Location> {
    if report.status != Status::Acknowledged {
        return None;
    }
    let fields = Fields(report.payload.expose());
    let (latitude, longitude) = (fields.real("Latitude")?, fields.real("Longitude")?);
    let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    // A negative radius is the vendor's word for unknown.
    let accuracy_metres =
        fields.real("HorizontalAccuracy").filter(|radius| radius.is_finite() && *radius >= 0.0);
    let taken_at = fields.text("Timestamp").and_then(|text| text.parse().ok());
    on_earth.then_some(Location { latitude, longitude, accuracy_metres, taken_at })
}
