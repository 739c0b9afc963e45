//! Has a lost device contained through the ordinary orders, with their caps and holds, and tells how far that is.

use domain::{CommandId, CommandState, Deed, DeviceId, Force, LossId, Timestamp};
use platform_port::Order;
use store::commands;
use store::devices::{self, Device};
use store::{Tx, cases, loss_calls, loss_reports};

use devices_app::commands::{Ordered, is_in_lost_mode, order, order_destruction, order_location};
use kernel::access::{self, Actor, CommandDevices, DestroyData, LocateDevices, Permit};
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
    /// The orders since then to locate the device and to erase it, the oldest first.
    pub others: Vec<ContainmentOrder>,
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
            Some((false, CommandState::Acknowledged)) => "Not locked any more: lost mode was ended",
            Some((false, _)) => "Lost mode is being ended",
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
        if command.queued_at < since {
            continue;
        }
        let list = match command.deed {
            Deed::Lock | Deed::LostMode | Deed::LostModeOff => &mut found.orders,
            Deed::Locate | Deed::Erase => &mut found.others,
            _ => continue,
        };
        list.push(ContainmentOrder {
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

/// A loss as orders to its device need it.
struct Target {
    force: Force,
    device: Option<DeviceId>,
    /// Since when people are called about it.
    since: Timestamp,
}

impl Target {
    async fn of(app: &App, loss: LossId) -> Result<Self, AppError> {
        let found = app.store().read(move |tx| loss_calls::by_id(tx, loss)).await.map_err(AppError::from)?;
        let found = found.ok_or_else(|| AppError::not_found("loss", loss))?;
        Ok(Self { force: found.force, device: found.device, since: found.began_at })
    }

    fn known(&self) -> Result<DeviceId, AppError> {
        self.device.ok_or_else(|| {
            AppError::Conflict(
                "it is not known yet which device this is: name it on the page of the loss first".into(),
            )
        })
    }
}

/// Locks the device of a loss, or puts it into lost mode where it has one. One person may: it can be undone.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force; [`AppError::Conflict`] where the device is not known yet or
/// cannot be given such an order.
pub async fn contain(app: &App, permit: Permit<CommandDevices>, loss: LossId) -> Result<Ordered, AppError> {
    let target = Target::of(app, loss).await?;
    permit.reaches(target.force)?;
    let (device, since) = (target.known()?, target.since);
    let found = app.store().read(move |tx| containment(tx, device, since)).await?;
    if let Some(order) = found.orders.last().filter(|_| found.stands()) {
        // Pressed twice, or by two people: the device is locked once.
        let queued =
            [CommandState::Queued, CommandState::Delivered, CommandState::NotNow, CommandState::Acknowledged];
        if queued.contains(&order.state) {
            return Ok(Ordered::Queued(vec![order.id]));
        }
        return Err(AppError::Conflict(format!(
            "an order to lock it is given already: it {}",
            order.in_words()
        )));
    }
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
    let target = Target::of(app, loss).await?;
    permit.reaches(target.force)?;
    order(app, permit, target.known()?, Order::LostModeOff, "found").await
}

/// Asks a lost device where it is. One person may, with a reason, once the device is in lost mode.
///
/// # Errors
/// As [`contain`]; [`AppError::Invalid`] without a reason; [`AppError::Conflict`] for a device that is not in lost mode.
pub async fn locate(
    app: &App,
    permit: Permit<LocateDevices>,
    loss: LossId,
    reason: &str,
) -> Result<Ordered, AppError> {
    let target = Target::of(app, loss).await?;
    permit.reaches(target.force)?;
    let device = target.known()?;
    if !app.store().read(move |tx| is_in_lost_mode(tx, device)).await? {
        return Err(AppError::Conflict(
            "it says where it is only in lost mode: lock it first, and wait until it has acknowledged that"
                .into(),
        ));
    }
    order_location(app, permit, device, reason).await
}

/// What is known of evidence on a device that is to be erased, such as pictures that were not uploaded (MDU-14.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// There is none, or it is saved.
    Nothing,
    /// There is some, or there may be.
    Needed,
    /// Nobody knows.
    NotKnown,
}

impl Evidence {
    /// Every answer, in the order in which pages offer them.
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Needed, Self::NotKnown];

    /// Returns its word in forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Needed => "needed",
            Self::NotKnown => "not-known",
        }
    }

    /// Returns the answer in words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Nothing => "No, or it is saved",
            Self::Needed => "Yes",
            Self::NotKnown => "Nobody knows, and its holder was asked",
        }
    }

    /// Reads a word; `None` for one that is no answer.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// Asks for everything on a lost device to be erased. A second person must agree; what is known of evidence on it stands in the
/// reason that they read.
///
/// # Errors
/// As [`contain`]; [`AppError::Invalid`] without a reason or an answer about evidence; [`AppError::Conflict`] where evidence is on
/// it, under a legal hold and while destructive orders are frozen; [`AppError::NotPresent`] without a fresh sign-in.
pub async fn wipe(
    app: &App,
    permit: Permit<DestroyData>,
    loss: LossId,
    evidence: Option<Evidence>,
    reason: &str,
) -> Result<Ordered, AppError> {
    let target = Target::of(app, loss).await?;
    permit.reaches(target.force)?;
    let device = target.known()?;
    let evidence = evidence
        .ok_or_else(|| AppError::invalid("evidence", "say whether evidence is on it: erasing destroys it"))?;
    if evidence == Evidence::Needed {
        return Err(AppError::invalid(
            "evidence",
            "what is needed as evidence would be destroyed: keep it locked, and ask Professional Standards for a legal hold",
        ));
    }
    let reason = kernel::fields::text("reason", reason, 400)?;
    let reason = format!("{reason} (evidence on it, MDU-14.4: {})", evidence.title().to_lowercase());
    order_destruction(app, permit, device, Order::Erase, &reason).await
}

/// Returns whether the holder of a device reported that loss themselves, signed in: the report of anybody else locks nothing.
pub(crate) fn reported_by_holder(tx: &mut Tx<'_>, loss: LossId, device: &Device) -> Result<bool, AppError> {
    let Some(holder) = device.holder else { return Ok(false) };
    Ok(loss_reports::is_reported_by(tx, loss, holder)?)
}

/// Locks the device that its holder reported lost, as the force has said beforehand that such a report does. Does nothing where an
/// order that contains it stands, or the loss is over, or another person than its holder reported it. What stands in the way is said on the case, and the call goes on.
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
            let Some(held) = devices::by_id(tx, device)? else { return Ok(None) };
            if !reported_by_holder(tx, loss, &held)? {
                return Ok(None);
            }
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
    let found = app.store().read(move |tx| devices::by_id(tx, device)).await?;
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
