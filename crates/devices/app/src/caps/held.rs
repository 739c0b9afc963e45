//! Acts that are held and are no commands: kept as what is to be done, and done by a job once a second person released them.

use domain::{BurstId, CommandId, DeviceId, HandoverId, HeldId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::orders::{self, HeldAct, HeldState};

use kernel::{App, AppError};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum HeldDeed {
    /// Give the device to somebody else, or to nobody.
    SetHolder {
        /// To whom.
        holder: Option<PersonId>,
    },
    /// Complete a hand-over that both sides signed.
    HandOver {
        /// Which.
        handover: HandoverId,
    },
    /// Take the device out of use.
    Retire {
        /// Why.
        why: String,
    },
    /// Order its return.
    Withdraw {
        /// Why.
        why: String,
        /// Who ordered it, as people are shown.
        shown: String,
    },
    /// Say in the register that nobody knows where the device is.
    Missing {
        /// Why.
        why: String,
    },
    /// Revoke its certificates.
    Revoke {
        /// Why.
        why: String,
    },
    /// Take back an order that contains it while it is lost.
    TakeBack {
        /// The order.
        command: CommandId,
        /// Who asked for that, as people are shown.
        shown: String,
    },
}

impl HeldDeed {
    /// Returns what would be done.
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

/// Keeps an act in a burst, with its entry in the ledger.
pub fn hold_act(
    app: &App,
    tx: &mut Tx<'_>,
    burst: BurstId,
    (device, what): (DeviceId, &HeldDeed),
    (by, now): (&str, Timestamp),
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
/// Only where the database does not answer.
pub fn end_act(
    tx: &mut Tx<'_>,
    id: HeldId,
    state: HeldState,
    at: Timestamp,
    error: Option<&str>,
) -> Result<bool, AppError> {
    Ok(orders::end_act(tx, id, state, at, error)?)
}
