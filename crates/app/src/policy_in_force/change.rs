//! How a version of the policy takes over from the one before, how other nodes follow, and how a former one is read again.
//!
//! Which policy is in force stands in the database and nowhere else. A node compares before each round of jobs, and every
//! judgement once more in its own transaction: one that still has a former policy judges nothing by it. That is why no
//! node has to be told of a change, and none can miss it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::Timestamp;
use policy::{Files, Library, Overrides};
use serde_json::json;
use store::locks::{self, Lock};
use store::{Tx, devices, people, profiles, sessions};

use super::PolicyInForce;
use crate::access::{Permit, RunService};
use crate::alarms::{self, Alarm, AlarmKind};
use crate::platforms::Platforms;
use crate::record::Record;
use crate::{App, AppError, jobs};

/// Where the digest of the policy in force is noted.
const POLICY: &str = "policy";
/// Where the digest of its profiles is noted: they can change with the program, while the policy stays.
const PROFILES: &str = "policy-profiles";

/// Brings the loaded policy into force: keeps its files and profiles, and where it differs from the one before asks
/// for every device and person to be brought up to it. Run again with the same policy, it changes nothing.
///
/// # Errors
/// Only where the database does not answer.
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
            ask_for_everything(&app, tx, &policy, now)?;
            let record = Record::new(&permit.actor().name, "policy.brought-into-force", "policy".into())
                .detail(json!({ "digest": policy.digest(), "before": before }));
            app.enter(tx, now, record)?;
            tell_of_weakened(&app, tx, &policy, (before.as_deref(), &permit.actor().name), now)?;
            Ok(true)
        })
        .await
}

/// Tells administrators and information security where a change touches who may do what, or a value that a limit may be.
/// Whether that weakens anything is for them to see: a change that looks harmless may not be.
fn tell_of_weakened(
    app: &App,
    tx: &mut Tx<'_>,
    policy: &PolicyInForce,
    (before, by): (Option<&str>, &str),
    now: Timestamp,
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
    alarms::raise(app, tx, alarm, now)
}

/// Every device is configured and judged, every person and document judged.
fn ask_for_everything(
    app: &App,
    tx: &mut Tx<'_>,
    policy: &PolicyInForce,
    now: Timestamp,
) -> Result<(), AppError> {
    for device in devices::ids(tx)? {
        crate::jobs::ask_job(app, tx, jobs::Kind::Configure, &device.to_string(), now)?;
        crate::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &device.to_string(), now)?;
    }
    for person in people::ids(tx)? {
        crate::jobs::ask_job(app, tx, jobs::Kind::JudgePerson, &person.to_string(), now)?;
    }
    for document in &policy.library().documents {
        crate::jobs::ask_job(app, tx, jobs::Kind::JudgeDocument, &document.id, now)?;
    }
    Ok(())
}

/// Replaces the policy and brings it into force. Where that fails, the one before stays in use.
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

/// Takes the policy that is in force into use, where another node brought it in; whether it did.
///
/// # Errors
/// [`AppError::Conflict`] where this version of the program cannot read it: this node then does no work.
pub async fn follow_policy(app: &App) -> Result<bool, AppError> {
    let (own, organisation) = (app.clone(), app.config().organisation.clone());
    let other = move |tx: &mut Tx<'_>| {
        if policy_as_of(&own, tx).is_ok() {
            Ok(None)
        } else {
            PolicyInForce::in_force(tx, &organisation, own.platforms())
        }
    };
    let Some(policy) = app.store().read(other).await? else { return Ok(false) };
    tracing::info!(
        digest = policy.digest(),
        "another node brought a policy into force; it is in use here as well"
    );
    app.set_policy(Arc::new(policy));
    Ok(true)
}

/// The policy in force, for a transaction that decides by it.
///
/// # Errors
/// [`AppError::Conflict`] where this node still has a former one.
pub(crate) fn policy_as_of(app: &App, tx: &mut Tx<'_>) -> Result<Arc<PolicyInForce>, AppError> {
    let policy = app.policy();
    match sessions::meta(tx, POLICY)? {
        Some(digest) if digest != policy.digest() => Err(AppError::Conflict(
            "another policy has come into force; this is done again by that one".into(),
        )),
        _ => Ok(policy),
    }
}

impl PolicyInForce {
    /// The policy that is in force in a database, with the parameter values that it was brought in with; `None` where none
    /// ever was.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where this version of the program cannot read it.
    pub fn in_force(
        tx: &mut Tx<'_>,
        organisation: &str,
        platforms: &Platforms,
    ) -> Result<Option<Self>, AppError> {
        let Some(digest) = sessions::meta(tx, POLICY)? else { return Ok(None) };
        let unreadable = || {
            AppError::Conflict(
                "this version of the program cannot read the policy in force: another version brought it in; start the \
                 service with this one, which brings the policy folder into force"
                    .into(),
            )
        };
        let (files, overrides) = kept_files(tx, &digest)?.ok_or_else(unreadable)?;
        match Self::load(files, &overrides, organisation, platforms) {
            Ok(policy) if policy.digest() == digest => Ok(Some(policy)),
            _ => Err(unreadable()),
        }
    }
}

/// What differs, among the files that say who may do what and the parameters with the force's own values over them.
fn guarded(files: &Files, overrides: &Overrides, policy: &PolicyInForce) -> Vec<String> {
    let is_guarded = |path: &str| path.starts_with("access/") || path == "parameters.toml";
    let of = |files: &Files| -> BTreeMap<String, String> {
        files
            .iter()
            .filter(|(path, _)| is_guarded(path))
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .collect()
    };
    let (old, new) = (of(files), of(&policy.files));
    let names = old.keys().chain(new.keys()).collect::<BTreeSet<_>>();
    let mut changed: Vec<String> =
        names.into_iter().filter(|name| old.get(*name) != new.get(*name)).cloned().collect();
    let (old, new) = (json!(overrides), json!(policy.overrides));
    if old != new {
        changed.push("parameter values in the settings".to_owned());
    }
    changed
}

fn keep(tx: &mut Tx<'_>, policy: &PolicyInForce, now: Timestamp) -> Result<(), AppError> {
    let files: BTreeMap<&str, &str> = policy.files.iter().collect();
    let overrides = json!(policy.overrides).to_string();
    sessions::keep_policy(tx, policy.digest(), (&json!(files).to_string(), &overrides), now)?;
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
        for ready in policy.lapsed_profiles(platform) {
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

/// A former version of the policy, with the parameter values of its time; `None` where it is not kept.
///
/// # Errors
/// [`AppError::Conflict`] where this version of the program cannot read it.
pub(crate) fn kept(tx: &mut Tx<'_>, digest: &str) -> Result<Option<Library>, AppError> {
    let Some((files, overrides)) = kept_files(tx, digest)? else { return Ok(None) };
    match Library::from_files(&files, &overrides) {
        Ok(library) => Ok(Some(library)),
        Err(_) => {
            Err(AppError::Conflict("this version of the service cannot read the policy of that time".into()))
        }
    }
}

/// The files and parameter values of a version.
fn kept_files(tx: &mut Tx<'_>, digest: &str) -> Result<Option<(Files, Overrides)>, AppError> {
    let (Some(files), Some(overrides)) =
        (sessions::policy_files(tx, digest)?, sessions::policy_overrides(tx, digest)?)
    else {
        return Ok(None);
    };
    let files: BTreeMap<String, String> =
        serde_json::from_str(&files).map_err(|error| AppError::fault(&error))?;
    let overrides: Overrides = serde_json::from_str(&overrides).map_err(|error| AppError::fault(&error))?;
    Ok(Some((files.into_iter().collect(), overrides)))
}
