//! Caps: how much one person, and one force, may do in an hour before further orders are held for a second person.
//!
//! Everything that hinders, strips or destroys passes [`admit`], in the transaction that does it: orders to devices where they
//! are queued, changes of holder, hand-overs, taking out of use, marking as missing, orders of return, revoking certificates,
//! taking containment back. It decides by what is done (`domain::Deed`), never by who offers the page or by what a vendor calls
//! a command. What is beyond a cap is neither refused nor lost: it joins the person's burst, others are told at once, and a second
//! person releases or cancels all of it (`burst`). What hands something out at once, such as a profile that replaces an enrolment,
//! cannot wait and is refused instead ([`admit_or_refuse`]). What is done to people is told beyond a cap and not held
//! ([`note_person`]). `routes.txt` says of every use case which of these it passes; a test compares it with the code.

mod agree;
mod burst;
mod call_off;
mod freeze;
mod held;
mod standing;
mod tell;

use std::collections::BTreeSet;

use domain::{BurstId, Cap, CaseId, Deed, DeviceId, Effect, Force, Span, Timestamp};
use serde_json::json;
use store::locks::{self, Lock};
use store::orders::{self, Burst, BurstState};
use store::{Tx, caps, cases};

pub(crate) use agree::another_person;
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
use kernel::{App, AppError, jobs};
use notices_app::affected;

/// The time in which a cap counts.
const HOUR: Span = Span::from_secs(3600);
/// The parameter that says how long an order waits for a second person.
const EXPIRES: &str = "order-expires-after";
/// How long where the policy in force does not say.
const EXPIRES_AFTER: Span = Span::from_secs(24 * 3600);
/// The type of case in which a loss is worked on.
const LOSS: &str = "lost-device";
/// Under which name everybody is counted whom the register does not know: one-time links, the command line, tokens. Names of
/// theirs cost nothing, so together they may do what one person may.
const UNKNOWN: &str = "not in the register";

/// Something that is about to be done.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// Whose devices.
    pub force: Force,
    /// What is done.
    pub deed: Deed,
    /// To which devices; a hand-over may hold several, and all of them are let through or held together.
    pub devices: &'a [DeviceId],
    /// Who asks, as the ledger names them.
    pub by: &'a str,
    /// The open loss that it contains, as [`loss_of`] found it.
    pub loss: Option<CaseId>,
}

/// Whether it may be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// It counts, and is done.
    Go,
    /// It is beyond a cap: hold it in this burst.
    Hold(BurstId),
}

/// The one place where acts are counted. Takes the locks under which they are, so that two transactions never count past each
/// other; refuses what a freeze stops; enters what it lets through; opens the person's burst, or finds the one that is open.
///
/// # Errors
/// [`AppError::Conflict`] for what is destructive while the force's destructive orders are frozen.
pub fn admit(app: &App, tx: &mut Tx<'_>, act: &Act<'_>, now: Timestamp) -> Result<Verdict, AppError> {
    Ok(match count_or_reach(app, tx, act, now)? {
        None => Verdict::Go,
        Some(cap) => Verdict::Hold(join(app, tx, act, cap, now)?),
    })
}

/// Counts an act whose result is handed out at once, so that it cannot be held; whether it may be done. Beyond a cap it may not,
/// and others are told: the caller commits and refuses.
///
/// # Errors
/// As [`admit`].
pub fn admit_or_refuse(app: &App, tx: &mut Tx<'_>, act: &Act<'_>, now: Timestamp) -> Result<bool, AppError> {
    let Some(cap) = count_or_reach(app, tx, act, now)? else { return Ok(true) };
    let record = Record::new(act.by, "orders.refused", format!("force:{}", act.force))
        .force(act.force)
        .reason(act.deed.effect().as_str())
        .detail(json!({ "cap": cap, "limit": app.limit(cap), "what": act.deed, "devices": act.devices }));
    app.enter(tx, now, record)?;
    tell::of_refusal(app, tx, (act, cap), now)?;
    Ok(false)
}

/// Counts an act under the locks of its force and its person; the cap that it would exceed, where it may not go on.
fn count_or_reach(
    app: &App,
    tx: &mut Tx<'_>,
    act: &Act<'_>,
    now: Timestamp,
) -> Result<Option<Cap>, AppError> {
    if act.deed.effect() == Effect::Harmless {
        return Ok(None);
    }
    let who = who_is_counted(act.by);
    lock_force(tx, act.force)?;
    locks::take(tx, Lock::Orderer(who.strip_prefix("person:").and_then(|id| id.parse().ok())))?;
    if act.deed.effect() == Effect::Destructive {
        refuse_if_frozen(tx, act.force)?;
    }
    let cap = reached(app, tx, act, who, now)?;
    if cap.is_none() {
        enter(tx, act, now)?;
    }
    Ok(cap)
}

/// What became of a change to the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It was done.
    Done,
    /// It is beyond a cap, and held in this burst for a second person.
    Held(BurstId),
}

/// Counts the taking of one device; the burst in which it is held, where it is beyond a cap.
pub fn held_beyond_cap(
    app: &App,
    tx: &mut Tx<'_>,
    device: &store::devices::Device,
    what: &HeldDeed,
    (by, now): (&str, Timestamp),
) -> Result<Option<BurstId>, AppError> {
    let act = Act { force: device.force, deed: what.deed(), devices: &[device.id], by, loss: None };
    match admit(app, tx, &act, now)? {
        Verdict::Go => Ok(None),
        Verdict::Hold(burst) => {
            hold_act(app, tx, burst, (device.id, what), (by, now))?;
            Ok(Some(burst))
        }
    }
}

/// Enters an act as done: when it is let through, and when a second person releases it.
fn enter(tx: &mut Tx<'_>, act: &Act<'_>, now: Timestamp) -> Result<(), AppError> {
    let Some(cap) = caps_of(act).first() else { return Ok(()) };
    for device in act.devices {
        affected::count(tx, *cap, (act.force, who_is_counted(act.by), &device.to_string()), now)?;
    }
    Ok(())
}

/// Takes the lock of a force's orders: whoever counts, freezes, or changes many of them at once waits here for the others.
fn lock_force(tx: &mut Tx<'_>, force: Force) -> Result<(), AppError> {
    Ok(locks::take(tx, Lock::Orders(force))?)
}

/// Under which name somebody is counted.
fn who_is_counted(by: &str) -> &str {
    if by.starts_with("person:") { by } else { UNKNOWN }
}

/// The caps that an act counts towards.
const fn caps_of(act: &Act<'_>) -> &'static [Cap] {
    match act.deed.effect() {
        Effect::Harmless => &[],
        Effect::Harsh if act.loss.is_some() => &[Cap::Loss],
        Effect::Harsh => &[Cap::HarshPerson, Cap::HarshForce],
        Effect::Stripping => &[Cap::Stripping],
        Effect::Destructive => &[Cap::Destructive],
    }
}

/// The first cap that the act would exceed.
fn reached(
    app: &App,
    tx: &mut Tx<'_>,
    act: &Act<'_>,
    who: &str,
    now: Timestamp,
) -> Result<Option<Cap>, AppError> {
    let since = now.minus(HOUR);
    let more = i64::try_from(act.devices.len()).unwrap_or(i64::MAX);
    for cap in caps_of(act) {
        let with_it = match cap {
            // Taking one device back twice, by the order and by the receipt, takes one device.
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

/// Until when an order that is asked for now waits for a second person.
pub(crate) fn expires_at(app: &App, now: Timestamp) -> Timestamp {
    now.plus(app.policy().library().span(EXPIRES).unwrap_or(EXPIRES_AFTER))
}

/// The open case of a lost device that an order contains. Found in the database: nobody's word makes an order one that a loss
/// asked for.
pub(crate) fn loss_of(tx: &mut Tx<'_>, deed: Deed, device: DeviceId) -> Result<Option<CaseId>, AppError> {
    if deed.contains_loss() { open_loss(tx, device) } else { Ok(None) }
}

/// The open case of a device that is lost.
pub(crate) fn open_loss(tx: &mut Tx<'_>, device: DeviceId) -> Result<Option<CaseId>, AppError> {
    let all = cases::of_device(tx, device)?;
    Ok(all.iter().find(|case| case.kind == LOSS && case.closed.is_none()).map(|case| case.id))
}

/// The burst that holds what a person asks for beyond a cap: theirs that is open, or a new one, of which others are told.
fn join(app: &App, tx: &mut Tx<'_>, act: &Act<'_>, cap: Cap, now: Timestamp) -> Result<BurstId, AppError> {
    let (effect, who) = (act.deed.effect(), who_is_counted(act.by));
    if let Some(open) = orders::burst_of(tx, act.force, effect, who)? {
        if open.expires_at > now {
            return Ok(open.id);
        }
        burst::expire_in(app, tx, &open, now)?;
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
    tell::of_burst(app, tx, &burst, now)?;
    Ok(burst.id)
}

#[cfg(test)]
mod routes_tests;
