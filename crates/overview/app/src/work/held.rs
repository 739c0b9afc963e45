//! Performs held acts other than commands, once a second person has released them.

use domain::{HeldId, HeldState};
use serde_json::json;
use store::locks::{self, Lock};
use store::orders::{self, HeldAct};

use custody_app as custody;
use custody_app::register::{self, Restated};
use devices_app::caps::HeldDeed;
use devices_app::{commands, enrolment, withdrawals};
use kernel::access::Voice;
use kernel::{App, AppError, Work};

/// Performs a held act that was released. Where it is no longer possible, the page and the ledger say why. Running it
/// again changes nothing.
pub(super) async fn perform(app: &App, id: HeldId) -> Result<(), AppError> {
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
                if !devices_app::caps::end_act(tx, act.id, HeldState::Done, now, None)? {
                    return Ok(());
                }
                locks::take(tx, Lock::Device(act.device))?;
                now_do(Work { app: &app, tx, now }, &act, &what)
            })
            .await
    };
    match done {
        Err(AppError::Conflict(why) | AppError::Invalid { message: why, .. }) => fail(app, act, why).await,
        other => other,
    }
}

/// Performs a released act in the caller's transaction, which holds the lock of the device. A hand-over is completed
/// elsewhere.
fn now_do(Work { app, tx, now }: Work<'_, '_>, act: &HeldAct, what: &HeldDeed) -> Result<(), AppError> {
    let by = act.asked_by.as_str();
    match what {
        HeldDeed::SetHolder { holder } => {
            register::change_holder(Work { app, tx, now }, act.device, *holder, by)
        }
        HeldDeed::Retire { why } => {
            register::restate_checked(Work { app, tx, now }, act.device, Restated::Retired, why, by)
        }
        HeldDeed::Missing { why } => {
            register::restate_checked(Work { app, tx, now }, act.device, Restated::Missing, why, by)
        }
        HeldDeed::Withdraw { why, shown } => {
            withdrawals::order_return(Work { app, tx, now }, act.device, why, by, shown).map(drop)
        }
        HeldDeed::Revoke { why } => {
            enrolment::revoke_now(Work { app, tx, now }, act.device, why, by).map(drop)
        }
        HeldDeed::TakeBack { command, shown } => {
            commands::take_back_now(Work { app, tx, now }, *command, Voice { name: by, shown })
        }
        HeldDeed::HandOver { .. } => Ok(()),
    }
}

async fn fail(app: &App, act: HeldAct, why: String) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            if !devices_app::caps::end_act(tx, act.id, HeldState::Failed, now, Some(&why))? {
                return Ok(());
            }
            let record = app.about_device(tx, "system", "device.act.failed", act.device)?;
            let record = record.reason(act.deed.as_str()).detail(json!({ "act": act.id, "why": why }));
            app.enter(tx, now, record)
        })
        .await
}
