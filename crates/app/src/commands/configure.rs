//! Bringing a device's profiles to what the policy wants, and asking it for its state when that is due.

use std::collections::BTreeMap;

use domain::{DeviceId, Platform, Timestamp};
use store::devices::EnrolmentState;
use store::profiles::{self, DeviceProfile, Profile, ProfileState};
use store::{Tx, commands, devices, enrolments};

use super::order::Asked;
use super::spec::Spec;
use crate::record::Record;
use crate::{App, AppError};

/// What has to happen to one profile of one device.
#[derive(Debug, PartialEq, Eq)]
enum Step<'a> {
    Install(&'a Profile),
    Remove(&'a DeviceProfile),
}

/// The difference between what is wanted and what the device has or is being sent. A refused profile is not sent again
/// unchanged: the device would refuse it again.
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
            && !wanted.iter().any(|profile| profile.identifier == have.identifier)
    });
    install.map(Step::Install).chain(remove.map(Step::Remove)).collect()
}

impl App {
    /// Queues what brings a device to the wanted profiles. Run again, it finds nothing left to do.
    pub(crate) async fn configure_device(&self, device: DeviceId) -> Result<(), AppError> {
        let (app, now) = (self.clone(), self.world().now());
        self.store().write(move |tx| app.configure(tx, device, now)).await
    }

    fn configure(&self, tx: &mut Tx<'_>, device: DeviceId, now: Timestamp) -> Result<(), AppError> {
        let Some(target) = devices::by_id(tx, device)? else { return Ok(()) };
        let (Some(enrolment), EnrolmentState::Enrolled, Some(platform)) =
            (target.enrolment, target.enrolment_state, target.kind.platform())
        else {
            return Ok(());
        };
        let wanted = profiles::wanted(tx, platform)?;
        let has = profiles::of_device(tx, device)?;
        let steps = steps(&wanted, &has);
        if steps.is_empty() {
            return Ok(());
        }
        let count = steps.len();
        for step in steps {
            let (spec, identifier, digest, uuid, state) = match step {
                Step::Install(profile) => (
                    Spec::InstallProfile {
                        digest: profile.digest.clone(),
                        identifier: profile.identifier.clone(),
                    },
                    &profile.identifier,
                    &profile.digest,
                    &profile.uuid,
                    ProfileState::Sent,
                ),
                Step::Remove(profile) => (
                    Spec::RemoveProfile { identifier: profile.identifier.clone() },
                    &profile.identifier,
                    &profile.digest,
                    &profile.uuid,
                    ProfileState::Removing,
                ),
            };
            let meta = self.command_of(tx, &spec, enrolment, platform)?.meta();
            let command = self.queue(tx, enrolment, &spec, meta, &Asked::SYSTEM, now)?;
            profiles::set_sent(tx, device, (identifier, digest, uuid), command, state, now)?;
        }
        self.queue_switches(tx, enrolment, platform, target.supervised, now)?;
        enrolments::want_push(tx, enrolment, now)?;
        let record = Record::new("system", "device.configured", format!("device:{device}"))
            .force(target.force)
            .clause("MDU-6.4")
            .detail(serde_json::json!({ "profiles": count, "policy": self.policy().digest() }));
        self.enter(tx, now, record)
    }

    /// What no profile can hold: Bluetooth stays on for the car (MDU-9.1), and a waiting device is let go on.
    fn queue_switches(
        &self,
        tx: &mut Tx<'_>,
        enrolment: domain::EnrolmentId,
        platform: Platform,
        supervised: Option<bool>,
        now: Timestamp,
    ) -> Result<(), AppError> {
        if let Some(enabled) = self.policy().bluetooth() {
            let spec = Spec::Bluetooth { enabled };
            let command = self.command_of(tx, &spec, enrolment, platform)?;
            // Supervision is not known before the first report; the device says no if it is not supervised.
            if command.refusal(platform, supervised.unwrap_or(true)).is_none()
                && !commands::is_pending(tx, enrolment, command.request_type())?
            {
                self.queue(tx, enrolment, &spec, command.meta(), &Asked::SYSTEM, now)?;
            }
        }
        if enrolments::is_awaiting_configuration(tx, enrolment)? {
            let spec = Spec::DeviceConfigured;
            let meta = self.command_of(tx, &spec, enrolment, platform)?.meta();
            self.queue(tx, enrolment, &spec, meta, &Asked::SYSTEM, now)?;
        }
        Ok(())
    }

    /// Asks up to `limit` devices for their state, where that is due; how many.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn refresh_due(&self, limit: u32) -> Result<usize, AppError> {
        let (app, now) = (self.clone(), self.world().now());
        self.store()
            .write(move |tx| {
                let due = enrolments::refresh_due(tx, now, limit)?;
                for (enrolment, _, platform) in &due {
                    for spec in Spec::refresh(*platform) {
                        let meta = app.command_of(tx, &spec, *enrolment, *platform)?.meta();
                        if !commands::is_pending(tx, *enrolment, meta.request_type)? {
                            app.queue(tx, *enrolment, &spec, meta, &Asked::SYSTEM, now)?;
                        }
                    }
                    enrolments::set_refresh(tx, *enrolment, now.plus(app.config().refresh_every))?;
                    enrolments::want_push(tx, *enrolment, now)?;
                }
                Ok(due.len())
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use domain::CommandId;

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
            changed_at: Timestamp::default(),
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
}
