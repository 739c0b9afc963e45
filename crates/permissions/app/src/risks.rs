//! Who carries the risk that a clause is not met: what pages show beside a finding that stays what it is.

use domain::{DeviceId, PermissionId, Timestamp};
use store::permissions::Permission;

/// Who carries the risk that a clause is not met, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskRead {
    /// The entry.
    pub id: PermissionId,
    /// Its number.
    pub number: i64,
    /// On which device; `None`: on all of the force's.
    pub device: Option<DeviceId>,
    /// Until when.
    pub until: Timestamp,
    /// Who decided.
    pub by: String,
    /// Why.
    pub because: String,
}

/// Reads who carries a risk from the entry that accepts it; `None` where it has no end or no decision.
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
