//! Links from one page to the subject of another, with the words that people know it by.

use domain::{CaseId, DeviceId};

use crate::format::percent;
use crate::frame::Crumb;

/// Links to a clause's page.
#[must_use]
pub fn clause_crumb(id: &str) -> Crumb {
    Crumb::new(format!("/clauses/{}", percent(id)), id)
}

/// Links to a case's page by its reference.
#[must_use]
pub fn case_crumb(id: CaseId, number: i64) -> Crumb {
    Crumb::new(format!("/cases/{id}"), format!("C-{number}"))
}

/// Links to a device's page by its serial number.
#[must_use]
pub fn device_crumb(id: DeviceId, serial: &str) -> Crumb {
    Crumb::new(format!("/devices/{id}"), serial)
}

/// Names a person with their collar or staff number.
#[must_use]
pub fn named(name: &str, number: &str) -> String {
    format!("{name} ({number})")
}
