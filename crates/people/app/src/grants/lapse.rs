//! A grant past its time counts for nothing by itself; this says so: an entry in the ledger and a notice to the person, once.
//!
//! The grant stays as it is. Ended it would look like one that somebody took away, and membership of a group that made an
//! auditor would then make another ([`crate::grants::groups::take_groups`]).

use domain::{GrantId, Timestamp};
use serde_json::json;
use store::grants::{self, Grant};
use store::{Tx, people};

use crate::ending;
use crate::ending::Ended;
use kernel::access::Role;
use kernel::record::Record;
use kernel::roles::is_strong;
use kernel::{App, AppError, jobs};
use notices_app::{Notice, Told};

/// Sees to it that the end of a grant is noticed, where it has one.
pub(super) fn await_lapse(app: &App, tx: &mut Tx<'_>, grant: &Grant) -> Result<(), AppError> {
    match grant.until {
        Some(until) => kernel::jobs::ask_job(app, tx, jobs::Kind::LapseGrant, &grant.id.to_string(), until),
        None => Ok(()),
    }
}

/// Enters that a grant has lapsed and tells the person. One that was ended before is passed over, and so is that of
/// somebody who has left: their end is an entry of its own.
pub async fn lapse_grant(app: &App, id: GrantId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| lapse_grant_in(&app, tx, id, now)).await
}

fn lapse_grant_in(app: &App, tx: &mut Tx<'_>, id: GrantId, now: Timestamp) -> Result<(), AppError> {
    let over = |grant: &Grant| grant.ended.is_none() && grant.until.is_some_and(|until| until <= now);
    let Some(grant) = grants::by_id(tx, id)?.filter(over) else { return Ok(()) };
    let Some(person) = people::by_id(tx, grant.person)? else { return Ok(()) };
    devices_app::caps::end_what_they_asked_for(app, tx, person.id, now)?;
    let role = grant.role.parse::<Role>().map_or("unknown", Role::as_str);
    let title = grant.role.parse::<Role>().map_or("unknown", Role::title);
    let notice = Notice::routine(person.id, format!("role-lapsed:{id}"), format!("Your role {title} has ended"))
            .body("Its time was over, so it ended by itself. If you still need it, ask an administrator to give it anew.")
            .link("/me");
    // The notice is made once, and with it the entry.
    if matches!(notices_app::notify(app, tx, notice)?, Told::Already | Told::Left) {
        return Ok(());
    }
    let record = Record::new("system", "role.lapsed", format!("person:{}", person.id))
        .force(person.force)
        .reason(role)
        .detail(json!({ "grant": id, "until": grant.until.map(|until| until.to_string()) }));
    app.enter(tx, now, record)?;
    if grant.role.parse().is_ok_and(|role| is_strong(app.policy().access(), role)) {
        ending::ended(app, tx, &person, Ended::Role, ("system", now))?;
    }
    Ok(())
}
