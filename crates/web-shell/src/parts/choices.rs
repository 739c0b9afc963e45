//! What forms and filters let people choose from everywhere.

use domain::{DeviceKind, Force};

use crate::parts::form::Choice;

/// The kinds of device as choices of a form or a filter.
#[must_use]
pub fn kinds(chosen: &str) -> Vec<Choice> {
    Choice::list(DeviceKind::ALL.iter().map(|kind| (kind.as_str(), kind.title())), chosen)
}

/// The forces as choices of a form or a filter.
#[must_use]
pub fn forces(chosen: &str) -> Vec<Choice> {
    Choice::list(Force::ALL.iter().map(|force| (force.as_str(), force.title())), chosen)
}
