//! Brings the policy that a node was started with into force, unless it is weaker than the one that is: that takes two people.

use std::sync::Arc;

use store::locks::{self, Lock};
use store::{Tx, sessions};

use kernel::access::{Permit, RunService};
use kernel::policy_in_force::{POLICY, PolicyInForce, kept, kept_files};
use kernel::{App, AppError, Work};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

use crate::in_force::{put_in_force, supersede};
use crate::waiting;
use crate::weaker::weaker;

/// What became of the policy that a node was started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    /// It was in force already.
    Unchanged,
    /// It is in force now.
    InForce,
    /// It is weaker than the policy in force, which stays in use, and waits for two people: what it weakens, a sentence each.
    Waits(Vec<String>),
}

/// Brings the loaded policy into force: stores its files and profiles and, if it differs from the one before, schedules every
/// device and person to be updated to it. Run again with the same policy, it changes nothing. An empty database takes any policy.
///
/// A policy that weakens the one in force waits instead, and this node goes on by the one in force, which it reads from the
/// database. Where this program cannot read that one, there is nothing to go on by: the loaded policy comes into force, with an alarm.
///
/// # Errors
/// Only if the database does not answer.
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
    if let Some(digest) = sessions::meta(tx, POLICY)?.filter(|digest| digest != policy.digest()) {
        match former(app, tx, &digest)? {
            None => tell_of_unread(Work { app, tx, now }, policy, &digest, by)?,
            Some(stays) => {
                let weakens = weaker(stays.library(), policy.library());
                if !weakens.is_empty() {
                    // Changes something only where this program reads or compiles the same files otherwise than the one before.
                    put_in_force(Work { app, tx, now }, &stays, by)?;
                    waiting::found(Work { app, tx, now }, policy, stays.digest(), by, &weakens)?;
                    return Ok((Brought::Waits(weakens), Some(stays)));
                }
            }
        }
    }
    let changed = put_in_force(Work { app, tx, now }, policy, by)?;
    supersede(Work { app, tx, now }, by)?;
    Ok((if changed { Brought::InForce } else { Brought::Unchanged }, None))
}

/// Reads the policy in force as this program understands it; `None` where it cannot.
fn former(app: &App, tx: &mut Tx<'_>, digest: &str) -> Result<Option<PolicyInForce>, AppError> {
    let Some((files, overrides)) = kept_files(tx, digest)? else { return Ok(None) };
    Ok(PolicyInForce::load(files, &overrides, &app.config().organisation, app.platforms()).ok())
}

/// Raises the alarm where this program cannot go on by the policy in force, so that a weaker one may have come into force without
/// two people.
fn tell_of_unread(
    Work { app, tx, now }: Work<'_, '_>,
    policy: &PolicyInForce,
    digest: &str,
    by: &str,
) -> Result<(), AppError> {
    let weakens = match kept(tx, digest) {
        Ok(Some(library)) => weaker(&library, policy.library()),
        Ok(None) | Err(AppError::Conflict(_)) => vec!["what, nobody can tell".to_owned()],
        Err(error) => return Err(error),
    };
    if weakens.is_empty() {
        return Ok(());
    }
    let alarm = Alarm {
        force: None,
        kind: AlarmKind::PolicyWeaker,
        by: by.to_owned(),
        subject: "A policy came into force that may be weaker, and nobody confirmed it".into(),
        body: format!(
            "This version of the program cannot read the policy that was in force, so the policy folder took its place. Look at the \
             changes, and put the folder right if something in it was not agreed. It may weaken: {}.",
            weakens.join("; ")
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
