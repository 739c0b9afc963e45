//! Withdrawal: the force takes a device back whenever it chooses, with a reason.
//!
//! The order opens a case whose one step is the return of that device; only a receipt closes it. Locking the device
//! meanwhile can be undone, so one person may order both.

use domain::{CaseId, ClauseId, DeviceId, Timestamp};
use serde_json::json;
use store::devices::Device;
use store::locks::{self, Lock};
use store::people::Person;
use store::{Tx, cases, devices, people};

use crate::access::{CommandDevices, Permit, WithdrawDevices};
use crate::cases::{Opening, device_item};
use crate::commands::Order;
use crate::movers::Telling;
use crate::record::Record;
use crate::{App, AppError};

/// The case type.
const KIND: &str = "withdrawal";
/// The parameter that says by when.
const WITHIN: &str = "withdrawal-within";

/// What an order of withdrawal came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// The case that follows the device until it is back.
    pub case: CaseId,
    /// Why the lock that was asked for could not be ordered.
    pub not_locked: Option<String>,
}

impl App {
    /// Orders the return of a device. Ordered twice, it is one order: the case that is open is given.
    ///
    /// # Errors
    /// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] where nobody has the device.
    pub async fn withdraw(
        &self,
        permit: Permit<WithdrawDevices>,
        device: DeviceId,
        why: &str,
        lock: Option<Permit<CommandDevices>>,
    ) -> Result<Withdrawn, AppError> {
        let why = crate::people::text("why", why, 500)?;
        let (app, now, reason) = (self.clone(), self.world().now(), why.clone());
        let (case, new) = self
            .store()
            .write(move |tx| {
                locks::take(tx, Lock::Device(device))?;
                let found =
                    devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
                permit.reaches(found.force)?;
                let clause = app.clause_of_procedure(KIND).ok_or_else(|| {
                    AppError::Conflict(
                        "the policy in force has no clause under which devices are withdrawn".into(),
                    )
                })?;
                if let Some(open) = cases::open_for(tx, device, &clause, KIND)? {
                    return Ok((open.id, false));
                }
                let holder = found.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
                let holder = holder.ok_or_else(|| {
                    AppError::Conflict("nobody has this device, so there is nothing to take back".into())
                })?;
                let says = (permit.actor().shown.as_str(), reason.as_str());
                let case = app.open_withdrawal(tx, &found, (&holder, &clause), says, now)?;
                let record =
                    Record::new(&permit.actor().name, "device.withdrawn", format!("device:{device}"))
                        .force(found.force)
                        .clause(&clause)
                        .detail(json!({ "case": case, "why": reason, "holder": holder.id }));
                app.enter(tx, now, record)?;
                Ok::<_, AppError>((case, true))
            })
            .await?;
        let not_locked = match lock.filter(|_| new) {
            None => None,
            Some(permit) => self.lock_withdrawn(permit, device, &why).await?,
        };
        Ok(Withdrawn { case, not_locked })
    }

    /// Opens the case that follows a device until it is back, and tells its holder.
    fn open_withdrawal(
        &self,
        tx: &mut Tx<'_>,
        device: &Device,
        (holder, clause): (&Person, &ClauseId),
        says: (&str, &str),
        now: Timestamp,
    ) -> Result<CaseId, AppError> {
        let item = device_item(device);
        let within = self.policy().library().span(WITHIN);
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
            says,
        };
        let case = self.open_case(tx, &opening, now)?;
        let telling = Telling {
            key: format!("withdrawal:{case}"),
            subject: "A device of yours is to be handed in",
            body: &format!("{} Reason: {}", opening.title, says.1),
            link: "/me",
        };
        self.tell(tx, case, holder.id, &telling, now)?;
        Ok(case)
    }

    /// Locks it as an order of its own. A device that cannot be reached is withdrawn all the same, and whoever ordered it
    /// is told why it is not locked.
    async fn lock_withdrawn(
        &self,
        permit: Permit<CommandDevices>,
        device: DeviceId,
        why: &str,
    ) -> Result<Option<String>, AppError> {
        let message = Some("This device is to be handed in to ICT Customer Contact.".to_owned());
        match self.order(permit, device, Order::Lock { message, phone_number: None }, why).await {
            Ok(_) => Ok(None),
            Err(AppError::Conflict(why)) => Ok(Some(why)),
            Err(other) => Err(other),
        }
    }

    /// A device and who has it, for the order to take it back.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Denied`] behind the wall.
    pub async fn withdrawing(
        &self,
        permit: Permit<WithdrawDevices>,
        device: DeviceId,
    ) -> Result<(Device, Option<Person>), AppError> {
        self.store()
            .read(move |tx| {
                let found =
                    devices::by_id(tx, device)?.ok_or_else(|| AppError::not_found("device", device))?;
                permit.reaches(found.force)?;
                let holder = found.holder.map(|holder| people::by_id(tx, holder)).transpose()?.flatten();
                Ok((found, holder))
            })
            .await
    }
}
