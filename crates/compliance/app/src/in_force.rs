//! Puts a version of the policy into force: stores its files, and schedules everything to be updated to it.

use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;
use policy::{Files, Overrides};
use serde_json::json;
use store::{Tx, devices, document_records, people, policy_waiting, profiles, sessions};

use kernel::policy_in_force::{POLICY, PROFILES, PolicyInForce, kept_files};
use kernel::record::Record;
use kernel::{AppError, Work, jobs};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

use crate::tell;

/// Puts a policy into force, under the lock of the policy: stores its files and profiles and, if it differs from the one before,
/// schedules every device and person to be updated to it. With the policy that is in force it changes nothing and returns false.
pub(crate) fn put_in_force(
    Work { app, tx, now }: Work<'_, '_>,
    policy: &PolicyInForce,
    by: &str,
) -> Result<bool, AppError> {
    let (before, made) = (sessions::meta(tx, POLICY)?, policy.profiles_digest());
    if before.as_deref() == Some(policy.digest()) && sessions::meta(tx, PROFILES)?.as_deref() == Some(&made) {
        return Ok(false);
    }
    keep(tx, policy, now)?;
    sessions::set_meta(tx, POLICY, policy.digest())?;
    sessions::set_meta(tx, PROFILES, &made)?;
    want_profiles(tx, policy, now)?;
    ask_for_everything(Work { app, tx, now }, policy, before.as_deref())?;
    let record = Record::new(by, "policy.brought-into-force", "policy".into())
        .detail(json!({ "digest": policy.digest(), "before": before }));
    app.enter(tx, now, record)?;
    tell_of_weakened(Work { app, tx, now }, policy, before.as_deref(), by)?;
    Ok(true)
}

/// Ends the waiting of a version that nobody needs to decide on any more: another one is in force, or another one waits. Tells who asked
/// for it, if anybody has.
pub(crate) fn supersede(Work { app, tx, now }: Work<'_, '_>, by: &str) -> Result<(), AppError> {
    let Some(found) = policy_waiting::open(tx)? else { return Ok(()) };
    policy_waiting::end(tx, found.id, now, by, "superseded")?;
    enter_waiting(Work { app, tx, now }, by, "policy.weaker.superseded", &found.digest, json!({}))?;
    let Some(asked) = &found.asked else { return Ok(()) };
    let says = "Another policy took its place before every force had confirmed it. The page says what is in force, and what waits.";
    tell::asker(app, tx, &asked.by, &format!("policy-superseded:{}", found.id), says)
}

/// Enters what was done about a version that waits. Its digest stands in the entry itself and stays when details are erased.
pub(crate) fn enter_waiting(
    Work { app, tx, now }: Work<'_, '_>,
    by: &str,
    action: &'static str,
    digest: &str,
    detail: serde_json::Value,
) -> Result<(), AppError> {
    let record = Record::new(by, action, "policy".into()).reason(format!("digest {digest}")).detail(detail);
    app.enter(tx, now, record)
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

/// Schedules every device to be configured and judged, and every person and document to be judged; the documents of the version before
/// as well, so that what was found of those that are gone comes to an end.
fn ask_for_everything(
    Work { app, tx, now }: Work<'_, '_>,
    policy: &PolicyInForce,
    before: Option<&str>,
) -> Result<(), AppError> {
    for device in devices::ids(tx)? {
        kernel::jobs::ask_job(app, tx, jobs::Kind::Configure, &device.to_string(), now)?;
        kernel::jobs::ask_job(app, tx, jobs::Kind::JudgeDevice, &device.to_string(), now)?;
    }
    for person in people::ids(tx)? {
        kernel::jobs::ask_job(app, tx, jobs::Kind::JudgePerson, &person.to_string(), now)?;
    }
    let mut documents: BTreeSet<String> = document_records::with_open_review_cases(tx)?.into_iter().collect();
    documents.extend(policy.library().documents.iter().map(|document| document.id.clone()));
    if let Some((files, _)) = before.map(|digest| kept_files(tx, digest)).transpose()?.flatten() {
        documents.extend(documents_in(&files));
    }
    for document in &documents {
        kernel::jobs::ask_job(app, tx, jobs::Kind::JudgeDocument, document, now)?;
    }
    Ok(())
}

/// Returns the ids of the documents in a policy folder, which their paths have.
fn documents_in(files: &Files) -> Vec<String> {
    let id = |path: &str| Some(path.strip_prefix("documents/")?.strip_suffix("/document.toml")?.to_owned());
    files.iter().filter_map(|(path, _)| id(path)).collect()
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use policy::Library;

    use super::*;

    #[test]
    fn the_documents_of_a_folder_are_those_of_its_library() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../policy");
        let files = Files::read(&folder).unwrap();
        let library = Library::from_files(&files, &Overrides::new()).unwrap();
        let mut found = documents_in(&files);
        found.sort();
        let ids: Vec<String> = library.documents.iter().map(|document| document.id.clone()).collect();
        assert_eq!(found, ids);
    }
}
