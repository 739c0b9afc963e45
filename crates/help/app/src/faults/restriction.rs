//! Reads how far the settings that restrict a device have come: a device is restricted once it has them, and not when
//! somebody orders it.

use domain::{EnrolmentState, ProfileState, Timestamp};
use store::Tx;
use store::devices::Device;
use store::profiles::{self, DeviceProfile, Profile};

use kernel::{App, AppError};

/// A restriction that somebody ordered and nobody ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restricted {
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// Who ordered it.
    pub ordered_by: String,
    /// How far its settings are.
    pub progress: Progress,
}

/// How far the settings of a restriction are. The order is that of the variants: of several profiles, the last one counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// The device lists them among its settings since that time: it is restricted.
    InForce(Timestamp),
    /// The device acknowledged them at that time, and has not listed them yet.
    Acknowledged(Timestamp),
    /// The device does not have them yet.
    Ordered,
    /// The device refused them, in its words.
    Refused(String),
    /// Nothing takes them to the device: it is not under management, or the policy in force has none.
    NoWay,
}

/// Returns how far the settings of a restriction are on a device.
pub(super) fn progress(app: &App, tx: &mut Tx<'_>, device: &Device) -> Result<Progress, AppError> {
    let platform = device.kind.platform().filter(|_| device.enrolment_state == EnrolmentState::Enrolled);
    let Some(platform) = platform else { return Ok(Progress::NoWay) };
    let has = profiles::of_device(tx, device.id)?;
    let policy = app.policy();
    let wanted = policy.restricted_profiles(platform).iter();
    Ok(wanted.map(|ready| of_profile(&has, &ready.profile)).max().unwrap_or(Progress::NoWay))
}

fn of_profile(has: &[DeviceProfile], wanted: &Profile) -> Progress {
    let own = |have: &&DeviceProfile| have.identifier == wanted.identifier && have.digest == wanted.digest;
    let Some(have) = has.iter().find(own) else { return Progress::Ordered };
    match (have.state, &have.error) {
        (ProfileState::Reported, _) => Progress::InForce(have.changed_at),
        (ProfileState::Acknowledged, _) => Progress::Acknowledged(have.changed_at),
        (ProfileState::Failed, Some(words)) => Progress::Refused(words.clone()),
        (ProfileState::Sent | ProfileState::Removing | ProfileState::Failed, _) => Progress::Ordered,
    }
}

/// Returns whether a device still has settings of a restriction, or may have them.
pub(super) fn has_settings(app: &App, tx: &mut Tx<'_>, device: &Device) -> Result<bool, AppError> {
    let Some(platform) = device.kind.platform() else { return Ok(false) };
    let policy = app.policy();
    let known = |have: &DeviceProfile| {
        policy.restricted_profiles(platform).iter().any(|ready| ready.profile.identifier == have.identifier)
    };
    Ok(profiles::of_device(tx, device.id)?.iter().any(known))
}

#[cfg(test)]
mod tests {
    use domain::{CommandId, Platform};

    use super::*;

    fn wanted(identifier: &str) -> Profile {
        Profile {
            digest: "a".into(),
            platform: Platform::Ios,
            group: "out-of-use".into(),
            identifier: identifier.into(),
            uuid: "A".into(),
            title: String::new(),
            clauses: Vec::new(),
        }
    }

    fn has(state: ProfileState, digest: &str, error: Option<&str>) -> DeviceProfile {
        DeviceProfile {
            identifier: "one".into(),
            digest: digest.into(),
            uuid: "A".into(),
            command: "00000000-0000-0000-0000-000000000000".parse::<CommandId>().unwrap(),
            state,
            changed_at: Timestamp::from_millis(7),
            error: error.map(Into::into),
        }
    }

    #[test]
    fn only_what_the_device_lists_is_in_force() {
        let at = Timestamp::from_millis(7);
        for (state, digest, error, expected) in [
            (ProfileState::Sent, "a", None, Progress::Ordered),
            (ProfileState::Acknowledged, "a", None, Progress::Acknowledged(at)),
            (ProfileState::Reported, "a", None, Progress::InForce(at)),
            (ProfileState::Reported, "old", None, Progress::Ordered),
            (ProfileState::Failed, "a", Some("no room"), Progress::Refused("no room".into())),
            (ProfileState::Failed, "a", None, Progress::Ordered),
            (ProfileState::Removing, "a", None, Progress::Ordered),
        ] {
            assert_eq!(of_profile(&[has(state, digest, error)], &wanted("one")), expected, "{state:?}");
        }
        assert_eq!(of_profile(&[], &wanted("one")), Progress::Ordered, "not even sent");
    }

    #[test]
    fn of_several_profiles_the_one_that_is_furthest_behind_counts() {
        let has = [has(ProfileState::Reported, "a", None)];
        let both = ["one", "two"].map(|identifier| of_profile(&has, &wanted(identifier)));
        assert_eq!(both.into_iter().max(), Some(Progress::Ordered));
        let refused = [Progress::Refused("no".into()), Progress::Ordered];
        assert!(matches!(refused.into_iter().max(), Some(Progress::Refused(_))), "a refusal needs a person");
    }
}
