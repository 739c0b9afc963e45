//! Keeps held acts that are not commands to a device; a job performs them once a second person has released them.

use domain::{BurstId, CommandId, DeviceId, HandoverId, HeldId, HeldState, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::orders::{self, HeldAct};

use kernel::{AppError, Work};

/// Act that is held, with what is needed to perform it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum HeldDeed {
    /// Gives the device to somebody else, or to nobody.
    SetHolder {
        /// New holder; `None` for nobody.
        holder: Option<PersonId>,
    },
    /// Completes a hand-over that both sides signed.
    HandOver {
        /// Hand-over to complete.
        handover: HandoverId,
    },
    /// Takes the device out of use.
    Retire {
        /// Reason for it.
        why: String,
    },
    /// Orders the return of the device.
    Withdraw {
        /// Reason for it.
        why: String,
        /// Person who ordered it, by the name shown to people.
        shown: String,
    },
    /// Marks the device as missing in the register.
    Missing {
        /// Reason for it.
        why: String,
    },
    /// Revokes the certificates of the device.
    Revoke {
        /// Reason for it.
        why: String,
    },
    /// Takes back an order that contains the device while it is lost.
    TakeBack {
        /// Order that is taken back.
        command: CommandId,
        /// Person who asked for that, by the name shown to people.
        shown: String,
    },
}

impl HeldDeed {
    /// Returns the deed that would be done.
    #[must_use]
    pub const fn deed(&self) -> domain::Deed {
        match self {
            Self::SetHolder { .. } => domain::Deed::SetHolder,
            Self::HandOver { .. } => domain::Deed::HandOver,
            Self::Retire { .. } => domain::Deed::Retire,
            Self::Withdraw { .. } => domain::Deed::Withdraw,
            Self::Missing { .. } => domain::Deed::Missing,
            Self::Revoke { .. } => domain::Deed::Revoke,
            Self::TakeBack { .. } => domain::Deed::TakeBack,
        }
    }
}

/// Stores an act in a burst, with its entry in the ledger.
pub fn hold_act(
    Work { app, tx, now }: Work<'_, '_>,
    burst: BurstId,
    device: DeviceId,
    what: &HeldDeed,
    by: &str,
) -> Result<(), AppError> {
    let spec = serde_json::to_string(what).map_err(|error| AppError::fault(&error))?;
    let act = HeldAct {
        id: HeldId::from_uuid(app.world().uuid()),
        burst,
        device,
        deed: what.deed(),
        spec,
        asked_by: by.to_owned(),
        asked_at: now,
        state: HeldState::Held,
        error: None,
    };
    orders::hold(tx, &act)?;
    let record = app.about_device(tx, by, "device.act.held", device)?.reason(act.deed.as_str());
    app.enter(tx, now, record.detail(json!({ "act": act.id, "burst": burst })))
}

/// Ends a held act; returns whether it was open until then.
///
/// # Errors
/// Only if the database does not answer.
pub fn end_act(
    tx: &mut Tx<'_>,
    id: HeldId,
    state: HeldState,
    at: Timestamp,
    error: Option<&str>,
) -> Result<bool, AppError> {
    Ok(orders::end_act(tx, id, state, at, error)?)
}
