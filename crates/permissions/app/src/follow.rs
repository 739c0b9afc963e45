//! Starts a permission when its time comes, warns people before it lapses, and ends it.
//!
//! There is one job for each permission. It checks the clock, does what is due and schedules the next step; a second
//! run finds nothing to do.

use std::collections::BTreeSet;

use domain::{Outcome, PermissionId, PermissionState, PersonId, Subject};
use policy::{PermissionEffect, PermissionRegister};
use store::permissions::{self, Permission};
use store::{Tx, findings};

use super::{changes_devices, state};
use kernel::access::Voice;
use kernel::{App, AppError, Work, jobs};
use notices_app::Notice;

/// The event named in the warning before the end.
const LAPSES_SOON: &str = "lapses soon";
/// The service itself, as the timeline of a permission shows it.
const SERVICE: Voice<'static> = Voice { name: "system", shown: "Lanyard" };
/// Most findings that are checked when a risk is no longer accepted.
const MOST: u32 = 10_000;

/// Takes the steps that are due for a permission.
pub async fn follow_permission(app: &App, id: PermissionId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| follow_permission_in(Work { app: &app, tx, now }, id)).await
}

fn follow_permission_in(Work { app, tx, now }: Work<'_, '_>, id: PermissionId) -> Result<(), AppError> {
    let Some(grant) = permissions::by_id(tx, id)? else { return Ok(()) };
    let (Some(starts), Some(ends), PermissionState::Granted) = (grant.starts_at, grant.ends_at, grant.state)
    else {
        return Ok(());
    };
    let register = app.policy().library().permissions.get(&grant.register).cloned();
    if let Some(lapsed) = state::lapse(&grant, now) {
        let says = "Lapsed: its time was over.";
        crate::write_permission(Work { app, tx, now }, &lapsed, SERVICE, "permission.lapsed", says)?;
        if let Some(register) = &register {
            end_effect(Work { app, tx, now }, &lapsed, register)?;
        }
        let what = "Its time was over. Ask afresh if it is still needed.";
        return tell_about_permission(app, tx, &lapsed, "lapsed", what);
    }
    if starts <= now
        && let Some(register) = &register
    {
        begin_effect(Work { app, tx, now }, &grant, register)?;
    }
    let warn_at = register.as_ref().map_or(ends, |register| ends.minus(register.warn_before)).max(starts);
    if warn_at <= now && grant.warned_at.is_none() {
        let warned = Permission { warned_at: Some(now), ..grant.clone() };
        let says = "Lapses soon: who asked and who decided were told.";
        crate::write_permission(Work { app, tx, now }, &warned, SERVICE, "permission.warned", says)?;
        let what = "It ends by itself. Ask afresh if it is needed for longer.";
        tell_about_permission(app, tx, &warned, LAPSES_SOON, what)?;
    }
    let next = [starts, warn_at, ends].into_iter().filter(|at| *at > now).min().unwrap_or(ends);
    kernel::jobs::ask_job(app, tx, jobs::Kind::Permission, &id.to_string(), next)
}

/// Brings the devices of a permission into line with its settings.
fn begin_effect(
    Work { app, tx, now }: Work<'_, '_>,
    grant: &Permission,
    register: &PermissionRegister,
) -> Result<(), AppError> {
    if changes_devices(register) {
        for device in crate::devices_of_permission(tx, grant)? {
            jobs::bring_to_rules(Work { app, tx, now }, device.id)?;
        }
    }
    Ok(())
}

/// Undoes the effect of a permission, and destroys its password.
pub(super) fn end_effect(
    Work { app, tx, now }: Work<'_, '_>,
    grant: &Permission,
    register: &PermissionRegister,
) -> Result<(), AppError> {
    permissions::drop_secret(tx, grant.id)?;
    begin_effect(Work { app, tx, now }, grant, register)?;
    if register.does != PermissionEffect::AcceptsRisk {
        return Ok(());
    }
    // Cases that the accepted risk kept closed may open again: a job of its own checks each breach.
    for clause in permissions::clauses(tx, grant.id)? {
        let found = findings::named_of_clause(tx, Some(grant.force), &clause, "not-met", MOST)?;
        for (finding, _) in found {
            let (Subject::Device(device), Outcome::NotMet { .. }) = (finding.subject, finding.outcome) else {
                continue;
            };
            if grant.device.is_none_or(|own| own == device) {
                kernel::jobs::ask_job(app, tx, jobs::Kind::Breach, &format!("{device}/{clause}"), now)?;
            }
        }
    }
    Ok(())
}

/// Notifies the requester and the people it is for of what happened to a permission; before it lapses, the decider
/// too.
pub(super) fn tell_about_permission(
    app: &App,
    tx: &mut Tx<'_>,
    grant: &Permission,
    how: &'static str,
    what: &str,
) -> Result<(), AppError> {
    let mut to: BTreeSet<PersonId> = permissions::people(tx, grant.id)?.into_iter().collect();
    to.extend(grant.asked_person);
    if how == LAPSES_SOON {
        let decided = grant.decided.as_ref().and_then(|named| named.by.strip_prefix("person:"));
        to.extend(decided.and_then(|id| id.parse::<PersonId>().ok()));
    }
    let policy = app.policy();
    let register = policy.library().permissions.get(&grant.register);
    let title = register.map_or(grant.register.as_str(), |register| register.title.as_str());
    let subject = format!("P-{} {how}: {title}", grant.number);
    for person in to {
        let notice = Notice::routine(person, format!("permission:{}:{how}", grant.id), &subject)
            .body(what)
            .link("/permissions");
        notices_app::notify(app, tx, notice)?;
    }
    Ok(())
}
