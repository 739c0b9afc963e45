//! Acts that are held and are no commands: kept as what is to be done, and done by a job once a second person released them.

use domain::{BurstId, CommandId, DeviceId, HandoverId, HeldId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::locks::{self, Lock};
use store::orders::{self, HeldAct, HeldState};

use crate::register::Restated;
use crate::{App, AppError, commands, custody, enrolment, register, withdrawals};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(crate) enum HeldDeed {
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
    pub(crate) const fn deed(&self) -> domain::Deed {
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
pub(crate) fn hold_act(
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

/// Does what was held and is released. What can no longer be done says why on the page and in the ledger. Running it again
/// changes nothing.
pub(crate) async fn perform(app: &App, id: HeldId) -> Result<(), AppError> {
    let found = app.store().read(move |tx| orders::held_by_id(tx, id)).await?;
    let Some(act) = found.filter(|act| act.state == HeldState::Released) else { return Ok(()) };
    let what: HeldDeed = serde_json::from_str(&act.spec).map_err(|error| AppError::fault(&error))?;
    let done = if let HeldDeed::HandOver { handover } = what {
        custody::complete_held(app, handover, id).await
    } else {
        let (app, now, act) = (app.clone(), app.world().now(), act.clone());
        app.clone()
            .store()
            .write(move |tx| {
                if !orders::end_act(tx, act.id, HeldState::Done, now, None)? {
                    return Ok(());
                }
                locks::take(tx, Lock::Device(act.device))?;
                now_do(&app, tx, (&act, &what), now)
            })
            .await
    };
    match done {
        Err(AppError::Conflict(why) | AppError::Invalid { message: why, .. }) => fail(app, act, why).await,
        other => other,
    }
}

/// Does a released act in the caller's transaction, which holds the lock of the device. A hand-over is completed elsewhere.
fn now_do(
    app: &App,
    tx: &mut Tx<'_>,
    (act, what): (&HeldAct, &HeldDeed),
    now: Timestamp,
) -> Result<(), AppError> {
    let by = (act.asked_by.as_str(), now);
    match what {
        HeldDeed::SetHolder { holder } => register::change_holder(app, tx, (act.device, *holder), by),
        HeldDeed::Retire { why } => {
            register::restate_checked(app, tx, (act.device, Restated::Retired, why), by)
        }
        HeldDeed::Missing { why } => {
            register::restate_checked(app, tx, (act.device, Restated::Missing, why), by)
        }
        HeldDeed::Withdraw { why, shown } => {
            withdrawals::order_return(app, tx, (act.device, why), (&act.asked_by, shown), now).map(drop)
        }
        HeldDeed::Revoke { why } => enrolment::revoke_now(app, tx, (act.device, why), by).map(drop),
        HeldDeed::TakeBack { command, shown } => {
            commands::take_back_now(app, tx, *command, (&act.asked_by, shown), now)
        }
        HeldDeed::HandOver { .. } => Ok(()),
    }
}

async fn fail(app: &App, act: HeldAct, why: String) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            if !orders::end_act(tx, act.id, HeldState::Failed, now, Some(&why))? {
                return Ok(());
            }
            let record = app.about_device(tx, "system", "device.act.failed", act.device)?;
            let record = record.reason(act.deed.as_str()).detail(json!({ "act": act.id, "why": why }));
            app.enter(tx, now, record)
        })
        .await
}
