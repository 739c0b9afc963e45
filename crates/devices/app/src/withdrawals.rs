//! Withdraws devices: the force takes a device back at any time, with a reason.
//!
//! The order opens a case whose one step is the return of that device; only a receipt closes it. Locking the device in the
//! meantime can be undone, so one person may order both.

use domain::{BurstId, CaseId, ClauseId, DeviceId};
use kernel::named::{NamedDevice, NamedPerson};
use serde_json::json;
use store::devices::Device;
use store::locks::{self, Lock};
use store::people::Person;
use store::{Tx, cases, devices, people};

use crate::caps::{HeldDeed, held_beyond_cap};
use crate::commands::{Order, Ordered};
use cases_app::tell::Telling;
use cases_app::{Opening, device_item};
use kernel::access::{CommandDevices, Permit, WithdrawDevices};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Type of the case.
const KIND: &str = "withdrawal";
/// Parameter for the time within which the device must be returned.
const WITHIN: &str = "withdrawal-within";

/// Result of an order of withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withdrawn {
    /// Withdrawal that was ordered.
    Ordered {
        /// Case that follows the device until it is back.
        case: CaseId,
        /// Reason why the requested lock could not be ordered.
        not_locked: Option<String>,
    },
    /// Order beyond a cap, which is held in this burst for a second person. Nothing is locked.
    Held(BurstId),
}

/// Progress of an order of return.
enum Asked {
    New(CaseId),
    Open(CaseId),
    Held(BurstId),
}

/// Orders the return of a device, in the caller's transaction; returns the case, and whether it is new.
///
/// # Errors
/// [`AppError::Conflict`] if nobody has the device, or the policy has no clause for it.
pub fn order_return(
    Work { app, tx, now }: Work<'_, '_>,
    device: DeviceId,
    why: &str,
    by: &str,
    shown: &str,
) -> Result<(CaseId, bool), AppError> {
    let taken = match returnable(app, tx, device)? {
        Returnable::Asked(case) => return Ok((case, false)),
        Returnable::From(taken) => taken,
    };
    let case = open_withdrawal(Work { app, tx, now }, &taken, shown, why)?;
    let record = Record::new(by, "device.withdrawn", format!("device:{device}"))
        .force(taken.device.force)
        .clause(&taken.clause)
        .detail(json!({ "case": case, "why": why, "holder": taken.holder.id }));
    app.enter(tx, now, record)?;
    Ok((case, true))
}

/// Device whose return can be ordered, or was ordered already.
enum Returnable {
    /// Case in which its return is ordered already.
    Asked(CaseId),
    /// Device that is taken back.
    From(TakenBack),
}

/// Device that is taken back, with its holder and the clause under which that is done.
struct TakenBack {
    device: Device,
    holder: Person,
    clause: ClauseId,
}

fn returnable(app: &App, tx: &mut Tx<'_>, device: DeviceId) -> Result<Returnable, AppError> {
    let found = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
    let clause = cases_app::clause_of_procedure(app, KIND).ok_or_else(|| {
        AppError::Conflict("the policy in force has no clause under which devices are withdrawn".into())
    })?;
    if let Some(open) = cases::open_for(tx, device, &clause, KIND)? {
        return Ok(Returnable::Asked(open.id));
    }
    let holder = found.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
    let holder = holder.ok_or_else(|| {
        AppError::Conflict("nobody has this device, so there is nothing to take back".into())
    })?;
    Ok(Returnable::From(TakenBack { device: found, holder, clause }))
}

/// Orders the return of a device. A second order changes nothing and returns the open case. It counts towards a cap.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] if nobody has the device.
pub async fn withdraw(
    app: &App,
    permit: Permit<WithdrawDevices>,
    device: DeviceId,
    why: &str,
    lock: Option<Permit<CommandDevices>>,
) -> Result<Withdrawn, AppError> {
    let why = kernel::fields::text("why", why, 500)?;
    let (own, now, reason) = (app.clone(), app.world().now(), why.clone());
    let ordered = app
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Device(device))?;
            let found = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            permit.reaches(found.force)?;
            if let Returnable::Asked(case) = returnable(&own, tx, device)? {
                return Ok(Asked::Open(case));
            }
            let (by, shown) = (permit.actor().name.as_str(), permit.actor().shown.as_str());
            let what = HeldDeed::Withdraw { why: reason.clone(), shown: shown.to_owned() };
            if let Some(burst) = held_beyond_cap(Work { app: &own, tx, now }, &found, &what, by)? {
                return Ok(Asked::Held(burst));
            }
            let (case, _) = order_return(Work { app: &own, tx, now }, device, &reason, by, shown)?;
            Ok::<_, AppError>(Asked::New(case))
        })
        .await?;
    Ok(match (ordered, lock) {
        (Asked::Held(burst), _) => Withdrawn::Held(burst),
        (Asked::New(case), Some(permit)) => {
            Withdrawn::Ordered { case, not_locked: lock_withdrawn(app, permit, device, &why).await? }
        }
        (Asked::New(case) | Asked::Open(case), _) => Withdrawn::Ordered { case, not_locked: None },
    })
}

/// Opens the case that follows a device until it is back, and notifies its holder.
fn open_withdrawal(
    Work { app, tx, now }: Work<'_, '_>,
    TakenBack { device, holder, clause }: &TakenBack,
    shown: &str,
    why: &str,
) -> Result<CaseId, AppError> {
    let item = device_item(device);
    let within = app.policy().library().span(WITHIN);
    let opening = Opening {
        kind: KIND,
        force: device.force,
        device: Some(device.id),
        person: Some(holder.id),
        clause: Some(clause.clone()),
        title: format!("Withdrawal: {}", item.title),
        date: within.map(|within| now.plus(within)),
        event: None,
        place: None,
        items: vec![item],
        says: (shown, why),
    };
    let case = cases_app::open_case(Work { app, tx, now }, &opening)?;
    let telling = Telling {
        key: format!("withdrawal:{case}"),
        subject: "A device of yours is to be handed in",
        body: &format!("Withdrawal: {}. Reason: {}", NamedDevice::from(device).for_holder(), why),
        link: "/me",
    };
    cases_app::tell::tell(Work { app, tx, now }, case, holder.id, &telling)?;
    Ok(case)
}

/// Locks the device as an order of its own. A device that cannot be reached is withdrawn all the same, and the person who ordered
/// it learns why it is not locked.
async fn lock_withdrawn(
    app: &App,
    permit: Permit<CommandDevices>,
    device: DeviceId,
    why: &str,
) -> Result<Option<String>, AppError> {
    let message = Some("This device is to be handed in to ICT Customer Contact.".to_owned());
    match crate::commands::order(app, permit, device, Order::Lock { message, phone_number: None }, why).await
    {
        Ok(Ordered::Held { .. }) => {
            Ok(Some("the lock is beyond the limit of an hour, and is held for a second person".to_owned()))
        }
        Ok(_) => Ok(None),
        Err(AppError::Conflict(why)) => Ok(Some(why)),
        Err(other) => Err(other),
    }
}

/// Returns a device and its holder, for the order to take it back.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Denied`] for another force.
pub async fn withdrawing(
    app: &App,
    permit: Permit<WithdrawDevices>,
    device: DeviceId,
) -> Result<(NamedDevice, Option<NamedPerson>), AppError> {
    app.store()
        .read(move |tx| {
            let found = devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
            permit.reaches(found.force)?;
            let holder = found.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
            Ok((found.into(), holder.map(NamedPerson::from)))
        })
        .await
}
