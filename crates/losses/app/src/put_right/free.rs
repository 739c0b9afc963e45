//! Takes back what was ordered to the wrong device because of a loss, and says what became of it.

use devices_app::caps::{HeldDeed, held_beyond_cap};
use devices_app::commands::{Ordered, order_in, take_back_now};
use domain::local_time::local;
use domain::{CommandId, CommandState, Deed};
use platform_port::Order;
use store::Tx;
use store::commands::{self, Command};
use store::devices::Device;
use store::locks::{self, Lock};

use super::{Change, open_loss_beside};
use kernel::{AppError, Work};

/// Most orders of a device that are looked at.
const LOOKED_AT: u32 = 200;

/// How the wrong device is left. Of several, the last one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Left {
    /// Nothing had locked it.
    #[default]
    Free,
    /// Everything that locks it is taken back, or its end is on its way.
    TakenBack,
    /// It has the order of a plain lock, which cannot be taken back.
    Locked,
    /// The end of what locks it waits for a second person, or could not be ordered.
    NotYet,
    /// What was ordered to it stays, because its own loss is open too.
    OwnLoss,
}

impl Left {
    /// Returns the subject of what its holder is told.
    pub(super) const fn subject(self) -> &'static str {
        match self {
            Self::OwnLoss => "A report named your device and meant another one",
            Self::Free | Self::TakenBack | Self::Locked | Self::NotYet => {
                "Your device is not the one that was reported lost"
            }
        }
    }

    /// Returns what its holder is told.
    pub(super) const fn body(self) -> &'static str {
        match self {
            Self::Free => "Another device was meant. Nothing is asked of you about it any more.",
            Self::TakenBack => {
                "Another device was meant. What locked yours is taken back, and nothing is asked of you about it any more."
            }
            Self::Locked => {
                "Another device was meant. The order to lock yours had reached it and cannot be taken back: open it with its \
                 passcode, a Mac with the PIN that the service desk has. Nothing else is asked of you about it."
            }
            Self::NotYet => {
                "Another device was meant. The lock of yours is not ended yet: ask the service desk when it ends. Nothing else is \
                 asked of you about it."
            }
            Self::OwnLoss => {
                "That report was put right. Yours is reported lost by another report too: what was ordered to it stays."
            }
        }
    }
}

/// What became of the orders to the wrong device.
#[derive(Debug, Default)]
pub(super) struct Freed {
    /// Sentences for the case.
    pub(super) says: Vec<String>,
    /// How the device is left.
    pub(super) left: Left,
}

impl Freed {
    fn add(&mut self, left: Left, says: String) {
        self.left = self.left.max(left);
        self.says.push(says);
    }
}

/// Returns what was ordered to the wrong device since its loss was known, the oldest first.
///
/// # Errors
/// [`AppError::Conflict`] where the device may have been told to erase itself.
pub(super) fn orders_to_wrong(tx: &mut Tx<'_>, change: &Change<'_>) -> Result<Vec<Command>, AppError> {
    let Some(wrong) = &change.wrong else { return Ok(Vec::new()) };
    let mut orders = commands::of_device(tx, wrong.id, LOOKED_AT)?;
    orders.retain(|order| order.queued_at >= change.since);
    orders.reverse();
    if let Some(sent) = orders.iter().find(|order| order.deed == Deed::Erase && was_sent(order)) {
        let at = sent.delivered_at.unwrap_or(sent.queued_at);
        return Err(AppError::Conflict(format!(
            "{} was told to erase itself on {}, and that cannot be taken back: leave this loss as it is, and take a new report for the \
             device that is lost",
            wrong.serial,
            local(at).strftime("%-d %B %Y at %H:%M")
        )));
    }
    Ok(orders)
}

/// Takes the locks under which orders to the wrong device are counted.
pub(super) fn lock_orders(tx: &mut Tx<'_>, change: &Change<'_>) -> Result<(), AppError> {
    let Some(wrong) = &change.wrong else { return Ok(()) };
    let name = &change.permit.actor().name;
    let orderer = name.strip_prefix("person:").and_then(|id| id.parse().ok());
    locks::take_all(tx, vec![Lock::Orders(wrong.force), Lock::Orderer(orderer)])?;
    Ok(())
}

/// Takes back what was ordered to the wrong device because of the loss; returns what became of it.
pub(super) fn free_wrong(
    Work { app, tx, now }: Work<'_, '_>,
    change: &Change<'_>,
    orders: &[Command],
) -> Result<Freed, AppError> {
    let mut freed = Freed::default();
    let Some(wrong) = &change.wrong else { return Ok(freed) };
    if open_loss_beside(tx, wrong.id, change.case.id)? {
        let says = format!("What was ordered to {} stays: its own loss is open too.", wrong.serial);
        freed.add(Left::OwnLoss, says);
        return Ok(freed);
    }
    let mut on = false;
    for order in orders {
        match order.deed {
            Deed::Lock | Deed::LostMode | Deed::Erase | Deed::Locate if is_waiting(order) => {
                recall(Work { app, tx, now }, change, wrong, order, &mut freed)?;
            }
            Deed::LostMode if was_sent(order) => on = true,
            Deed::LostModeOff if is_waiting(order) || was_sent(order) => {
                on = false;
                freed.left = freed.left.max(ended_by(order));
            }
            _ => {}
        }
    }
    if on {
        end_lost_mode(Work { app, tx, now }, change, wrong, &mut freed)?;
    }
    if let Some(says) = plain_lock(orders, wrong) {
        freed.add(Left::Locked, says);
    }
    Ok(freed)
}

/// Returns whether an order went out to its device and may have been carried out.
fn was_sent(order: &Command) -> bool {
    matches!(order.state, CommandState::Delivered | CommandState::Acknowledged | CommandState::Uncertain)
}

/// Returns whether the device does not have an order yet.
fn is_waiting(order: &Command) -> bool {
    let states = [CommandState::Asked, CommandState::Held, CommandState::Queued, CommandState::NotNow];
    order.finished_at.is_none() && states.contains(&order.state)
}

/// Returns how an order to end lost mode that was given before leaves the device.
const fn ended_by(order: &Command) -> Left {
    match order.state {
        CommandState::Asked | CommandState::Held => Left::NotYet,
        _ => Left::TakenBack,
    }
}

/// Returns what is said of a plain lock that the wrong device has: no order unlocks it. `None` where it has none.
fn plain_lock(orders: &[Command], wrong: &Device) -> Option<String> {
    let is_locked = |order: &Command| order.state == CommandState::Acknowledged;
    let mut sent = orders.iter().filter(|order| order.deed == Deed::Lock && was_sent(order)).peekable();
    sent.peek()?;
    let state =
        if sent.any(is_locked) { "was locked" } else { "has an order to lock that it has not answered" };
    Some(format!(
        "{} {state} and cannot be unlocked from here: its holder opens it, a Mac with the PIN on the page of its lock.",
        wrong.serial
    ))
}

/// Takes an order back that has not reached the wrong device. What contains it counts towards the cap.
fn recall(
    Work { app, tx, now }: Work<'_, '_>,
    change: &Change<'_>,
    wrong: &Device,
    order: &Command,
    freed: &mut Freed,
) -> Result<(), AppError> {
    let (actor, serial, what) = (change.permit.actor(), &wrong.serial, order.deed.title());
    let command: CommandId = order.id;
    if order.deed.contains_loss() {
        let held = HeldDeed::TakeBack { command, shown: actor.shown.clone() };
        if held_beyond_cap(Work { app, tx, now }, wrong, &held, &actor.name)?.is_some() {
            let says = format!("“{what}” goes on to {serial}: a second person must release its end.");
            freed.add(Left::NotYet, says);
            return Ok(());
        }
    }
    take_back_now(Work { app, tx, now }, command, actor.into())?;
    let left = if order.deed.contains_loss() { Left::TakenBack } else { Left::Free };
    freed.add(left, format!("“{what}” was taken back from {serial}, which never got it."));
    Ok(())
}

/// Orders the end of the wrong device's lost mode. What stands in the way is said on the case and keeps nobody from putting it right.
fn end_lost_mode(
    Work { app, tx, now }: Work<'_, '_>,
    change: &Change<'_>,
    wrong: &Device,
    freed: &mut Freed,
) -> Result<(), AppError> {
    let reason = format!("another device is lost: {}", change.reason);
    let serial = &wrong.serial;
    let ordered = order_in(Work { app, tx, now }, change.permit, wrong.id, &Order::LostModeOff, &reason);
    match ordered {
        Ok(Ordered::Queued(_)) => {
            freed.add(Left::TakenBack, format!("The end of lost mode is on its way to {serial}."));
        }
        Ok(Ordered::Held { .. } | Ordered::NeedsSecond(_)) => {
            let says = format!(
                "The end of lost mode of {serial} is beyond a limit: a second person must release it."
            );
            freed.add(Left::NotYet, says);
        }
        Err(AppError::Conflict(why)) => {
            let says = format!("The lost mode of {serial} could not be ended: {why}. End it from its page.");
            freed.add(Left::NotYet, says);
        }
        Err(error) => return Err(error),
    }
    Ok(())
}
