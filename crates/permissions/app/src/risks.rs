//! Reads who carries the risk that a clause is not met, as pages show it beside a finding.
//!
//! The finding itself does not change.

use domain::{DeviceId, PermissionId, Timestamp};
use store::permissions::Permission;

/// The acceptance of a risk that a clause is not met, with its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskRead {
    /// The permission that accepts it.
    pub id: PermissionId,
    /// The permission's number.
    pub number: i64,
    /// The device it covers; `None` for all devices of the force.
    pub device: Option<DeviceId>,
    /// The time at which it ends.
    pub until: Timestamp,
    /// The person who decided.
    pub by: String,
    /// The reason.
    pub because: String,
}

/// Reads the risk that a permission accepts; `None` where it has no end or no decision.
pub fn risk(grant: &Permission) -> Option<RiskRead> {
    Some(RiskRead {
        id: grant.id,
        number: grant.number,
        device: grant.device,
        until: grant.ends_at?,
        by: grant.decided.as_ref()?.name.clone(),
        because: grant.because.clone(),
    })
}
