//! Brings a device's profiles into line with the policy, and asks it for its state when that is due.

use std::collections::BTreeMap;

use domain::{CommandId, DeviceId, EnrolmentId, EnrolmentState, ProfileState};
use platform_port::Order;
use store::enrolments::RefreshDue;
use store::locks::{self, Lock};
use store::profiles::{self, DeviceProfile, Profile};
use store::{commands, devices, enrolments, pushes};

use super::queue::{Sent, queue_own};
use kernel::platforms::{EnrolledOn, Served, serving, target as target_of};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Change that one profile of one device needs.
#[derive(Debug, PartialEq, Eq)]
enum Step<'a> {
    Install(&'a Profile),
    Remove(&'a DeviceProfile),
}

/// Computes the difference between the wanted profiles and what the device has or is being sent. Does not send a refused profile
/// again unchanged: the device would refuse it again.
fn steps<'a>(wanted: &'a [Profile], has: &'a [DeviceProfile]) -> Vec<Step<'a>> {
    let by_identifier: BTreeMap<&str, &DeviceProfile> =
        has.iter().map(|profile| (profile.identifier.as_str(), profile)).collect();
    let install = wanted.iter().filter(|profile| match by_identifier.get(profile.identifier.as_str()) {
        None => true,
        Some(have) if have.state == ProfileState::Removing => true,
        Some(have) => {
            have.digest != profile.digest || (have.state == ProfileState::Failed && have.error.is_none())
        }
    });
    let remove = has.iter().filter(|have| {
        have.state != ProfileState::Removing
            && !(have.state == ProfileState::Failed && have.error.is_some())
            && !wanted.iter().any(|profile| profile.identifier == have.identifier)
    });
    install.map(Step::Install).chain(remove.map(Step::Remove)).collect()
}

fn install(profile: &Profile, own: bool) -> Order {
    let (digest, identifier) = (profile.digest.clone(), profile.identifier.clone());
    if own {
        Order::InstallOwnSettings { digest, identifier }
    } else {
        Order::InstallSettings { digest, identifier }
    }
}

/// Queues an order of the server's own.
fn send(
    Work { app, tx, now }: Work<'_, '_>,
    served: &Served,
    enrolment: EnrolmentId,
    order: Order,
) -> Result<CommandId, AppError> {
    let weight = served.vendor.weight(&order);
    queue_own(Work { app, tx, now }, enrolment, Sent { spec: &order.into(), weight })
}

/// Queues the changes that give a device the wanted profiles. Run again, it finds nothing left to do.
pub async fn configure_device(app: &App, device: DeviceId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| configure(Work { app: &app, tx, now }, device)).await
}

fn configure(Work { app, tx, now }: Work<'_, '_>, device: DeviceId) -> Result<(), AppError> {
    locks::take(tx, Lock::Device(device))?;
    let Some(target) = devices::by_id(tx, device)? else { return Ok(()) };
    let (Some(enrolment), EnrolmentState::Enrolled, Some(platform)) =
        (target.enrolment, target.enrolment_state, target.kind.platform())
    else {
        return Ok(());
    };
    let Some(served) = app.platforms().of(platform) else { return Ok(()) };
    let policy = kernel::policy_in_force::policy_as_of(app, tx)?;
    let (wanted, own) = permissions_app::keep_wanted(Work { app, tx, now }, &target)?;
    let has = profiles::of_device(tx, device)?;
    let steps = steps(&wanted, &has);
    let count = steps.len();
    let released = enrolments::awaits_settings(tx, enrolment)?
        && !commands::is_pending(tx, enrolment, Order::FinishSetup.word())?;
    if count == 0 && !released {
        return Ok(());
    }
    for step in steps {
        let (order, identifier, digest, uuid, state) = match step {
            Step::Install(profile) => (
                install(profile, own.contains(&profile.digest)),
                &profile.identifier,
                &profile.digest,
                &profile.uuid,
                ProfileState::Sent,
            ),
            Step::Remove(profile) => (
                Order::RemoveSettings { identifier: profile.identifier.clone() },
                &profile.identifier,
                &profile.digest,
                &profile.uuid,
                ProfileState::Removing,
            ),
        };
        // A profile that was not delivered yet and is no longer wanted need not be sent.
        if let Some(before) = has.iter().find(|have| have.identifier == *identifier) {
            commands::cancel(tx, before.command, now, "superseded before it was delivered")?;
        }
        let command = send(Work { app, tx, now }, served, enrolment, order)?;
        profiles::set_sent(
            tx,
            device,
            &profiles::SentProfile { identifier, digest, uuid, command, state },
            now,
        )?;
    }
    if released {
        // Queued behind its profiles: the holder may use the device only when the rules are in force.
        send(Work { app, tx, now }, served, enrolment, Order::FinishSetup)?;
    }
    pushes::want(tx, enrolment, now)?;
    let record = Record::new("system", "device.configured", format!("device:{device}"))
        .force(target.force)
        .detail(serde_json::json!({ "profiles": count, "policy": policy.digest() }));
    app.enter(tx, now, record)
}

/// Asks up to `limit` devices for their state, where that is due; returns the number that were due.
///
/// # Errors
/// Only if the database does not answer.
pub async fn refresh_due(app: &App, limit: u32) -> Result<usize, AppError> {
    if !kernel::health::clock_is_right(app) {
        return Ok(0);
    }
    let now = app.world().now();
    let due = app.store().read(move |tx| enrolments::refresh_due(tx, now, limit)).await;
    let (app, mut due) = (app.clone(), due.map_err(AppError::from)?);
    let count = due.len();
    due.sort_unstable_by_key(|due| due.device);
    if count > 0 {
        app.clone()
            .store()
            .write(move |tx| due.iter().try_for_each(|due| refresh(Work { app: &app, tx, now }, due)))
            .await?;
    }
    Ok(count)
}

fn refresh(Work { app, tx, now }: Work<'_, '_>, due: &RefreshDue) -> Result<(), AppError> {
    locks::take(tx, Lock::Device(due.device))?;
    let next = now.plus(app.config().refresh_every);
    if !enrolments::claim_refresh(tx, due.enrolment, now, next)? {
        return Ok(());
    }
    let served = serving(app, due.platform)?;
    let mut asks = served.vendor.parts(due.platform, &Order::Refresh);
    // No profile enforces it and no report shows it, so Bluetooth is switched as often as the state is asked for (MDU-9.1).
    asks.extend(app.policy().bluetooth().map(|enabled| Order::Bluetooth { enabled }));
    // Supervision is not known before the first report; a device that is not supervised refuses.
    let supervised = due.supervised.unwrap_or(true);
    let on = EnrolledOn { enrolment: due.enrolment, platform: due.platform };
    let known = target_of(app, tx, on, supervised, None)?;
    for order in asks {
        if served.vendor.refusal(&order, &known).is_none()
            && !commands::is_pending(tx, due.enrolment, order.word())?
        {
            send(Work { app, tx, now }, served, due.enrolment, order)?;
        }
    }
    pushes::want(tx, due.enrolment, now)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::{CommandId, Platform};

    use super::*;

    fn profile(group: &str, digest: &str) -> Profile {
        Profile {
            digest: digest.into(),
            platform: Platform::Ios,
            group: group.into(),
            identifier: format!("uk.police.lanyard.{group}"),
            uuid: digest.to_uppercase(),
            title: String::new(),
            clauses: Vec::new(),
        }
    }

    fn has(group: &str, digest: &str, state: ProfileState, error: Option<&str>) -> DeviceProfile {
        DeviceProfile {
            identifier: format!("uk.police.lanyard.{group}"),
            digest: digest.into(),
            uuid: digest.to_uppercase(),
            command: CommandId::from_uuid(uuid::Uuid::nil()),
            state,
            changed_at: domain::Timestamp::default(),
            error: error.map(Into::into),
        }
    }

    #[test]
    fn only_what_differs_is_sent() {
        let wanted = [profile("mdu-6", "a"), profile("mdu-8", "b"), profile("mdu-9", "c")];
        let has = [
            has("mdu-6", "a", ProfileState::Reported, None),
            has("mdu-8", "old", ProfileState::Acknowledged, None),
            has("mdu-12", "d", ProfileState::Reported, None),
        ];
        let steps = steps(&wanted, &has);
        assert_eq!(steps, [Step::Install(&wanted[1]), Step::Install(&wanted[2]), Step::Remove(&has[2])]);
    }

    #[test]
    fn a_refused_profile_is_not_sent_again_but_a_vanished_one_is() {
        let wanted = [profile("mdu-6", "a")];
        assert!(steps(&wanted, &[has("mdu-6", "a", ProfileState::Failed, Some("no"))]).is_empty());
        assert_eq!(steps(&wanted, &[has("mdu-6", "a", ProfileState::Failed, None)]).len(), 1);
        assert!(steps(&wanted, &[has("mdu-6", "a", ProfileState::Sent, None)]).is_empty());
    }

    #[test]
    fn a_removal_that_the_device_refused_is_not_asked_again_at_once() {
        assert_eq!(steps(&[], &[has("mdu-6", "a", ProfileState::Reported, None)]).len(), 1);
        for state in [(ProfileState::Removing, None), (ProfileState::Failed, Some("no"))] {
            assert!(steps(&[], &[has("mdu-6", "a", state.0, state.1)]).is_empty(), "{state:?}");
        }
    }
}
