//! Has a lost device contained through the ordinary orders, with their caps and holds, and tells how far that is.

use domain::{CommandId, CommandState, Deed, DeviceId, LossId, Timestamp};
use platform_port::Order;
use store::commands;
use store::{Tx, cases, loss_calls, loss_reports};

use devices_app::commands::{Ordered, order};
use kernel::access::{self, Actor, CommandDevices, Permit};
use kernel::{App, AppError, Work};

/// Most orders of a device that are looked at.
const LOOKED_AT: u32 = 200;

/// One order that contains a device or ends its containment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainmentOrder {
    /// The command.
    pub id: CommandId,
    /// What was ordered.
    pub deed: Deed,
    /// How far it is.
    pub state: CommandState,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Who asked, as people are shown.
    pub asked_by: String,
    /// When it was first handed to the device.
    pub delivered_at: Option<Timestamp>,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
    /// The device's words, where it refused.
    pub error: Option<String>,
}

impl ContainmentOrder {
    /// Returns how far the order is, in a few words. "Delivered" never reads as "done".
    #[must_use]
    pub const fn in_words(&self) -> &'static str {
        match self.state {
            CommandState::Asked => "waits for a second person",
            CommandState::Held => "held beyond a limit, for a second person",
            CommandState::Queued => "waits for the device to connect",
            CommandState::Delivered => "the device has it and has not answered",
            CommandState::NotNow => "the device answered “not now”",
            CommandState::Acknowledged => "the device acknowledged it",
            CommandState::Failed | CommandState::FormatError => "the device refused",
            CommandState::Cancelled => "cancelled",
            CommandState::Uncertain => "delivery uncertain",
        }
    }
}

/// How far the containment of a device is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Containment {
    /// The orders since the loss was known, the oldest first.
    pub orders: Vec<ContainmentOrder>,
    /// Since when the device has acknowledged that it is contained.
    pub contained_at: Option<Timestamp>,
}

impl Containment {
    /// Returns the state in a few words.
    #[must_use]
    pub fn in_words(&self) -> &'static str {
        if self.contained_at.is_some() {
            return "Locked: the device acknowledged it";
        }
        match self.orders.last().map(|last| (last.deed.contains_loss(), last.state)) {
            None => "Not locked: nobody has ordered it",
            Some((false, CommandState::Acknowledged)) => "Not locked any more: its containment was ended",
            Some((false, _)) => "Its containment is being ended",
            Some((true, CommandState::Held)) => "Not locked: the order is held for a second person",
            Some((true, CommandState::Asked | CommandState::Queued)) => {
                "Not locked yet: ordered, and waits for the device to connect"
            }
            Some((true, CommandState::Delivered)) => {
                "Not locked yet: the device has the order and has not answered"
            }
            Some((true, CommandState::NotNow)) => {
                "Not locked yet: the device answered “not now” and is asked again"
            }
            Some((true, CommandState::Cancelled)) => "Not locked: the order was cancelled",
            Some((true, CommandState::Uncertain)) => "Not known: the device had the order and never answered",
            Some((true, CommandState::Failed | CommandState::FormatError | CommandState::Acknowledged)) => {
                "Not locked: the device refused"
            }
        }
    }
}

impl Containment {
    /// Returns whether the last order contains the device and is not over, or was acknowledged.
    #[must_use]
    pub fn stands(&self) -> bool {
        let over = [
            CommandState::Cancelled,
            CommandState::Failed,
            CommandState::FormatError,
            CommandState::Uncertain,
        ];
        self.orders.last().is_some_and(|last| last.deed.contains_loss() && !over.contains(&last.state))
    }
}

/// Reads how far the containment of a device is since a time.
///
/// # Errors
/// Only if the database does not answer.
pub fn containment(tx: &mut Tx<'_>, device: DeviceId, since: Timestamp) -> Result<Containment, AppError> {
    let mut found = Containment::default();
    for command in commands::of_device(tx, device, LOOKED_AT)?.into_iter().rev() {
        let concerns = command.deed.contains_loss() || command.deed == Deed::LostModeOff;
        if !concerns || command.queued_at < since {
            continue;
        }
        found.orders.push(ContainmentOrder {
            id: command.id,
            deed: command.deed,
            state: command.state,
            asked_at: command.queued_at,
            asked_by: kernel::words::who(tx, &command.asked_by)?,
            delivered_at: command.delivered_at,
            finished_at: command.finished_at,
            error: command.error,
        });
    }
    let mut ended: Vec<&ContainmentOrder> =
        found.orders.iter().filter(|order| order.state == CommandState::Acknowledged).collect();
    ended.sort_by_key(|order| order.finished_at);
    let last = ended.last().filter(|order| order.deed.contains_loss());
    found.contained_at = last.and_then(|order| order.finished_at);
    Ok(found)
}

/// Locks the device of a loss, or puts it into lost mode where it has one. One person may: it can be undone.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force; [`AppError::Conflict`] where the device is not known yet or
/// cannot be given such an order.
pub async fn contain(app: &App, permit: Permit<CommandDevices>, loss: LossId) -> Result<Ordered, AppError> {
    let found = app.store().read(move |tx| loss_calls::by_id(tx, loss)).await.map_err(AppError::from)?;
    let found = found.ok_or_else(|| AppError::not_found("loss", loss))?;
    permit.reaches(found.force)?;
    let Some(device) = found.device else {
        return Err(AppError::Conflict(
            "it is not known yet which device this is: find it in the register and report its loss from there".into(),
        ));
    };
    order_containment(app, permit.actor(), device, "reported lost").await
}

/// Ends the lost mode of a device that was found.
///
/// # Errors
/// As [`contain`].
pub async fn end_containment(
    app: &App,
    permit: Permit<CommandDevices>,
    loss: LossId,
) -> Result<Ordered, AppError> {
    let found = app.store().read(move |tx| loss_calls::by_id(tx, loss)).await.map_err(AppError::from)?;
    let found = found.ok_or_else(|| AppError::not_found("loss", loss))?;
    permit.reaches(found.force)?;
    let device = found.device.ok_or_else(|| AppError::Conflict("no device is known for this loss".into()))?;
    order(app, permit, device, Order::LostModeOff, "found").await
}

/// Locks the device that its holder reported lost, as the force has said beforehand that such a report does. Does nothing where an
/// order that contains it stands, or the loss is over. What stands in the way is said on the case, and the call goes on.
///
/// # Errors
/// Only if the database does not answer: the job is tried again.
pub async fn lock_reported(app: &App, loss: LossId) -> Result<(), AppError> {
    let found = app
        .store()
        .read(move |tx| {
            let Some(call) = loss_calls::by_id(tx, loss)? else { return Ok(None) };
            let over = call.standing == "ended"
                || cases::by_id(tx, call.case)?.is_none_or(|case| case.closed.is_some());
            let Some(device) = call.device.filter(|_| !over) else { return Ok(None) };
            let contained = containment(tx, device, call.began_at)?.stands();
            let reference = loss_reports::by_id(tx, loss)?.map(|report| report.reference).unwrap_or_default();
            Ok::<_, AppError>((!contained).then_some((call.case, device, reference)))
        })
        .await?;
    let Some((case, device, reference)) = found else { return Ok(()) };
    let reason = format!("reported lost by its holder, {reference}");
    let refused = match order_containment(app, &Actor::system(), device, &reason).await {
        Ok(_) => return Ok(()),
        Err(
            error @ (AppError::Conflict(_)
            | AppError::Denied(_)
            | AppError::Invalid { .. }
            | AppError::NotFound { .. }),
        ) => error.to_string(),
        Err(error) => return Err(error),
    };
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let says = format!(
                "The report did not lock the device: {refused}. Lock it by hand, or tell the duty officer."
            );
            cases_app::say(Work { app: &app, tx, now }, case, &Actor::system().shown, &says)
        })
        .await
}

/// Returns the number of the duty officer of a device's force.
async fn duty_officer_of(app: &App, device: DeviceId) -> Result<String, AppError> {
    let found = app.store().read(move |tx| store::devices::by_id(tx, device)).await?;
    let force = found.ok_or_else(|| AppError::not_found("device", device))?.force;
    let policy = app.policy();
    Ok(policy.forces().entry(force).map(|entry| entry.duty_officer.number.clone()).unwrap_or_default())
}

/// Orders lost mode, or a lock where the device has no lost mode.
pub(crate) async fn order_containment(
    app: &App,
    actor: &Actor,
    device: DeviceId,
    reason: &str,
) -> Result<Ordered, AppError> {
    let number = app.policy().library().text("lost-screen-telephone").map(str::to_owned);
    let number = match number {
        Some(number) => number,
        None => duty_officer_of(app, device).await?,
    };
    let message = Some(format!("This device is lost. Please ring {number}."));
    let lost = Order::LostMode { message: message.clone(), phone_number: Some(number.clone()) };
    match order(app, access::permit::<CommandDevices>(actor)?, device, lost, reason).await {
        Err(AppError::Conflict(_)) => {
            let lock = Order::Lock { message, phone_number: Some(number) };
            order(app, access::permit::<CommandDevices>(actor)?, device, lock, reason).await
        }
        other => other,
    }
}
