//! Keeps permissions and exceptions: one mechanism behind every register of `policy/registers/`.
//!
//! Somebody asks for a permission and somebody else decides; it is in force from one day to another and never without
//! an end, people are warned before it lapses, and it ends by itself. Its effect while it lasts is in `effect`: it
//! changes a force parameter for one device, or keeps the case of a breach closed. It never makes a finding better
//! than it is.
//!
//! * `ask`: reads a request field by field and reports all of its faults at once.
//! * `state`: the life of a permission as a pure state machine.
//! * `decide`: grants, refuses, ends and reviews.
//! * `follow`: does what time brings: start, warning, lapse.
//! * `effect`: the rules for a device while permissions are in force for it.
//!
//! Not here: what pages show (`read::permissions`), the asset register (`register`).

pub mod profiles;
pub mod read;
pub mod risks;
pub mod watch;

mod ask;
mod decide;
mod effect;
mod follow;
mod state;
mod when;

pub use ask::ask_permission;
pub use decide::{decide_permission, review_permission, withdraw_permission};
pub use effect::keep_wanted;
pub use effect::own_content;
pub use effect::risk_accepted;
pub use effect::tailored;
pub use effect::wanted_for;
pub use follow::follow_permission;

use domain::{EntryId, PermissionId};
use policy::{PermissionEffect, PermissionRegister};
use store::people::Person;
use store::permissions::{self, Named, Permission};
use store::{Tx, devices};

use kernel::access::{Action, Actor, Permit, Relation, Role, Voice};
use kernel::record::Record;
use kernel::second::may_be_one_person;
use kernel::{AppError, Work};

pub(crate) use ask::apps;
pub use ask::{Asked, NewPermission};
pub use decide::{Decision, Review};
pub use effect::{Granted, Tailored};

/// Roles that ask only for themselves or for their people.
const NARROW: [&str; 2] = ["holder", "line-manager"];

/// Lists the roles that somebody has, as registers name them.
pub(crate) fn roles(actor: &Actor) -> Vec<&'static str> {
    actor.roles.iter().map(Role::as_str).collect()
}

fn named(actor: &Actor) -> Named {
    Named { by: actor.name.clone(), name: actor.shown.clone() }
}

/// Returns whether the actor runs the program on the server: the operating system let them, so they need no role.
/// Even they may not decide on their own request.
fn on_the_server(actor: &Actor) -> bool {
    actor.name.starts_with("command-line:")
}

/// Returns whether somebody has one of the roles.
pub(crate) fn has_role(actor: &Actor, wanted: &[String]) -> bool {
    on_the_server(actor) || roles(actor).iter().any(|role| wanted.iter().any(|word| word == role))
}

/// Describes the actor for the state machine. An actor who could be the same human being under another name counts as
/// that one.
fn who(
    tx: &mut Tx<'_>,
    actor: &Actor,
    register: &PermissionRegister,
    grant: &Permission,
) -> Result<state::Who, AppError> {
    let agreed = match &grant.agreed {
        Some((named, _)) => may_be_one_person(tx, &named.by, actor)?,
        None => false,
    };
    Ok(state::Who {
        named: named(actor),
        person: actor.person,
        asked: may_be_one_person(tx, &grant.asked.by, actor)?,
        agreed,
        first_seat: has_role(actor, &register.decide),
        second_seat: has_role(actor, &register.second),
    })
}

/// The people for whom somebody may ask in a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayAskFor {
    /// Anybody in the forces that they reach.
    Anyone,
    /// Themselves, and as a line manager their people.
    Related,
    /// Nobody.
    Nobody,
}

/// Returns for whom somebody may ask in a register. Everybody with a device is a holder, whatever their other roles.
#[must_use]
pub fn reach(actor: &Actor, register: &PermissionRegister) -> MayAskFor {
    let wide: Vec<String> =
        register.ask.iter().filter(|role| !NARROW.contains(&role.as_str())).cloned().collect();
    if has_role(actor, &wide) {
        MayAskFor::Anyone
    } else if actor.person.is_some() && NARROW.iter().any(|role| asks(actor, register, role)) {
        MayAskFor::Related
    } else {
        MayAskFor::Nobody
    }
}

/// Returns whether somebody may ask in a register as a holder or as a line manager.
fn asks(actor: &Actor, register: &PermissionRegister, role: &str) -> bool {
    let named = register.ask.iter().any(|word| word == role);
    // Everybody with a device is a holder, whatever their roles say.
    named && (role == "holder" || roles(actor).contains(&role))
}

/// Returns whether somebody who may ask for themselves and their people may ask for that person.
fn may_ask_for(actor: &Actor, register: &PermissionRegister, person: &Person) -> bool {
    match actor.relation_to(person) {
        Relation::Own => asks(actor, register, "holder") || asks(actor, register, "line-manager"),
        Relation::Manages => asks(actor, register, "line-manager"),
        Relation::None => false,
    }
}

/// Looks up a permission that the permit reaches; refuses it where it changed since its form was shown.
fn permission_of_version<A: Action>(
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    id: PermissionId,
    version: i64,
) -> Result<Permission, AppError> {
    let grant = permissions::by_id(tx, id)?.ok_or_else(|| AppError::not_found("entry", id))?;
    permit.reaches(grant.force)?;
    if grant.version == version { Ok(grant) } else { Err(changed_meanwhile()) }
}

/// Writes a permission's new state, a line of its timeline and a ledger entry under its clause.
fn write_permission(
    Work { app, tx, now }: Work<'_, '_>,
    next: &Permission,
    by: Voice<'_>,
    action: &'static str,
    says: &str,
) -> Result<(), AppError> {
    if !permissions::put(tx, next)? {
        return Err(changed_meanwhile());
    }
    say_on_permission(Work { app, tx, now }, next.id, by.shown, says)?;
    let detail = serde_json::json!({ "number": next.number, "register": next.register, "says": says,
            "from": next.starts_at.map(|at| at.to_string()), "until": next.ends_at.map(|at| at.to_string()),
            "conditions": next.conditions });
    enter_permission(Work { app, tx, now }, next, by.name, action, detail)
}

fn enter_permission(
    Work { app, tx, now }: Work<'_, '_>,
    grant: &Permission,
    actor: &str,
    action: &'static str,
    detail: serde_json::Value,
) -> Result<(), AppError> {
    let mut record =
        Record::new(actor, action, format!("permission:{}", grant.id)).force(grant.force).detail(detail);
    let policy = app.policy();
    let register = policy.library().permissions.get(&grant.register);
    if let Some(clause) = grant.clause.as_ref().or_else(|| register.and_then(PermissionRegister::clause)) {
        record = record.clause(clause);
    }
    app.enter(tx, now, record)
}

fn say_on_permission(
    Work { app, tx, now }: Work<'_, '_>,
    id: PermissionId,
    who: &str,
    says: &str,
) -> Result<(), AppError> {
    permissions::add_event(
        tx,
        &permissions::NewEvent { id: EntryId::from_uuid(app.world().uuid()), entry: id, actor: who, says },
        now,
    )?;
    Ok(())
}

/// Lists the devices on which a permission has an effect: its own, or those that its people hold.
pub(crate) fn devices_of_permission(
    tx: &mut Tx<'_>,
    grant: &Permission,
) -> Result<Vec<devices::Device>, AppError> {
    if let Some(device) = grant.device {
        return Ok(devices::by_id(tx, device)?.into_iter().collect());
    }
    let mut found = Vec::new();
    for person in permissions::people(tx, grant.id)? {
        found.extend(devices::of_holder(tx, person)?);
    }
    Ok(found)
}

fn changed_meanwhile() -> AppError {
    AppError::Conflict("somebody else changed this entry since you opened it; look at it again".into())
}

/// Returns whether permissions of the register change what devices have to do.
pub(crate) fn changes_devices(register: &PermissionRegister) -> bool {
    matches!(register.does, PermissionEffect::Adds { .. } | PermissionEffect::TakesOut { .. })
}
