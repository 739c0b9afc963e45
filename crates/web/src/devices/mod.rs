//! The asset register and what its devices report.

pub mod add;
pub mod certificates;
pub mod command;
pub mod edit;
pub mod enrol;
pub mod holds;
pub mod list;
pub mod show;
mod show_sample;
pub mod withdraw;

use domain::DeviceKind;

/// Where a device stands between the register and management, as lists and tags name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In the register; not under management.
    Registered,
    /// It said who it is, and is not yet under management.
    Enrolling,
    /// Under management.
    Enrolled,
    /// Under management and in lost mode, confirmed by the device.
    LostMode,
    /// Was under management and is no more.
    Unenrolled,
    /// Handed back and taken out of use.
    Retired,
}

impl State {
    /// Every state, in the order of a device's life.
    pub const ALL: [Self; 6] =
        [Self::Registered, Self::Enrolling, Self::Enrolled, Self::LostMode, Self::Unenrolled, Self::Retired];

    /// The states that a list can be filtered by: those that stand in the register.
    pub const LISTED: [Self; 3] = [Self::Registered, Self::Enrolling, Self::Enrolled];

    /// The word in an address.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Registered => "none",
            Self::Enrolling => "authenticated",
            Self::Enrolled => "enrolled",
            Self::LostMode => "lost-mode",
            Self::Unenrolled => "unenrolled",
            Self::Retired => "retired",
        }
    }

    /// The words on screen.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Registered => "Registered",
            Self::Enrolling => "Enrolling",
            Self::Enrolled => "Enrolled",
            Self::LostMode => "Lost mode",
            Self::Unenrolled => "Unenrolled",
            Self::Retired => "Retired",
        }
    }

    /// The colour of its tag.
    #[must_use]
    pub const fn colour(self) -> &'static str {
        match self {
            Self::Registered | Self::Retired => "grey",
            Self::Enrolling | Self::Enrolled => "lan-plain",
            Self::LostMode => "red",
            Self::Unenrolled => "orange",
        }
    }
}

/// The kinds of device as choices of a form or a filter.
#[must_use]
pub fn kinds(chosen: &str) -> Vec<crate::parts::form::Choice> {
    crate::parts::form::Choice::list(DeviceKind::ALL.iter().map(|kind| (kind.as_str(), kind.title())), chosen)
}

/// The forces as choices of a form or a filter.
#[must_use]
pub fn forces(chosen: &str) -> Vec<crate::parts::form::Choice> {
    crate::parts::form::Choice::list(
        domain::Force::ALL.iter().map(|force| (force.as_str(), force.title())),
        chosen,
    )
}
