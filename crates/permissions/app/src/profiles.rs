//! Shows how far each group of settings has got on a device: sent, acknowledged and reported in force are three different things.

use domain::{CommandState, ProfileState, Timestamp};
use store::commands::Command;
use store::devices::Device;
use store::profiles::Profile;
use store::{Tx, commands, profiles};

use kernel::AppError;

/// A group of settings, with its progress.
#[derive(Debug, Clone)]
pub struct ProfileRead {
    /// Its title: the thing it sets.
    pub title: String,
    /// The clauses that ask for it.
    pub clauses: Vec<String>,
    /// The time at which it was sent to the device.
    pub sent: Option<Timestamp>,
    /// The time at which the device acknowledged it.
    pub acknowledged: Option<Timestamp>,
    /// The time at which the device began to report it.
    pub in_force: Option<Timestamp>,
    /// The trouble, in words.
    pub trouble: Option<String>,
}

/// Lists the progress of each wanted profile on a device, and the profiles on it that are no longer wanted.
pub fn settings(tx: &mut Tx<'_>, device: &Device, wanted: &[Profile]) -> Result<Vec<ProfileRead>, AppError> {
    if device.enrolment.is_none() {
        return Ok(Vec::new());
    }
    let sent = profiles::of_device(tx, device.id)?;
    let mut all = Vec::with_capacity(wanted.len());
    for profile in wanted {
        let state = sent.iter().find(|sent| sent.identifier == profile.identifier);
        let command = match state {
            Some(state) => commands::by_id(tx, state.command)?,
            None => None,
        };
        all.push(progress(profile, state, command));
    }
    for old in sent.iter().filter(|old| !wanted.iter().any(|profile| profile.identifier == old.identifier)) {
        all.push(ProfileRead {
            title: format!("No longer wanted: {}", old.identifier),
            clauses: Vec::new(),
            sent: None,
            acknowledged: None,
            in_force: (old.state == ProfileState::Reported).then_some(old.changed_at),
            trouble: (old.state == ProfileState::Removing).then(|| "Its removal is asked for".to_owned()),
        });
    }
    Ok(all)
}

fn progress(
    profile: &Profile,
    state: Option<&store::profiles::DeviceProfile>,
    command: Option<Command>,
) -> ProfileRead {
    let reported = state.filter(|state| state.state == ProfileState::Reported);
    let other = state.filter(|state| state.digest != profile.digest);
    let trouble = match state {
        Some(_) if other.is_some() => {
            Some("Another version is on the device; this one is to follow".to_owned())
        }
        Some(state) if state.state == ProfileState::Failed => Some(match &state.error {
            Some(error) => format!("The device refused it: {error}"),
            None => "The device no longer lists it; it is sent again".to_owned(),
        }),
        _ => None,
    };
    ProfileRead {
        title: profile.title.clone(),
        clauses: profile.clauses.clone(),
        sent: command.as_ref().and_then(|command| command.delivered_at).or(reported.map(|r| r.changed_at)),
        acknowledged: command
            .filter(|command| command.state == CommandState::Acknowledged)
            .and_then(|command| command.finished_at)
            .or(reported.map(|reported| reported.changed_at)),
        in_force: reported.filter(|_| other.is_none()).map(|reported| reported.changed_at),
        trouble,
    }
}
