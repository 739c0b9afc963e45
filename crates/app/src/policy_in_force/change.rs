//! How a version of the policy takes over from the one before, and how a former one is read again.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::Timestamp;
use policy::{Files, Library, Overrides};
use serde_json::json;
use store::{Tx, devices, people, profiles, sessions};

use super::{PLATFORMS, PolicyInForce};
use crate::access::{Permit, RunService};
use crate::record::Record;
use crate::{App, AppError, jobs};

/// Where the digest of the policy in force is noted.
const POLICY: &str = "policy";
/// Where the digest of its profiles is noted: they can change with the program, while the policy stays.
const PROFILES: &str = "policy-profiles";

impl App {
    /// Brings the loaded policy into force: keeps its files and profiles, and where it differs from the one before asks
    /// for every device and person to be brought up to it. Run again with the same policy, it changes nothing.
    ///
    /// # Errors
    /// Only where the database does not answer.
    pub async fn bring_into_force(&self, permit: Permit<RunService>) -> Result<bool, AppError> {
        let (app, now, policy) = (self.clone(), self.world().now(), self.policy());
        self.store()
            .write(move |tx| {
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
                app.ask_for_everything(tx, &policy, now)?;
                let record = Record::new(&permit.actor().name, "policy.brought-into-force", "policy".into())
                    .detail(json!({ "digest": policy.digest(), "before": before }));
                app.enter(tx, now, record)?;
                Ok(true)
            })
            .await
    }

    /// Every device is configured and judged, every person and document judged.
    fn ask_for_everything(
        &self,
        tx: &mut Tx<'_>,
        policy: &PolicyInForce,
        now: Timestamp,
    ) -> Result<(), AppError> {
        for device in devices::ids(tx)? {
            self.ask_job(tx, jobs::Kind::Configure, &device.to_string(), now)?;
            self.ask_job(tx, jobs::Kind::JudgeDevice, &device.to_string(), now)?;
        }
        for person in people::ids(tx)? {
            self.ask_job(tx, jobs::Kind::JudgePerson, &person.to_string(), now)?;
        }
        for document in &policy.library().documents {
            self.ask_job(tx, jobs::Kind::JudgeDocument, &document.id, now)?;
        }
        Ok(())
    }

    /// Replaces the policy and brings it into force. Where that fails, the one before stays in use.
    ///
    /// # Errors
    /// As [`App::bring_into_force`].
    pub async fn change_policy(
        &self,
        permit: Permit<RunService>,
        policy: PolicyInForce,
    ) -> Result<bool, AppError> {
        let before = self.policy();
        // First in use, then in force: the jobs that it asks for must not run by the former one.
        self.set_policy(Arc::new(policy));
        let brought = self.bring_into_force(permit).await;
        if brought.is_err() {
            self.set_policy(before);
        }
        brought
    }
}

fn keep(tx: &mut Tx<'_>, policy: &PolicyInForce, now: Timestamp) -> Result<(), AppError> {
    let files: BTreeMap<&str, &str> = policy.files.iter().collect();
    let overrides = json!(policy.overrides).to_string();
    sessions::keep_policy(tx, policy.digest(), (&json!(files).to_string(), &overrides), now)?;
    Ok(())
}

fn want_profiles(tx: &mut Tx<'_>, policy: &PolicyInForce, now: Timestamp) -> Result<(), AppError> {
    for platform in PLATFORMS {
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
    let (Some(files), Some(overrides)) =
        (sessions::policy_files(tx, digest)?, sessions::policy_overrides(tx, digest)?)
    else {
        return Ok(None);
    };
    let files: BTreeMap<String, String> =
        serde_json::from_str(&files).map_err(|error| AppError::fault(&error))?;
    let overrides: Overrides = serde_json::from_str(&overrides).map_err(|error| AppError::fault(&error))?;
    let files: Files = files.into_iter().collect();
    match Library::from_files(&files, &overrides) {
        Ok(library) => Ok(Some(library)),
        Err(_) => {
            Err(AppError::Conflict("this version of the service cannot read the policy of that time".into()))
        }
    }
}
