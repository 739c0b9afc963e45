//! Calling off at once everything that people asked for in a force, or that one of them did.

use domain::Force;
use serde_json::json;
use store::orders::{self, BurstState, HeldState};
use store::{Tx, commands};

use super::{burst, lock_force};
use crate::access::{CallOffOrders, Permit};
use crate::people::text;
use crate::record::Record;
use crate::{App, AppError};

/// What a calling off is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledOff {
    /// Whose devices.
    pub force: Force,
    /// Who asked, as the ledger names them; `None` for everybody.
    pub asked_by: Option<String>,
}

/// Calls off every order of people that has not reached its device: those that wait for agreement, those that are held, those
/// that are queued; how many. What the server itself does to carry out the policy goes on.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Denied`] behind the wall.
pub async fn call_off(
    app: &App,
    permit: Permit<CallOffOrders>,
    which: CalledOff,
    why: &str,
) -> Result<u64, AppError> {
    permit.reaches(which.force)?;
    let why = text("reason", why, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            lock_force(tx, which.force)?;
            let actor = permit.actor();
            let asked_by = which.asked_by.clone().unwrap_or_default();
            let mut count = 0;
            loop {
                let some = orders::open(tx, Some(which.force), &asked_by, burst::MOST)?;
                let mut ended = 0;
                for order in &some {
                    ended += u64::from(commands::cancel(tx, order.command, now, "called off")?);
                }
                count += ended;
                if ended == 0 {
                    break;
                }
            }
            for act in orders::acts(tx, Some(which.force), &asked_by, burst::MOST)? {
                count +=
                    u64::from(orders::end_act(tx, act.id, HeldState::Cancelled, now, Some("called off"))?);
            }
            end_empty_bursts(tx, &app, which.force, (actor, &why), now)?;
            let subject = which.asked_by.unwrap_or_else(|| format!("force:{}", which.force));
            let record = Record::new(&actor.name, "orders.called-off", subject)
                .force(which.force)
                .detail(json!({ "why": why, "orders": count }));
            app.enter(tx, now, record)?;
            Ok(count)
        })
        .await
}

/// Ends the bursts in which nothing is held any more.
pub(super) fn end_empty_bursts(
    tx: &mut Tx<'_>,
    app: &App,
    force: Force,
    (actor, why): (&crate::access::Actor, &str),
    now: domain::Timestamp,
) -> Result<(), AppError> {
    for open in orders::bursts(tx, Some(force))? {
        let acts = orders::acts_of_burst(tx, open.id, burst::MOST)?;
        let held = acts.iter().any(|act| act.state == HeldState::Held);
        if !held && orders::of_burst(tx, open.id, 1)?.is_empty() {
            burst::end_in(app, tx, &open, (BurstState::Cancelled, actor, why), now)?;
        }
    }
    Ok(())
}
