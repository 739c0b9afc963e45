//! Brings a version of the policy into force: stores its files, and schedules everything to be updated to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::Timestamp;
use policy::{Files, Overrides};
use serde_json::json;
use store::locks::{self, Lock};
use store::{Tx, devices, people, profiles, sessions};

use kernel::access::{Permit, RunService};
use kernel::policy_in_force::{POLICY, PROFILES, PolicyInForce, kept_files};
use kernel::record::Record;
use kernel::{App, AppError, Work, jobs};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

/// Brings the loaded policy into force: stores its files and profiles and, if it differs from the one before, schedules every
/// device and person to be updated to it. Run again with the same policy, it changes nothing.
///
/// # Errors
/// Only if the database does not answer.
pub async fn bring_into_force(app: &App, permit: Permit<RunService>) -> Result<bool, AppError> {
    bring_in(app, permit, app.policy()).await
}

async fn bring_in(
    app: &App,
    permit: Permit<RunService>,
    policy: Arc<PolicyInForce>,
) -> Result<bool, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Policy)?;
            let (before, made) = (sessions::meta(tx, POLICY)?, policy.profiles_digest());
            if before.as_deref() == Some(policy.digest())
                && sessions::meta(tx, PROFILES)?.as_deref() == Some(&made)
            {
                return Ok(false);
            }
            keep(tx, &policy, now)?;
            sessions::set_meta(tx, POLICY, policy.digest())?;
            sessions::set_meta(tx, PROFILES, &made)?;
            want_profiles(tx, &policy, now)?;
            ask_for_everything(Work { app: &app, tx, now }, &policy)?;
            let record = Record::new(&permit.actor().name, "policy.brought-into-force", "policy".into())
                .detail(json!({ "digest": policy.digest(), "before": before }));
            app.enter(tx, now, record)?;
            tell_of_weakened(Work { app: &app, tx, now }, &policy, before.as_deref(), &permit.actor().name)?;
            Ok(true)
        })
        .await
}

/// Notifies administrators and information security if a change affects who may do what, or a value that may be a limit. They
/// decide whether that weakens anything: a change that looks harmless may not be.
fn tell_of_weakened(
    Work { app, tx, now }: Work<'_, '_>,
    policy: &PolicyInForce,
    before: Option<&str>,
    by: &str,
) -> Result<(), AppError> {
    let Some((files, overrides)) = before.map(|digest| kept_files(tx, digest)).transpose()?.flatten() else {
        return Ok(());
    };
    let changed = guarded(&files, &overrides, policy);
    if changed.is_empty() {
        return Ok(());
    }
    let alarm = Alarm {
        force: None,
        kind: AlarmKind::PolicyChanged,
        by: by.to_owned(),
        subject: "Who may do what, or a limit, was changed".into(),
        body: format!(
            "Changed: {}. It is in force. If nobody expected this, bring the former policy folder and settings back.",
            changed.join(", ")
        ),
        link: "/documents".into(),
    };
    alarms::raise(Work { app, tx, now }, alarm)
}

/// Schedules every device to be configured and judged, and every person and document to be judged.
fn ask_for_everything(Work { app, tx, now }: Work<'_, '_>, policy: &PolicyInForce) -> Result<(), AppError> {
    for device in devices::ids(tx)? {
        kernel::jobs::ask_job(app, tx, jobs::Kind::Configure, &device.to_string(), now)?;
        kernel::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &device.to_string(), now)?;
    }
    for person in people::ids(tx)? {
        kernel::jobs::ask_job(app, tx, jobs::Kind::JudgePerson, &person.to_string(), now)?;
    }
    for document in &policy.library().documents {
        kernel::jobs::ask_job(app, tx, jobs::Kind::JudgeDocument, &document.id, now)?;
    }
    Ok(())
}

/// Replaces the policy and brings it into force. If that fails, the former one stays in use.
///
/// # Errors
/// As [`bring_into_force`].
pub async fn change_policy(
    app: &App,
    permit: Permit<RunService>,
    policy: PolicyInForce,
) -> Result<bool, AppError> {
    let policy = Arc::new(policy);
    let brought = bring_in(app, permit, Arc::clone(&policy)).await?;
    app.set_policy(policy);
    Ok(brought)
}

/// Lists what differs among the files that say who may do what, and the parameters with the force's own values over them.
fn guarded(files: &Files, overrides: &Overrides, policy: &PolicyInForce) -> Vec<String> {
    let is_guarded = |path: &str| path.starts_with("access/") || path == "parameters.toml";
    let of = |files: &Files| -> BTreeMap<String, String> {
        files
            .iter()
            .filter(|(path, _)| is_guarded(path))
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .collect()
    };
    let (old, new) = (of(files), of(policy.files()));
    let names = old.keys().chain(new.keys()).collect::<BTreeSet<_>>();
    let mut changed: Vec<String> =
        names.into_iter().filter(|name| old.get(*name) != new.get(*name)).cloned().collect();
    let (old, new) = (json!(overrides), json!(policy.overrides()));
    if old != new {
        changed.push("parameter values in the settings".to_owned());
    }
    changed
}

fn keep(tx: &mut Tx<'_>, policy: &PolicyInForce, now: Timestamp) -> Result<(), AppError> {
    let files: BTreeMap<&str, &str> = policy.files().iter().collect();
    let overrides = json!(policy.overrides()).to_string();
    sessions::keep_policy(tx, policy.digest(), &json!(files).to_string(), &overrides, now)?;
    Ok(())
}

fn want_profiles(tx: &mut Tx<'_>, policy: &PolicyInForce, now: Timestamp) -> Result<(), AppError> {
    for platform in policy.platforms().all() {
        let before = profiles::wanted(tx, platform)?;
        for ready in policy.profiles(platform) {
            profiles::keep(tx, &ready.profile, ready.content.clone(), now)?;
            if !before.iter().any(|old| old.digest == ready.profile.digest) {
                profiles::want(tx, &ready.profile, now)?;
            }
        }
        for ready in policy.lapsed_profiles(platform).iter().chain(policy.restricted_profiles(platform)) {
            profiles::keep(tx, &ready.profile, ready.content.clone(), now)?;
        }
        for old in &before {
            if !policy.profiles(platform).iter().any(|ready| ready.profile.group == old.group) {
                profiles::unwant(tx, platform, &old.group)?;
            }
        }
    }
    Ok(())
}
