//! Limits with caps how much one person, and one force, may do in an hour before a second person must release more.
//!
//! Everything that hinders, strips or destroys passes [`admit`], in the transaction that does it: orders to devices when they are
//! queued, changes of holder, hand-overs, taking out of use, marking as missing, orders of return, revoking certificates, taking
//! containment back. The effect of the deed decides (`domain::Deed`), never who offers the page or what a vendor calls a command.
//! What exceeds a cap is neither refused nor lost: it joins the person's burst, others are notified at once, and a second person
//! releases or cancels the whole burst (`burst`). What hands something out at once, such as a profile that replaces an enrolment,
//! cannot wait and is refused instead ([`admit_or_refuse`]). Deeds that affect people are reported to others beyond a cap and not
//! held ([`note_person`]). `routes.txt` says for every use case which of these it passes; a test compares it with the code.

mod agree;
mod approvers;
mod burst;
mod call_off;
mod freeze;
mod held;
mod standing;
mod tell;

use std::collections::BTreeSet;

use domain::{BurstId, BurstState, Cap, CaseId, Deed, DeviceId, Effect, Force, Span, Timestamp};
use serde_json::json;
use store::commands::Command;
use store::locks::{self, Lock};
use store::orders::{self, Burst};
use store::{Tx, caps, cases};

pub(crate) use agree::another_person;
pub use approvers::follow_approval;
pub(crate) use approvers::{Waits, follow};
pub use burst::expire;
pub use burst::expire_order;
pub use burst::{Released, cancel, release};
pub use call_off::{CallOff, CalledOff, call_off};
pub(crate) use freeze::refuse_if_frozen;
pub use freeze::{ask_to_lift, confirm_lift, freeze};
pub use held::{HeldDeed, end_act, hold_act};
pub use standing::end_what_they_asked_for;
pub(crate) use standing::may_still_ask;
pub(crate) use tell::of_containment as tell_of_containment;

use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};
use notices_app::affected::{self, Counted};

/// Time in which a cap counts.
const HOUR: Span = Span::from_secs(3600);
/// Parameter for the time that an order waits for a second person.
const EXPIRES: &str = "order-expires-after";
/// Time that an order waits where the policy in force does not say.
const EXPIRES_AFTER: Span = Span::from_secs(24 * 3600);
/// Type of case for a lost device.
const LOSS: &str = "lost-device";
/// Name under which everybody who is not in the register is counted: one-time links, the command line, tokens. Such names are
/// free to make, so together they may do only what one person may.
const UNKNOWN: &str = "not in the register";

/// Act that is about to be done.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// Force of the devices.
    pub force: Force,
    /// Deed that is done.
    pub deed: Deed,
    /// Devices that it affects; a hand-over may include several, and all of them are let through or held together.
    pub devices: &'a [DeviceId],
    /// Person who asks, as the ledger names them.
    pub by: &'a str,
    /// Open loss that it contains, as found by [`loss_of`].
    pub loss: Option<CaseId>,
}

/// Decision on whether an act may be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Act within the caps: it is counted and done.
    Go,
    /// Act beyond a cap: it must be held in this burst.
    Hold(BurstId),
}

/// Counts an act; no other function does. Takes the locks that protect the counts, so that two transactions never miss each
/// other's acts; refuses what a freeze stops; records what it lets through; opens the person's burst, or finds the open one.
///
/// # Errors
/// [`AppError::Conflict`] for a destructive act while the force's destructive orders are frozen.
pub fn admit(Work { app, tx, now }: Work<'_, '_>, act: &Act<'_>) -> Result<Verdict, AppError> {
    Ok(match count_or_reach(Work { app, tx, now }, act)? {
        None => Verdict::Go,
        Some(cap) => Verdict::Hold(join(Work { app, tx, now }, act, cap)?),
    })
}

/// Counts an act whose result is handed out at once, so that it cannot be held; returns whether it may be done. Beyond a cap it
/// may not, and others are notified: the caller commits and refuses.
///
/// # Errors
/// As [`admit`].
pub fn admit_or_refuse(Work { app, tx, now }: Work<'_, '_>, act: &Act<'_>) -> Result<bool, AppError> {
    let Some(cap) = count_or_reach(Work { app, tx, now }, act)? else { return Ok(true) };
    let record = Record::new(act.by, "orders.refused", format!("force:{}", act.force))
        .force(act.force)
        .reason(act.deed.effect().as_str())
        .detail(json!({ "cap": cap, "limit": app.limit(cap), "what": act.deed, "devices": act.devices }));
    app.enter(tx, now, record)?;
    tell::of_refusal(Work { app, tx, now }, act, cap)?;
    Ok(false)
}

/// Counts an act under the locks of its force and its person; returns the cap that it would exceed, if any.
fn count_or_reach(Work { app, tx, now }: Work<'_, '_>, act: &Act<'_>) -> Result<Option<Cap>, AppError> {
    if act.deed.effect() == Effect::Harmless {
        return Ok(None);
    }
    let who = who_is_counted(act.by);
    lock_force(tx, act.force)?;
    locks::take(tx, Lock::Orderer(who.strip_prefix("person:").and_then(|id| id.parse().ok())))?;
    if act.deed.effect() == Effect::Destructive {
        refuse_if_frozen(tx, act.force)?;
    }
    let cap = reached(Work { app, tx, now }, act, who)?;
    if cap.is_none() {
        enter(tx, act, now)?;
    }
    Ok(cap)
}

/// Result of a change to the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// Change that was made.
    Done,
    /// Change beyond a cap, which is held in this burst for a second person.
    Held(BurstId),
}

/// Returns whether an order contains a device that somebody reported lost, even if that case has been closed since.
pub(crate) fn contains_loss(asked: &Command) -> bool {
    asked.deed.contains_loss() && asked.case.is_some()
}

/// Counts the taking of one device; returns the burst in which it is held if it exceeds a cap.
pub fn held_beyond_cap(
    Work { app, tx, now }: Work<'_, '_>,
    device: &store::devices::Device,
    what: &HeldDeed,
    by: &str,
) -> Result<Option<BurstId>, AppError> {
    let act = Act { force: device.force, deed: what.deed(), devices: &[device.id], by, loss: None };
    match admit(Work { app, tx, now }, &act)? {
        Verdict::Go => Ok(None),
        Verdict::Hold(burst) => {
            hold_act(Work { app, tx, now }, burst, device.id, what, by)?;
            Ok(Some(burst))
        }
    }
}

/// Records an act as done: when it is let through, and when a second person releases it.
fn enter(tx: &mut Tx<'_>, act: &Act<'_>, now: Timestamp) -> Result<(), AppError> {
    let Some(cap) = caps_of(act).first() else { return Ok(()) };
    for device in act.devices {
        let subject = device.to_string();
        let counted = Counted { force: act.force, who: who_is_counted(act.by), subject: &subject };
        affected::count(tx, *cap, counted, now)?;
    }
    Ok(())
}

/// Takes the lock of a force's orders: transactions that count, freeze, or change many orders at once wait here for each other.
fn lock_force(tx: &mut Tx<'_>, force: Force) -> Result<(), AppError> {
    Ok(locks::take(tx, Lock::Orders(force))?)
}

/// Returns the name under which somebody is counted.
fn who_is_counted(by: &str) -> &str {
    if by.starts_with("person:") { by } else { UNKNOWN }
}

/// Returns the caps that an act counts towards.
const fn caps_of(act: &Act<'_>) -> &'static [Cap] {
    match act.deed.effect() {
        Effect::Harmless => &[],
        Effect::Harsh if act.loss.is_some() => &[Cap::Loss],
        Effect::Harsh => &[Cap::HarshPerson, Cap::HarshForce],
        Effect::Stripping => &[Cap::Stripping],
        Effect::Destructive => &[Cap::Destructive],
    }
}

/// Returns the first cap that the act would exceed.
fn reached(Work { app, tx, now }: Work<'_, '_>, act: &Act<'_>, who: &str) -> Result<Option<Cap>, AppError> {
    let since = now.minus(HOUR);
    let more = i64::try_from(act.devices.len()).unwrap_or(i64::MAX);
    for cap in caps_of(act) {
        let with_it = match cap {
            // Taking one device back twice, by the order and by the receipt, counts as one device.
            Cap::Stripping => {
                let mut taken: BTreeSet<String> = caps::subjects(tx, *cap, who, since)?.into_iter().collect();
                taken.extend(act.devices.iter().map(DeviceId::to_string));
                i64::try_from(taken.len()).unwrap_or(i64::MAX)
            }
            _ if cap.is_for_one_person() => caps::by_person(tx, *cap, who, since)?.saturating_add(more),
            _ => caps::by_force(tx, *cap, act.force, since)?.saturating_add(more),
        };
        if with_it > app.limit(*cap) {
            return Ok(Some(*cap));
        }
    }
    Ok(None)
}

/// Returns the time until which an order placed now waits for a second person.
pub(crate) fn expires_at(app: &App, now: Timestamp) -> Timestamp {
    now.plus(app.policy().library().span(EXPIRES).unwrap_or(EXPIRES_AFTER))
}

/// Returns the open case of a lost device that an order contains. Looks it up in the database: nobody can claim that an order
/// belongs to a loss.
pub(crate) fn loss_of(tx: &mut Tx<'_>, deed: Deed, device: DeviceId) -> Result<Option<CaseId>, AppError> {
    if deed.contains_loss() { open_loss(tx, device) } else { Ok(None) }
}

/// Returns the open case of a lost device.
pub(crate) fn open_loss(tx: &mut Tx<'_>, device: DeviceId) -> Result<Option<CaseId>, AppError> {
    let all = cases::of_device(tx, device)?;
    Ok(all.iter().find(|case| case.kind == LOSS && case.closed.is_none()).map(|case| case.id))
}

/// Finds the person's open burst for what they ask beyond a cap, or opens a new one and notifies others.
fn join(Work { app, tx, now }: Work<'_, '_>, act: &Act<'_>, cap: Cap) -> Result<BurstId, AppError> {
    let (effect, who) = (act.deed.effect(), who_is_counted(act.by));
    if let Some(open) = orders::burst_of(tx, act.force, effect, who)? {
        if open.expires_at > now {
            return Ok(open.id);
        }
        burst::expire_in(Work { app, tx, now }, &open)?;
    }
    let burst = Burst {
        id: BurstId::from_uuid(app.world().uuid()),
        force: act.force,
        effect,
        cap,
        who: who.to_owned(),
        opened_by: act.by.to_owned(),
        opened_at: now,
        expires_at: expires_at(app, now),
        state: BurstState::Held,
        ended: None,
    };
    orders::open_burst(tx, &burst)?;
    kernel::jobs::ask_job(app, tx, jobs::Kind::ExpireBurst, &burst.id.to_string(), burst.expires_at)?;
    let record = Record::new(act.by, "orders.held", format!("burst:{}", burst.id))
        .force(burst.force)
        .reason(effect.as_str())
        .detail(json!({ "cap": cap, "limit": app.limit(cap), "first": act.deed }));
    app.enter(tx, now, record)?;
    tell::of_burst(Work { app, tx, now }, &burst)?;
    follow(app, tx, &Waits::Burst(burst.id))?;
    Ok(burst.id)
}

#[cfg(test)]
mod routes_tests;
