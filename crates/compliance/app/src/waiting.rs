//! Keeps a weaker version of the policy waiting until two people want it: one asks for it with a reason, and another human being
//! confirms it for each force. It is withdrawn, or lapses, where they do not.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{EntryId, Force, Span, Timestamp};
use policy::{Files, Library, Overrides};
use serde_json::json;
use store::locks::{self, Lock};
use store::policy_waiting::{self as rows, AskedFor, Confirmation, NewWaiting, Waiting};
use store::{Tx, sessions};

use kernel::access::{Actor, ChangePolicy, Comes, ConfirmPolicy, Permit};
use kernel::fields::text;
use kernel::policy_in_force::{POLICY, PolicyInForce};
use kernel::{App, AppError, Work, jobs, presence, second};
use notices_app::alarms;
use notices_app::alarms::{Alarm, AlarmKind};

use crate::in_force::{enter_waiting, put_in_force, supersede};
use crate::tell;

/// How long a request waits for its confirmations.
const CONFIRM_WITHIN: Span = Span::from_secs(7 * 24 * 3600);
/// The page on which it is decided.
const PAGE: &str = "/policy/changes";

/// A weaker version that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRead {
    /// Its id.
    pub id: EntryId,
    /// The digest of the version.
    pub digest: String,
    /// What it weakens, a sentence each.
    pub weakens: Vec<String>,
    /// When a start of the service found it.
    pub found_at: Timestamp,
    /// Who asked for it, if anybody has.
    pub asked: Option<AskedRead>,
    /// The forces for which it is confirmed, and by whom.
    pub confirmed: Vec<(Force, String)>,
    /// The forces for which it is not.
    pub missing: Vec<Force>,
}

/// The request for a version that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRead {
    /// When.
    pub at: Timestamp,
    /// The name of who asked.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When it lapses.
    pub until: Timestamp,
    /// Whether the reader is who asked.
    pub own: bool,
}

/// Reads the version that waits, if one does.
///
/// # Errors
/// Only if the database does not answer.
pub fn waiting(app: &App, tx: &mut Tx<'_>, reader: &Actor) -> Result<Option<WaitingRead>, AppError> {
    let Some(found) = rows::open(tx)? else { return Ok(None) };
    let mut confirmed = Vec::new();
    for one in rows::confirmations(tx, found.id)? {
        confirmed.push((one.force, kernel::words::who(tx, &one.by)?));
    }
    let mut missing = app.forces();
    missing.retain(|force| confirmed.iter().all(|(one, _)| one != force));
    let asked = match &found.asked {
        None => None,
        Some(asked) => Some(AskedRead {
            at: asked.at,
            by: kernel::words::who(tx, &asked.by)?,
            reason: asked.reason.clone(),
            until: asked.at.plus(CONFIRM_WITHIN),
            own: asked.by == reader.name,
        }),
    };
    Ok(Some(WaitingRead {
        id: found.id,
        weakens: weakened(&found)?,
        digest: found.digest,
        found_at: found.found_at,
        asked,
        confirmed,
        missing,
    }))
}

fn weakened(found: &Waiting) -> Result<Vec<String>, AppError> {
    serde_json::from_str(&found.weakens).map_err(|error| AppError::fault(&error))
}

/// Reads the library of the version that waits; `None` where none does, or this program cannot read it.
///
/// # Errors
/// Only if the database does not answer.
pub(crate) fn library(tx: &mut Tx<'_>) -> Result<Option<Library>, AppError> {
    let Some(found) = rows::open(tx)? else { return Ok(None) };
    let Some((files, overrides)) = files(tx, found.id)? else { return Ok(None) };
    Ok(Library::from_files(&files, &overrides).ok())
}

fn files(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<(Files, Overrides)>, AppError> {
    let Some((files, overrides)) = rows::files(tx, id)? else { return Ok(None) };
    let files: BTreeMap<String, String> =
        serde_json::from_str(&files).map_err(|error| AppError::fault(&error))?;
    let overrides: Overrides = serde_json::from_str(&overrides).map_err(|error| AppError::fault(&error))?;
    Ok(Some((files.into_iter().collect(), overrides)))
}

/// Enters a version that weakens the one in force, whose digest is `stays`. One that waits already is left as it is; another one is
/// superseded.
pub(crate) fn found(
    Work { app, tx, now }: Work<'_, '_>,
    policy: &PolicyInForce,
    stays: &str,
    by: &str,
    weakens: &[String],
) -> Result<(), AppError> {
    if let Some(open) = rows::open(tx)? {
        if open.digest == policy.digest() && open.compared_with == stays {
            return Ok(());
        }
        supersede(Work { app, tx, now }, by)?;
    }
    let files: BTreeMap<&str, &str> = policy.files().iter().collect();
    let new = NewWaiting {
        id: EntryId::from_uuid(app.world().uuid()),
        digest: policy.digest(),
        files: &json!(files).to_string(),
        overrides: &json!(policy.overrides()).to_string(),
        compared_with: stays,
        weakens: &json!(weakens).to_string(),
        found_at: now,
    };
    rows::add(tx, &new)?;
    let detail = json!({ "in_force": stays, "weakens": weakens });
    enter_waiting(Work { app, tx, now }, by, "policy.weaker.found", policy.digest(), detail)?;
    let says = format!(
        "The policy folder is weaker than the policy in force, which stays in use. It weakens: {}. Nothing of it counts until one \
         person asks for it with a reason and another confirms it. If nobody wants it, put the former folder back.",
        weakens.join("; ")
    );
    alarm_of(Work { app, tx, now }, by, "A weaker policy waits for two people", says)
}

fn alarm_of(
    Work { app, tx, now }: Work<'_, '_>,
    by: &str,
    subject: &str,
    body: String,
) -> Result<(), AppError> {
    let alarm = Alarm {
        force: None,
        kind: AlarmKind::PolicyWeaker,
        by: by.to_owned(),
        subject: subject.to_owned(),
        body,
        link: PAGE.into(),
    };
    alarms::raise(Work { app, tx, now }, alarm)
}

/// Returns the version that waits under that id.
fn open(tx: &mut Tx<'_>, id: EntryId) -> Result<Waiting, AppError> {
    rows::open(tx)?.filter(|found| found.id == id).ok_or_else(|| {
        AppError::Conflict(
            "this policy does not wait any more; reload the page to see what is in force".into(),
        )
    })
}

/// Refuses the command line, a token, and somebody who is not in the register.
fn stands_in_register(actor: &Actor) -> Result<(), AppError> {
    if actor.comes() == Comes::SignedIn && actor.person.is_some() {
        return Ok(());
    }
    Err(AppError::Conflict(
        "a weaker policy needs people of the register, signed in to the pages; the command line and tokens cannot ask for it".into(),
    ))
}

/// Asks for the version that waits to be brought into force. Another person must confirm it for each force.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] where it does not wait any more or somebody has asked,
/// [`AppError::NotPresent`].
pub async fn ask_weaker(
    app: &App,
    permit: Permit<ChangePolicy>,
    id: EntryId,
    reason: &str,
) -> Result<(), AppError> {
    let reason = text("reason", reason, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    presence::fresh(permit.actor(), now)?;
    stands_in_register(permit.actor())?;
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Policy)?;
            let (found, actor) = (open(tx, id)?, permit.actor());
            let asked = AskedFor { at: now, by: actor.name.clone(), reason };
            if !rows::ask(tx, id, &asked)? {
                return Err(AppError::Conflict("somebody has asked for it already; reload the page".into()));
            }
            jobs::ask_job(&app, tx, jobs::Kind::LapsePolicy, &id.to_string(), now.plus(CONFIRM_WITHIN))?;
            let detail = json!({ "reason": asked.reason, "weakens": weakened(&found)? });
            let action = "policy.weaker.asked";
            enter_waiting(Work { app: &app, tx, now }, &actor.name, action, &found.digest, detail)?;
            let says = format!(
                "The reason: {}. Another person must confirm it for each force before it comes into force.",
                asked.reason
            );
            let subject = format!("{} asks for a weaker policy", actor.shown);
            alarm_of(Work { app: &app, tx, now }, &actor.name, &subject, says)
        })
        .await
}

/// Confirms the version that waits for the forces of the permit, on behalf of another person than the one who asked. Once every force
/// has confirmed it, it comes into force. Returns the forces that have not.
///
/// # Errors
/// [`AppError::Conflict`] where nobody asked, or where the actor may be the one who did; [`AppError::Denied`] for one's own request;
/// [`AppError::NotPresent`].
pub async fn confirm_weaker(
    app: &App,
    permit: Permit<ConfirmPolicy>,
    id: EntryId,
) -> Result<Vec<Force>, AppError> {
    let (app, now) = (app.clone(), app.world().now());
    presence::fresh(permit.actor(), now)?;
    let node = app.clone();
    let policy = app.store().read(move |tx| waiting_policy(&node, tx, id)).await?;
    let policy = Arc::new(policy);
    let (node, new) = (app.clone(), Arc::clone(&policy));
    let confirmed =
        app.store().write(move |tx| confirm_in(Work { app: &node, tx, now }, &permit, id, &new)).await;
    let missing = confirmed?;
    if missing.is_empty() {
        app.set_policy(policy);
    }
    Ok(missing)
}

/// Reads and compiles the version that waits, before the transaction that confirms it: that takes longer than the one writer should be
/// held.
fn waiting_policy(app: &App, tx: &mut Tx<'_>, id: EntryId) -> Result<PolicyInForce, AppError> {
    let found = open(tx, id)?;
    let unreadable = || {
        AppError::Conflict(
            "this version of the program cannot read the policy that waits; start the service with this one, which looks at the \
             folder again"
                .into(),
        )
    };
    let (files, overrides) = files(tx, id)?.ok_or_else(unreadable)?;
    match PolicyInForce::load(files, &overrides, &app.config().organisation, app.platforms()) {
        Ok(policy) if policy.digest() == found.digest => Ok(policy),
        _ => Err(unreadable()),
    }
}

fn confirm_in(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<ConfirmPolicy>,
    id: EntryId,
    policy: &PolicyInForce,
) -> Result<Vec<Force>, AppError> {
    locks::take(tx, Lock::Policy)?;
    let (found, actor) = (open(tx, id)?, permit.actor());
    let Some(asked) = &found.asked else {
        return Err(AppError::Conflict(
            "nobody has asked for it: one person asks with a reason, then another confirms".into(),
        ));
    };
    if sessions::meta(tx, POLICY)?.as_deref() != Some(found.compared_with.as_str()) {
        return Err(AppError::Conflict(
            "another policy has come into force since it was compared; start the service again, which compares it anew".into(),
        ));
    }
    let before = rows::confirmations(tx, id)?;
    let waits = |force: &Force| before.iter().all(|one| one.force != *force);
    let (mine, missing): (Vec<Force>, Vec<Force>) =
        app.forces().into_iter().filter(waits).partition(|force| permit.scope().covers(*force));
    if mine.is_empty() {
        return Err(AppError::Conflict(
            "it is confirmed for your force already; somebody of the other force must confirm it".into(),
        ));
    }
    for force in &mine {
        if asked.by == actor.name {
            permit.reaches_own(*force)?;
        }
        second::another_human_for::<ConfirmPolicy>(Work { app, tx, now }, &asked.by, actor, *force)?;
        rows::confirm(tx, id, &Confirmation { force: *force, at: now, by: actor.name.clone() })?;
    }
    let detail = json!({ "forces": mine, "asked_by": asked.by, "reason": asked.reason });
    let action = "policy.weaker.confirmed";
    enter_waiting(Work { app, tx, now }, &actor.name, action, &found.digest, detail)?;
    if missing.is_empty() {
        rows::end(tx, id, now, &actor.name, "confirmed")?;
        put_in_force(Work { app, tx, now }, policy, &actor.name)?;
    }
    Ok(missing)
}

/// Withdraws the version that waits, whether or not anybody has asked for it. The next start of the service with the same folder finds
/// it again.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] where it does not wait any more.
pub async fn withdraw_weaker(
    app: &App,
    permit: Permit<ChangePolicy>,
    id: EntryId,
    why: &str,
) -> Result<(), AppError> {
    let why = text("why", why, 500)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Policy)?;
            let (found, actor) = (open(tx, id)?, permit.actor());
            rows::end(tx, id, now, &actor.name, "withdrawn")?;
            let action = "policy.weaker.withdrawn";
            let detail = json!({ "why": why });
            enter_waiting(Work { app: &app, tx, now }, &actor.name, action, &found.digest, detail)?;
            let Some(asked) = &found.asked else { return Ok(()) };
            let says = format!("{} withdrew it: {why}. The policy in force stays.", actor.shown);
            tell::asker(&app, tx, &asked.by, &format!("policy-withdrawn:{id}"), &says)
        })
        .await
}

/// Ends a request that was not confirmed in time, and tells who asked.
pub async fn lapse_weaker(app: &App, id: EntryId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Policy)?;
            let Some(found) = rows::open(tx)?.filter(|found| found.id == id) else { return Ok(()) };
            let Some(asked) = &found.asked else { return Ok(()) };
            let until = asked.at.plus(CONFIRM_WITHIN);
            if until > now {
                return jobs::ask_job(&app, tx, jobs::Kind::LapsePolicy, &id.to_string(), until);
            }
            rows::end(tx, id, now, "system", "lapsed")?;
            let (action, detail) = ("policy.weaker.lapsed", json!({ "asked_by": asked.by }));
            enter_waiting(Work { app: &app, tx, now }, "system", action, &found.digest, detail)?;
            let says = "Nobody confirmed it for every force within seven days. The policy in force stays; the next start of the service \
                        finds the folder again.";
            tell::asker(&app, tx, &asked.by, &format!("policy-lapsed:{id}"), says)
        })
        .await
}
