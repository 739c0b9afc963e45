//! Says in words how a permission stands, and what one of a register does.

use domain::{PermissionState, Timestamp};
use policy::{PermissionEffect, PermissionRegister};
use store::permissions::Permission;

/// Describes the state of a permission in words.
pub(super) fn state_words(grant: &Permission, now: Timestamp) -> &'static str {
    match grant.state {
        PermissionState::Asked => "Asked for",
        PermissionState::Agreed => "One of two agreed",
        PermissionState::Granted if grant.in_force(now) => "In force",
        PermissionState::Granted if grant.starts_at.is_some_and(|start| start > now) => "Granted, not begun",
        PermissionState::Granted => "Over",
        PermissionState::Refused => "Refused",
        PermissionState::Withdrawn if grant.decided_at.is_some() => "Ended early",
        PermissionState::Withdrawn => "Taken back",
        PermissionState::Lapsed => "Lapsed",
    }
}

/// Describes the effect of a register's permissions in a sentence.
pub(super) fn does(register: &PermissionRegister) -> String {
    match &register.does {
        PermissionEffect::Nothing => "It is written down. It changes no settings.".into(),
        PermissionEffect::Adds { .. } => {
            "While it is in force it is added to the device's settings, and taken out again by itself.".into()
        }
        PermissionEffect::TakesOut { .. } => {
            "While it is in force it is not blocked on the devices that these people hold, and blocked again by itself."
                .into()
        }
        PermissionEffect::AcceptsRisk => {
            "The finding stays what it is. While this is in force, a breach opens no new case.".into()
        }
    }
}
