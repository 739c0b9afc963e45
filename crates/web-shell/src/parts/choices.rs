//! Choices that forms and filters offer on many pages.

use domain::{DeviceKind, Force};

use crate::parts::form::Choice;

/// Returns the kinds of device as choices of a form or a filter.
#[must_use]
pub fn kinds(chosen: &str) -> Vec<Choice> {
    Choice::list(DeviceKind::ALL.iter().map(|kind| (kind.as_str(), kind.title())), chosen)
}

/// Returns the forces as choices of a form or a filter.
#[must_use]
pub fn forces(chosen: &str) -> Vec<Choice> {
    Choice::list(Force::ALL.iter().map(|force| (force.as_str(), force.title())), chosen)
}
