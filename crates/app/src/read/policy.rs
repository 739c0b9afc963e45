//! Versions of the policy, and what changes from one to another.

use std::collections::BTreeSet;

use domain::{DeviceKind, Force, Platform, Timestamp};
use policy::{Library, PolicyDiff, Scope, diff, setting_words};
use store::{Tx, devices, sessions, terms_asked};

use crate::access::{Permit, SeePolicy};
use crate::policy_in_force::{PLATFORMS, kept};
use crate::{App, AppError};

/// A version that was once in force.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its digest.
    pub digest: String,
    /// When it was first brought into force.
    pub since: Timestamp,
    /// Whether it is the one in force now.
    pub in_force: bool,
}

/// What changes from one version to another.
#[derive(Debug, Clone)]
pub struct ChangesRead {
    /// The versions that there are, newest first.
    pub versions: Vec<Version>,
    /// Digest of the older side.
    pub from: String,
    /// Digest of the newer side.
    pub to: String,
    /// The difference; `None` where there is only one version, so that nothing can be compared.
    pub diff: Option<PolicyDiff>,
    /// The settings that change on each platform.
    pub settings: Vec<PlatformSetting>,
    /// Whom the change asks to accept again, by document.
    pub accept_again: Vec<AcceptAgain>,
}

/// A document that people must accept again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptAgain {
    /// Its id.
    pub document: String,
    /// Its title.
    pub title: String,
    /// The clauses on account of which.
    pub clauses: Vec<String>,
    /// People who have accepted the document, by force, as far as the reader's force reaches.
    pub people: Vec<(Force, u64)>,
}

/// A setting that changes on a platform.
#[derive(Debug, Clone)]
pub struct PlatformSetting {
    /// Where.
    pub platform: Platform,
    /// The vendor-neutral key.
    pub key: String,
    /// The value before, in words.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
    /// Enrolled devices of the platform, as far as the reader's force reaches.
    pub devices: u64,
}

impl App {
    /// Compares two versions of the policy; by default the one in force with the one before.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a version that is not kept, [`AppError::Conflict`] for one that cannot be read any more.
    pub async fn policy_changes(
        &self,
        permit: Permit<SeePolicy>,
        from: Option<String>,
        to: Option<String>,
    ) -> Result<ChangesRead, AppError> {
        let app = self.clone();
        self.store()
            .read(move |tx| {
                let policy = app.policy();
                let versions: Vec<Version> = sessions::policy_versions(tx)?
                    .into_iter()
                    .map(|(digest, since)| Version { in_force: digest == policy.digest(), digest, since })
                    .collect();
                let to = to.unwrap_or_else(|| policy.digest().to_owned());
                let before = versions.iter().find(|version| version.digest != to);
                let Some(from) = from.or_else(|| before.map(|version| version.digest.clone())) else {
                    return Ok(ChangesRead {
                        versions,
                        from: to.clone(),
                        to,
                        diff: None,
                        settings: Vec::new(),
                        accept_again: Vec::new(),
                    });
                };
                let (old, new) = (app.version(tx, &from)?, app.version(tx, &to)?);
                let diff = diff(&old, &new);
                Ok(ChangesRead {
                    settings: settings(tx, permit.scope().force(), &old, &new)?,
                    accept_again: accept_again(tx, permit.scope().force(), &new, &diff)?,
                    diff: Some(diff),
                    versions,
                    from,
                    to,
                })
            })
            .await
    }

    fn version(&self, tx: &mut Tx<'_>, digest: &str) -> Result<Library, AppError> {
        let policy = self.policy();
        if policy.digest() == digest {
            return Ok(policy.library().clone());
        }
        kept(tx, digest)?.ok_or_else(|| AppError::not_found("version of the policy", digest))
    }
}

fn settings(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    old: &Library,
    new: &Library,
) -> Result<Vec<PlatformSetting>, AppError> {
    let mut changed = Vec::new();
    for platform in PLATFORMS {
        let kinds = DeviceKind::ALL.iter().copied().filter(|kind| kind.platform() == Some(platform));
        for kind in kinds {
            let scope = Scope::of_kind(kind);
            let (was, is) = (old.merged_settings(&scope).settings, new.merged_settings(&scope).settings);
            let keys: BTreeSet<_> = was.keys().chain(is.keys()).collect();
            let devices = devices::enrolled_count(tx, force, kind)?.unsigned_abs();
            for key in keys {
                let words = |side: Option<&policy::MergedSetting>| side.map(|set| setting_words(&set.value));
                let (before, after) = (words(was.get(key)), words(is.get(key)));
                if before != after {
                    changed.push(PlatformSetting { platform, key: key.to_string(), before, after, devices });
                }
            }
        }
    }
    Ok(changed)
}

/// Of each document with clauses that people accept and that are new or worded otherwise: which, and how many people of
/// each force have accepted the document before.
fn accept_again(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    library: &Library,
    diff: &PolicyDiff,
) -> Result<Vec<AcceptAgain>, AppError> {
    let mut all = Vec::new();
    for ask in &diff.ask_again {
        all.push(AcceptAgain {
            title: library.document(&ask.document).map_or(ask.document.clone(), |known| known.title.clone()),
            document: ask.document.clone(),
            clauses: ask.clauses.iter().map(ToString::to_string).collect(),
            people: terms_asked::accepted_by_force(tx, force, &ask.document)?
                .into_iter()
                .map(|(force, count)| (force, count.unsigned_abs()))
                .collect(),
        });
    }
    Ok(all)
}
