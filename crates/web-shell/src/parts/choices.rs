//! Choices that forms and filters offer on many pages.

use domain::DeviceKind;

use crate::frame::Shell;
use crate::parts::form::Choice;

/// Returns the kinds of device as choices of a form or a filter.
#[must_use]
pub fn kinds(chosen: &str) -> Vec<Choice> {
    Choice::list(DeviceKind::ALL.iter().map(|kind| (kind.as_str(), kind.title())), chosen)
}

/// Returns the forces that are served as choices of a form or a filter.
#[must_use]
pub fn forces(shell: &Shell, chosen: &str) -> Vec<Choice> {
    Choice::list(shell.served.iter().map(|force| (force.as_str(), force.title())), chosen)
}
