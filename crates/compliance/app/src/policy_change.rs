//! Brings the policy that a node was started with into force, unless it is weaker than the one that is: that takes two people.

use std::sync::Arc;

use policy::Library;
use store::locks::{self, Lock};
use store::{Tx, policy_waiting, sessions};

use kernel::access::{Permit, RunService};
use kernel::policy_in_force::{POLICY, PolicyInForce, kept_files};
use kernel::{App, AppError, Work};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

use crate::in_force::{put_in_force, supersede};
use crate::waiting;
use crate::weaker::weaker;

/// Most characters of the reason in the alarm.
const WHY_SHOWN: usize = 500;

/// What became of the policy that a node was started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    /// It was in force already.
    Unchanged,
    /// It is in force now.
    InForce,
    /// It is in force now without a comparison: this program cannot read the policy that was, for this reason.
    InsteadOfUnread(String),
    /// It is weaker than the policy in force, which stays in use, and waits for two people: what it weakens, a sentence each.
    Waits(Vec<String>),
}

/// Brings the loaded policy into force: stores its files and profiles and, if it differs from the one before, schedules every
/// device and person to be updated to it. Run again with the same policy, it changes nothing. An empty database takes any policy.
///
/// A policy that weakens the one in force waits instead, and this node goes on by the one in force, which it reads from the
/// database. Where this program cannot read the files of that one, there is nothing to compare with: the loaded policy comes into force,
/// with an alarm.
///
/// # Errors
/// [`AppError::Conflict`] where the loaded policy is weaker, and this program can read the policy in force but not go on by it; or if the
/// database does not answer.
pub async fn bring_into_force(app: &App, permit: Permit<RunService>) -> Result<Brought, AppError> {
    let (app, now, policy) = (app.clone(), app.world().now(), app.policy());
    let node = app.clone();
    let decided = app.store().write(move |tx| {
        locks::take(tx, Lock::Policy)?;
        start_with(Work { app: &node, tx, now }, &policy, &permit.actor().name)
    });
    let (brought, stays) = decided.await?;
    if let Some(stays) = stays {
        app.set_policy(Arc::new(stays));
    }
    Ok(brought)
}

/// Decides whether a policy comes into force or waits; returns the policy in force as well where that one stays.
fn start_with(
    Work { app, tx, now }: Work<'_, '_>,
    policy: &PolicyInForce,
    by: &str,
) -> Result<(Brought, Option<PolicyInForce>), AppError> {
    let before = sessions::meta(tx, POLICY)?;
    let same = before.as_deref() == Some(policy.digest());
    let mut unread = None;
    if let Some(digest) = before.filter(|_| !same) {
        match former(app, tx, &digest)? {
            Former::Unread(why) => {
                tell_of_unread(Work { app, tx, now }, &why, by)?;
                unread = Some(why);
            }
            Former::Read { library, why } => refuse_weaker(&library, policy, &why)?,
            Former::Stays(stays) => {
                let weakens = weaker(stays.library(), policy.library());
                if !weakens.is_empty() {
                    // Changes something only where this program reads or compiles the same files otherwise than the one before.
                    put_in_force(Work { app, tx, now }, &stays, by)?;
                    waiting::found(Work { app, tx, now }, policy, stays.digest(), by, &weakens)?;
                    return Ok((Brought::Waits(weakens), Some(*stays)));
                }
            }
        }
    }
    let changed = put_in_force(Work { app, tx, now }, policy, by)?;
    // A node that starts with the policy in force says nothing against what somebody has asked for.
    let asked = policy_waiting::open(tx)?.is_some_and(|open| open.asked.is_some());
    if !(same && asked) {
        supersede(Work { app, tx, now }, by)?;
    }
    let brought = match unread {
        Some(why) => Brought::InsteadOfUnread(why),
        None if changed => Brought::InForce,
        None => Brought::Unchanged,
    };
    Ok((brought, None))
}

/// The policy in force, as far as this program can use it.
enum Former {
    /// The service can go on by it.
    Stays(Box<PolicyInForce>),
    /// Its files can be read, and the service cannot go on by them.
    Read {
        /// What they say.
        library: Box<Library>,
        /// Why it cannot go on by them.
        why: String,
    },
    /// Its files cannot be read, for this reason.
    Unread(String),
}

/// Reads the policy in force as this program understands it.
fn former(app: &App, tx: &mut Tx<'_>, digest: &str) -> Result<Former, AppError> {
    let Some((files, overrides)) = kept_files(tx, digest)? else {
        return Ok(Former::Unread("its files are not in the database".to_owned()));
    };
    let organisation = &app.config().organisation;
    let why = match PolicyInForce::load_kept(files.clone(), &overrides, organisation, app.platforms()) {
        Ok(policy) => return Ok(Former::Stays(Box::new(policy))),
        Err(error) => error.to_string(),
    };
    Ok(match Library::from_former_files(&files, &overrides) {
        Ok(library) => Former::Read { library: Box::new(library), why },
        Err(problems) => Former::Unread(problems.to_string()),
    })
}

/// Refuses a policy that is weaker than the one in force where the service cannot go on by that one.
fn refuse_weaker(in_force: &Library, policy: &PolicyInForce, why: &str) -> Result<(), AppError> {
    let weakens = weaker(in_force, policy.library());
    if weakens.is_empty() {
        return Ok(());
    }
    Err(AppError::Conflict(format!(
        "the policy folder is weaker than the policy in force, and the service cannot go on by the one in force with these settings: \
         {why}. Bring the former settings back, such as the vendors that were on, or put the folder right, and start the service \
         again. The folder weakens: {}",
        weakens.join("; ")
    )))
}

/// Raises the alarm where this program cannot read the policy in force, so that a weaker one may have come into force without two
/// people.
fn tell_of_unread(Work { app, tx, now }: Work<'_, '_>, why: &str, by: &str) -> Result<(), AppError> {
    // The log has all of it.
    let why: String = why.chars().take(WHY_SHOWN).collect();
    let alarm = Alarm {
        force: None,
        kind: AlarmKind::PolicyWeaker,
        by: by.to_owned(),
        subject: "A policy came into force that may be weaker, and nobody confirmed it".into(),
        body: format!(
            "This version of the program cannot read the policy that was in force, so the policy folder took its place, and nobody can \
             tell what it weakens. Compare it with the former folder, and put it right if something in it was not agreed. The reason: \
             {why}"
        ),
        link: "/policy/changes".into(),
    };
    alarms::raise(Work { app, tx, now }, alarm)
}

/// Replaces the policy and brings it into force, whatever it weakens: for a caller that has seen to the two people, and for tests. If
/// that fails, the former one stays in use.
///
/// # Errors
/// As [`bring_into_force`].
pub async fn change_policy(
    app: &App,
    permit: Permit<RunService>,
    policy: PolicyInForce,
) -> Result<bool, AppError> {
    let (app, now, policy) = (app.clone(), app.world().now(), Arc::new(policy));
    let (node, new) = (app.clone(), Arc::clone(&policy));
    let brought = app.store().write(move |tx| {
        locks::take(tx, Lock::Policy)?;
        put_in_force(Work { app: &node, tx, now }, &new, &permit.actor().name)
    });
    let brought = brought.await?;
    app.set_policy(policy);
    Ok(brought)
}
