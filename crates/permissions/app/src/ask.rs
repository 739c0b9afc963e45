//! Takes a request for a permission: reads it field by field, because registers are data, and reports all of its faults at once.

mod fields;

use std::collections::BTreeMap;

use domain::{Force, PermissionId, PermissionState, Secret};
use policy::{PermissionEffect, PermissionRegister};
use serde_json::json;
use store::permissions::{self, Permission};

use super::{MayAskFor, named, reach};
use kernel::access::{AskPermission, Permit};
use kernel::{App, AppError, Work};

pub(crate) use fields::apps;
use fields::{Faults, For, Request, fields, until, whom};

/// A request as sent by a form.
#[derive(Debug, Clone, Default)]
pub struct NewPermission {
    /// The register.
    pub register: String,
    /// A key made with the form: the same form sent twice makes one permission.
    pub once: String,
    /// The force, where the requester serves every force and the other fields do not say.
    pub force: Option<Force>,
    /// Number of the person it is for; empty for the requester, where they may.
    pub person: String,
    /// Serial number of the device it is for.
    pub device: String,
    /// The clause it is for.
    pub clause: String,
    /// The reason.
    pub because: String,
    /// The last day, to its end, `2026-12-31`.
    pub until: String,
    /// The register's own fields by name.
    pub fields: BTreeMap<String, String>,
    /// The protection of a network.
    pub security: String,
    /// A network's password; stored encrypted, and never shown again.
    pub passphrase: Option<Secret<String>>,
}

/// The outcome of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It is recorded in the register.
    Entered(PermissionId),
    /// Nothing was recorded: the fields to correct, and what to do about each.
    ToMend(Vec<(String, String)>),
}

/// Asks for a permission. The same form sent again returns the permission that it made.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown register; [`AppError::Conflict`] for an actor who may not ask there;
/// [`AppError::Denied`] for another force.
pub async fn ask_permission(
    app: &App,
    permit: Permit<AskPermission>,
    new: NewPermission,
) -> Result<Asked, AppError> {
    let policy = app.policy();
    let register = policy
        .library()
        .permissions
        .get(&new.register)
        .ok_or_else(|| AppError::not_found("register", &new.register))?
        .clone();
    if reach(permit.actor(), &register) == MayAskFor::Nobody {
        return Err(not_here(&register));
    }
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| ask_in(Work { app: &app, tx, now }, &permit, &register, &new)).await
}

// long because it fills every column of a new entry
fn ask_in(
    Work { app, tx, now }: Work<'_, '_>,
    permit: &Permit<AskPermission>,
    register: &PermissionRegister,
    new: &NewPermission,
) -> Result<Asked, AppError> {
    if let Some(before) = permissions::by_once(tx, &new.once)? {
        permit.reaches(before.force)?;
        return Ok(Asked::Entered(before.id));
    }
    let (policy, mut faults) = (app.policy(), Faults::default());
    let request = Request { permit, register, library: policy.library(), new };
    let mut whom = whom(tx, request, &mut faults)?;
    let fields = fields(tx, request, &mut whom, &mut faults)?;
    let because = faults.text("because", &new.because, "Enter a reason");
    let until = until(register, &new.until, now, &mut faults);
    let once = (16..=64).contains(&new.once.len()).then(|| new.once.clone());
    if once.is_none() {
        faults.add::<()>("because", "Load the form afresh and send it again; nothing that you typed is lost");
    }
    let (Some(because), Some(until), Some(once), Some(force), true) =
        (because, until, once, whom.force, faults.0.is_empty())
    else {
        return Ok(Asked::ToMend(faults.0));
    };
    let grant = Permission {
        id: PermissionId::from_uuid(app.world().uuid()),
        number: 0,
        once,
        register: register.id.clone(),
        force,
        state: PermissionState::Asked,
        version: 0,
        person: whom.person,
        device: whom.device,
        clause: whom.clause.clone(),
        fields,
        because,
        asked: named(permit.actor()),
        asked_person: permit.actor().person,
        asked_at: now,
        wanted_until: until,
        due_at: register.decide_within.as_ref().map(|limit| now.plus(limit.span)),
        agreed: None,
        decided: None,
        decided_at: None,
        decision: None,
        conditions: None,
        starts_at: None,
        ends_at: None,
        reviewed_at: None,
        warned_at: None,
        ended: None,
    };
    enter_request(Work { app, tx, now }, request, &grant, &whom)?;
    Ok(Asked::Entered(grant.id))
}

fn enter_request(
    Work { app, tx, now }: Work<'_, '_>,
    request: Request<'_>,
    grant: &Permission,
    whom: &For,
) -> Result<(), AppError> {
    let (actor, register) = (request.permit.actor(), request.register);
    if !permissions::add(tx, grant)? {
        return Err(AppError::Conflict("this form was sent already; look for its entry in the list".into()));
    }
    for person in &whom.people {
        permissions::add_person(tx, grant.id, *person)?;
    }
    if register.does == PermissionEffect::AcceptsRisk {
        for clause in grant.clause.iter().chain(&register.clauses) {
            permissions::add_clause(tx, grant.id, clause)?;
        }
    }
    if let Some(password) = request.new.passphrase.as_ref().filter(|password| !password.expose().is_empty()) {
        let sealed = app.sealer().seal(app.world(), &secret_place(grant.id), password.expose().as_bytes())?;
        permissions::keep_secret(tx, grant.id, sealed)?;
    }
    let says = format!("Asked for it: {}", grant.because);
    crate::say_on_permission(Work { app, tx, now }, grant.id, &actor.shown, &says)?;
    let detail = json!({ "register": grant.register, "person": grant.person, "device": grant.device,
            "fields": grant.fields, "because": grant.because, "until": grant.wanted_until.to_string() });
    crate::enter_permission(Work { app, tx, now }, grant, &actor.name, "permission.asked", detail)
}

/// Returns the place that a permission's password is encrypted for.
pub(super) fn secret_place(id: PermissionId) -> String {
    format!("permission:{id}")
}

fn not_here(register: &PermissionRegister) -> AppError {
    AppError::Conflict(format!(
        "your role does not ask in the register {}; its page says whose does",
        register.title
    ))
}
