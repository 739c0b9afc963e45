//! Lists what a reader may do to a device, and why the device would refuse it now.

use domain::{Deed, Effect, EnrolmentId};
use platform_port::{Order, Target};
use store::devices::Device;
use store::{Tx, freezes};

use crate::commands::is_in_lost_mode;
use kernel::access::{Actor, CommandDevices, DestroyData, LocateDevices};
use kernel::platforms::EnrolledOn;
use kernel::{App, AppError, access, platforms};

/// Action that can be done to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Deed that the action carries out.
    pub deed: Deed,
    /// Whether a second person must agree.
    pub second: bool,
    /// Consequence on the device's platform, where it differs from other platforms.
    pub consequence: Option<&'static str>,
    /// Reason why the device would refuse it now.
    pub refused: Option<String>,
}

/// Live enrolment of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveEnrolment {
    /// Id of the enrolment.
    pub enrolment: EnrolmentId,
    /// Set where the device is in lost mode.
    pub lost_mode: bool,
}

/// Lists the orders that an actor may give, in the order in which pages show them.
fn permitted(actor: &Actor) -> Vec<Order> {
    let mut all = Vec::new();
    if access::permit::<CommandDevices>(actor).is_ok() {
        // The person who orders lost mode has to type a message; without one there would be nothing to show.
        let message = Some("-".to_owned());
        all.extend([
            Order::Lock { message: None, phone_number: None },
            Order::LostMode { message, phone_number: None },
            Order::LostModeOff,
            Order::Sound,
            Order::Refresh,
            Order::Restart,
            Order::ShutDown,
        ]);
    }
    if access::permit::<LocateDevices>(actor).is_ok() {
        all.push(Order::Locate);
    }
    if access::permit::<DestroyData>(actor).is_ok() {
        all.extend([Order::ClearPasscode, Order::Erase]);
    }
    all
}

/// Lists what an actor may do to a device with that live enrolment, if it has one.
pub fn actions(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    device: &Device,
    live: Option<LiveEnrolment>,
) -> Result<Vec<Action>, AppError> {
    let Some((platform, served)) = app.platforms().of_kind(device.kind) else { return Ok(Vec::new()) };
    let vendor = &served.vendor;
    let target = match live {
        Some(LiveEnrolment { enrolment, lost_mode }) => {
            let on = EnrolledOn { enrolment, platform };
            let supervised = device.supervised.unwrap_or(false);
            Some(platforms::target(app, tx, on, supervised, Some(lost_mode))?)
        }
        None => None,
    };
    // Nobody waits for a second person to find what is in lost mode.
    let alone = is_in_lost_mode(tx, device.id)?;
    let second = |deed: Deed| deed.needs_second() && !(alone && deed == Deed::Locate);
    let frozen = freezes::freeze_of(tx, device.force)?.is_some();
    let refusal = |order: &Order, target: &Option<Target>| match target {
        None => Some("the device is not under management".to_owned()),
        Some(_) if frozen && order.deed().effect() == Effect::Destructive => {
            Some("the destructive orders of the force are frozen; see Held and waiting".to_owned())
        }
        Some(target) => vendor.refusal(order, target),
    };
    Ok(permitted(actor)
        .into_iter()
        .filter(|order| vendor.has(platform, order))
        .map(|order| Action {
            deed: order.deed(),
            second: second(order.deed()),
            consequence: vendor.consequence(platform, &order),
            refused: refusal(&order, &target),
        })
        .collect())
}
