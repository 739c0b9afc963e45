//! Calls off at once everything that people ordered in a force, or everything that one person ordered.

use std::collections::BTreeSet;

use domain::{BurstState, CommandId, CommandState, Deed, DeviceId, Force, HeldState};
use serde_json::json;
use store::commands;
use store::orders::{self, HeldAct};

use super::{Act, HeldDeed, Verdict, admit, burst, contains_loss, hold_act, lock_force, tell};
use kernel::AppError;
use kernel::access::Actor;
use kernel::access::CallOffOrders;
use kernel::access::Permit;
use kernel::fields::text;
use kernel::record::Record;
use kernel::{App, Work};

/// Scope of a calling off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledOff {
    /// Force of the devices.
    pub force: Force,
    /// Person who asked, as the ledger names them; `None` for everybody.
    pub asked_by: Option<String>,
}

/// Result of a calling off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallOff {
    /// Number of orders that were called off.
    pub called_off: u64,
    /// Number of orders that contain lost devices and exceed a cap: they go on until a second person agrees to end them.
    pub go_on: u64,
}

/// Calls off every order by people that has not reached its device: those that wait for agreement, those that are held, those
/// that are queued. Ending the containment of lost devices counts towards a cap; beyond it they stay contained until a second
/// person releases that. What the server itself does to carry out the policy goes on. Others are notified.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Denied`] for another force.
pub async fn call_off(
    app: &App,
    permit: Permit<CallOffOrders>,
    which: CalledOff,
    why: &str,
) -> Result<CallOff, AppError> {
    permit.reaches(app.chosen_force(Some(which.force))?)?;
    let why = text("reason", why, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            lock_force(tx, which.force)?;
            let actor = permit.actor();
            let asked_by = which.asked_by.clone().unwrap_or_default();
            let kept = hold_containment(Work { app: &app, tx, now }, which.force, &asked_by, actor)?;
            let mut count = 0;
            loop {
                let some = orders::open(tx, Some(which.force), &asked_by, burst::MOST)?;
                let mut ended = 0;
                for order in some.iter().filter(|order| !kept.contains(&order.command)) {
                    ended += u64::from(commands::cancel(tx, order.command, now, "called off")?);
                }
                count += ended;
                if ended == 0 {
                    break;
                }
            }
            for act in orders::acts(tx, Some(which.force), &asked_by, burst::MOST)? {
                if is_of_now(&act, &kept)? {
                    continue;
                }
                count +=
                    u64::from(orders::end_act(tx, act.id, HeldState::Cancelled, now, Some("called off"))?);
            }
            end_empty_bursts(Work { app: &app, tx, now }, which.force, actor, &why)?;
            let done = CallOff { called_off: count, go_on: u64::try_from(kept.len()).unwrap_or(u64::MAX) };
            let subject = which.asked_by.clone().unwrap_or_else(|| format!("force:{}", which.force));
            let record = Record::new(&actor.name, "orders.called-off", subject)
                .force(which.force)
                .detail(json!({ "why": why, "orders": count, "go_on": done.go_on }));
            app.enter(tx, now, record)?;
            tell::of_call_off(Work { app: &app, tx, now }, &which, &done, &actor.name, &why)?;
            Ok(done)
        })
        .await
}

/// Counts the containment of lost devices that would end. Beyond the cap, keeps each order and holds the act of taking it back;
/// returns the orders that are kept.
fn hold_containment(
    Work { app, tx, now }: Work<'_, '_>,
    force: Force,
    asked_by: &str,
    actor: &Actor,
) -> Result<BTreeSet<CommandId>, AppError> {
    let mut contains = Vec::new();
    for order in orders::open(tx, Some(force), asked_by, burst::MOST)? {
        let command = commands::by_id(tx, order.command)?;
        if order.state != CommandState::Held && command.is_some_and(|command| contains_loss(&command)) {
            contains.push(order);
        }
    }
    let devices: Vec<DeviceId> = contains.iter().map(|order| order.device).collect();
    if devices.is_empty() {
        return Ok(BTreeSet::new());
    }
    let act = Act { force, deed: Deed::TakeBack, devices: &devices, by: &actor.name, loss: None };
    let Verdict::Hold(burst) = admit(Work { app, tx, now }, &act)? else { return Ok(BTreeSet::new()) };
    for order in &contains {
        let what = HeldDeed::TakeBack { command: order.command, shown: actor.shown.clone() };
        hold_act(Work { app, tx, now }, burst, order.device, &what, &actor.name)?;
    }
    Ok(contains.iter().map(|order| order.command).collect())
}

/// Returns whether a held act takes back an order that this calling off keeps.
fn is_of_now(act: &HeldAct, kept: &BTreeSet<CommandId>) -> Result<bool, AppError> {
    if act.deed != Deed::TakeBack {
        return Ok(false);
    }
    let what: HeldDeed = serde_json::from_str(&act.spec).map_err(|error| AppError::fault(&error))?;
    Ok(matches!(what, HeldDeed::TakeBack { command, .. } if kept.contains(&command)))
}

/// Ends the bursts that no longer hold anything.
pub(super) fn end_empty_bursts(
    Work { app, tx, now }: Work<'_, '_>,
    force: Force,
    actor: &Actor,
    why: &str,
) -> Result<(), AppError> {
    for open in orders::bursts(tx, Some(force))? {
        let acts = orders::acts_of_burst(tx, open.id, burst::MOST)?;
        let held = acts.iter().any(|act| act.state == HeldState::Held);
        if !held && orders::of_burst(tx, open.id, 1)?.is_empty() {
            burst::end_in(Work { app, tx, now }, &open, BurstState::Cancelled, actor, why)?;
        }
    }
    Ok(())
}
