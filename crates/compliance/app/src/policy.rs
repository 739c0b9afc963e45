//! Lists versions of the policy, and compares one with another.

use std::collections::BTreeSet;

use domain::{DeviceKind, Force, Platform, Timestamp};
use policy::Files;
use policy::Library;
use policy::Scope;
use policy::diff;
use policy::setting_words;
use store::{Tx, devices, sessions, terms_asked};

use super::prediction::Prediction;
use crate::waiting::{self, WaitingRead};
use kernel::access::{Permit, SeeDevices, SeePolicy};
use kernel::platforms::Platforms;
use kernel::policy_in_force::kept;
use kernel::{App, AppError, Work};
pub use policy::{Change, ClauseChange, ParameterValue, PolicyDiff};

/// Name for the policy folder among the digests of versions.
const FOLDER: &str = "folder";
/// Name for the version that waits for two people among the digests of versions.
pub const WAITING: &str = "waiting";

/// Version that was once in force, the one that waits, or the policy folder as it is now.
#[derive(Debug, Clone)]
pub struct Version {
    /// Digest of the version, `folder` or [`WAITING`].
    pub digest: String,
    /// Time when it was first brought into force; `None` for the folder and the one that waits.
    pub since: Option<Timestamp>,
    /// Set for the version in force now.
    pub in_force: bool,
}

/// Changes from one version to another.
#[derive(Debug, Clone)]
pub struct ChangesRead {
    /// Existing versions, newest first.
    pub versions: Vec<Version>,
    /// Digest of the older side.
    pub from: String,
    /// Digest of the newer side.
    pub to: String,
    /// Difference; `None` where there is only one version, so that nothing can be compared.
    pub diff: Option<PolicyDiff>,
    /// Settings that change on each platform.
    pub settings: Vec<PlatformSetting>,
    /// People whom the change asks to accept again, by document.
    pub accept_again: Vec<AcceptAgain>,
    /// Devices that would newly fall out; `None` for readers who may not see devices.
    pub prediction: Option<Prediction>,
    /// Problems because of which the policy folder cannot be compared, if it has any.
    pub broken_folder: Option<String>,
    /// Weaker version that waits for two people.
    pub waiting: Option<WaitingRead>,
}

/// Document that people must accept again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptAgain {
    /// Id of the document.
    pub document: String,
    /// Title of the document.
    pub title: String,
    /// Clauses that cause it.
    pub clauses: Vec<String>,
    /// Number of people who have accepted the document, by force, within the reader's scope.
    pub people: Vec<(Force, u64)>,
}

/// Setting that changes on a platform.
#[derive(Debug, Clone)]
pub struct PlatformSetting {
    /// Platform of the devices.
    pub platform: Platform,
    /// Meaning of the setting, in words.
    pub means: String,
    /// Vendor-neutral key.
    pub key: String,
    /// Former value, in words.
    pub before: Option<String>,
    /// New value, in words.
    pub after: Option<String>,
    /// Number of enrolled devices of the platform, within the reader's scope.
    pub devices: u64,
}

/// Policies that are not in force and can be compared.
struct Drafts {
    folder: Option<Library>,
    waiting: Option<Library>,
}

/// Compares two versions of the policy: by default the version that waits, or else the policy folder, with the version in force if the
/// two differ, and otherwise the version in force with the one before. Changes nothing.
///
/// # Errors
/// [`AppError::NotFound`] for a version that is not kept, [`AppError::Conflict`] for one that cannot be read any more.
pub async fn policy_changes(
    app: &App,
    permit: Permit<SeePolicy>,
    devices: Option<Permit<SeeDevices>>,
    from: Option<String>,
    to: Option<String>,
) -> Result<ChangesRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let policy = app.policy();
            let (drafts, broken_folder) = self::drafts(&app, tx)?;
            let versions = versions(tx, policy.digest(), &drafts)?;
            let newest = versions.first().filter(|version| version.since.is_none());
            let (from, to) = match (from, to, newest) {
                (None, None, Some(draft)) => (Some(policy.digest().to_owned()), draft.digest.clone()),
                (from, to, _) => (from, to.unwrap_or_else(|| policy.digest().to_owned())),
            };
            let before = versions.iter().find(|version| version.digest != to && version.since.is_some());
            let from = from.or_else(|| before.map(|version| version.digest.clone()));
            let mut read = ChangesRead {
                versions,
                from: from.clone().unwrap_or_else(|| to.clone()),
                to,
                diff: None,
                settings: Vec::new(),
                accept_again: Vec::new(),
                prediction: None,
                broken_folder,
                waiting: waiting::waiting(&app, tx, permit.actor())?,
            };
            let Some(from) = from else { return Ok(read) };
            let (old, new) =
                (self::version(&app, tx, &drafts, &from)?, self::version(&app, tx, &drafts, &read.to)?);
            let diff = diff(&old, &new);
            read.settings = settings(tx, permit.scope().force(), app.platforms(), &old, &new)?;
            read.accept_again = accept_again(tx, permit.scope().force(), &new, &diff)?;
            if let Some(permit) = devices {
                let work = Work { app: &app, tx, now: app.world().now() };
                read.prediction = Some(crate::prediction::predict(work, &permit, &old, &new, &diff)?);
            }
            read.diff = Some(diff);
            Ok(read)
        })
        .await
}

/// Reads the policy folder as it is now, if it differs from the policy in force.
///
/// # Errors
/// The problems of its files, in words.
fn draft(app: &App) -> Result<Option<Library>, String> {
    let Some(folder) = &app.config().policy_folder else { return Ok(None) };
    let policy = app.policy();
    let read = Files::read(folder).and_then(|files| Library::from_files(&files, policy.overrides()));
    let library = read.map_err(|problems| problems.to_string())?;
    Ok(Some(library).filter(|library| library.digest() != policy.digest()))
}

/// Reads what is not in force: the version that waits, and the policy folder unless it is that one or cannot be read, with its
/// problems.
fn drafts(app: &App, tx: &mut Tx<'_>) -> Result<(Drafts, Option<String>), AppError> {
    let waiting = waiting::library(tx)?;
    let (folder, broken) = match self::draft(app) {
        Ok(folder) => (folder, None),
        Err(problems) => (None, Some(problems)),
    };
    let waits = waiting.as_ref().map(Library::digest);
    let folder = folder.filter(|folder| Some(folder.digest()) != waits);
    Ok((Drafts { folder, waiting }, broken))
}

fn version(app: &App, tx: &mut Tx<'_>, drafts: &Drafts, digest: &str) -> Result<Library, AppError> {
    let policy = app.policy();
    if policy.digest() == digest {
        return Ok(policy.library().clone());
    }
    let found = match digest {
        FOLDER => drafts.folder.clone(),
        WAITING => drafts.waiting.clone(),
        digest => kept(tx, digest)?,
    };
    found.ok_or_else(|| AppError::not_found("version of the policy", digest))
}

/// Lists the versions that were ever in force, newest first, after the one that waits and the folder if they differ.
fn versions(tx: &mut Tx<'_>, in_force: &str, drafts: &Drafts) -> Result<Vec<Version>, AppError> {
    let draft = |name: &str| Version { digest: name.to_owned(), since: None, in_force: false };
    let waiting = drafts.waiting.as_ref().map(|_| draft(WAITING));
    let folder = drafts.folder.as_ref().map(|_| draft(FOLDER));
    let kept = sessions::policy_versions(tx)?.into_iter().map(|(digest, since)| Version {
        in_force: digest == in_force,
        digest,
        since: Some(since),
    });
    Ok(waiting.into_iter().chain(folder).chain(kept).collect())
}

fn settings(
    tx: &mut Tx<'_>,
    force: Option<Force>,
    platforms: &Platforms,
    old: &Library,
    new: &Library,
) -> Result<Vec<PlatformSetting>, AppError> {
    let mut changed = Vec::new();
    for platform in platforms.all() {
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
                    let known = new.vocabulary().get(key).or_else(|| old.vocabulary().get(key));
                    changed.push(PlatformSetting {
                        platform,
                        means: known.map(|known| known.means.clone()).unwrap_or_default(),
                        key: key.to_string(),
                        before,
                        after,
                        devices,
                    });
                }
            }
        }
    }
    Ok(changed)
}

/// Finds the documents with clauses that people accept and that are new or reworded: which clauses, and how many people of each
/// force have accepted the document before.
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
