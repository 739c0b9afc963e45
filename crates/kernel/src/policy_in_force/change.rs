//! Replaces the policy in force with a new version on every node, and reads former versions again.
//!
//! The policy in force is recorded in the database and nowhere else. A node compares before each round of jobs, and each
//! judgement compares again in its own transaction: a node that still has a former policy judges nothing by it. So no node has to
//! be notified of a change, and none can miss it.

use std::collections::BTreeMap;
use std::sync::Arc;

use policy::{Files, Library, Overrides};
use store::{Tx, sessions};

use super::{PolicyError, PolicyInForce};
use crate::platforms::Platforms;
use crate::{App, AppError};

/// Key for the digest of the policy in force.
pub const POLICY: &str = "policy";
/// Key for the digest of its profiles: they can change with the program while the policy stays the same.
pub const PROFILES: &str = "policy-profiles";

/// Loads the policy in force on this node, if another node brought it in; returns whether it did.
///
/// # Errors
/// [`AppError::Conflict`] if this version of the program cannot read it: this node then does no work.
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

/// Returns the policy in force, for a transaction that decides by it.
///
/// # Errors
/// [`AppError::Conflict`] if this node still has a former one.
pub fn policy_as_of(app: &App, tx: &mut Tx<'_>) -> Result<Arc<PolicyInForce>, AppError> {
    let policy = app.policy();
    match sessions::meta(tx, POLICY)? {
        Some(digest) if digest != policy.digest() => Err(AppError::Conflict(
            "another policy has come into force; this is done again by that one".into(),
        )),
        _ => Ok(policy),
    }
}

impl PolicyInForce {
    /// Loads a version that is in force: as [`Self::load`], or as it was understood when it was brought in, where this program has
    /// become stricter since.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_kept(
        files: Files,
        overrides: &Overrides,
        organisation: &str,
        platforms: &Platforms,
    ) -> Result<Self, PolicyError> {
        let library = Library::from_files(&files, overrides)
            .or_else(|_| Library::from_former_files(&files, overrides))?;
        Self::of_library(library, files, overrides, organisation, platforms)
    }

    /// Reads the policy that is in force in a database, with the parameter values that it was brought in with; returns `None` if
    /// there never was one.
    ///
    /// # Errors
    /// [`AppError::Conflict`] if this version of the program cannot read it.
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
        match Self::load_kept(files, &overrides, organisation, platforms) {
            Ok(policy) if policy.digest() == digest => Ok(Some(policy)),
            _ => Err(unreadable()),
        }
    }
}

/// Reads a former version of the policy, with the parameter values of its time; returns `None` if it is not kept.
///
/// # Errors
/// [`AppError::Conflict`] if this version of the program cannot read it.
pub fn kept(tx: &mut Tx<'_>, digest: &str) -> Result<Option<Library>, AppError> {
    let Some((files, overrides)) = kept_files(tx, digest)? else { return Ok(None) };
    match Library::from_former_files(&files, &overrides) {
        Ok(library) => Ok(Some(library)),
        Err(_) => {
            Err(AppError::Conflict("this version of the service cannot read the policy of that time".into()))
        }
    }
}

/// The file that names the forces. Versions of the policy from before December 2026 have none.
const FORCES: &str = "forces.toml";

/// Returns the file of the policy in force that names the forces.
fn forces_in_force(tx: &mut Tx<'_>) -> Result<Option<String>, AppError> {
    let Some(digest) = sessions::meta(tx, POLICY)? else { return Ok(None) };
    let Some(files) = sessions::policy_files(tx, &digest)? else { return Ok(None) };
    let mut files: BTreeMap<String, String> =
        serde_json::from_str(&files).map_err(|error| AppError::fault(&error))?;
    Ok(files.remove(FORCES))
}

/// Returns the files and parameter values of a version. One from before forces were named in a file speaks of the forces that are
/// served today.
pub fn kept_files(tx: &mut Tx<'_>, digest: &str) -> Result<Option<(Files, Overrides)>, AppError> {
    let (Some(files), Some(overrides)) =
        (sessions::policy_files(tx, digest)?, sessions::policy_overrides(tx, digest)?)
    else {
        return Ok(None);
    };
    let mut files: BTreeMap<String, String> =
        serde_json::from_str(&files).map_err(|error| AppError::fault(&error))?;
    if !files.contains_key(FORCES) {
        files.extend(forces_in_force(tx)?.map(|text| (FORCES.to_owned(), text)));
    }
    let overrides: Overrides = serde_json::from_str(&overrides).map_err(|error| AppError::fault(&error))?;
    Ok(Some((files.into_iter().collect(), overrides)))
}
