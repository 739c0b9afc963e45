//! Records that a grant has expired, once, in the ledger and in a notice to the person.
//!
//! An expired grant counts for nothing by itself, and stays as it is. If it were ended it would look like one that
//! somebody took away, and membership of a group that made an auditor would then make another
//! ([`crate::grants::groups::take_groups`]).

use domain::GrantId;
use serde_json::json;
use store::grants::{self, Grant};
use store::{Tx, people};

use crate::ending;
use crate::ending::Ended;
use kernel::access::Role;
use kernel::record::Record;
use kernel::roles::is_strong;
use kernel::{App, AppError, Work, jobs};
use notices_app::{Notice, Told};

/// Schedules the job for the end of the grant, where it has one.
pub(super) fn await_lapse(app: &App, tx: &mut Tx<'_>, grant: &Grant) -> Result<(), AppError> {
    match grant.until {
        Some(until) => kernel::jobs::ask_job(app, tx, jobs::Kind::LapseGrant, &grant.id.to_string(), until),
        None => Ok(()),
    }
}

/// Records that a grant has expired and tells the person. Skips a grant that was ended before, and one of a person
/// who has left: their end has an entry of its own.
pub async fn lapse_grant(app: &App, id: GrantId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| lapse_grant_in(Work { app: &app, tx, now }, id)).await
}

fn lapse_grant_in(Work { app, tx, now }: Work<'_, '_>, id: GrantId) -> Result<(), AppError> {
    let over = |grant: &Grant| grant.ended.is_none() && grant.until.is_some_and(|until| until <= now);
    let Some(grant) = grants::by_id(tx, id)?.filter(over) else { return Ok(()) };
    let Some(person) = people::by_id(tx, grant.person)? else { return Ok(()) };
    devices_app::caps::end_what_they_asked_for(Work { app, tx, now }, person.id)?;
    let role = grant.role.parse::<Role>().map_or("unknown", Role::as_str);
    let title = grant.role.parse::<Role>().map_or("unknown", Role::title);
    let notice = Notice::routine(person.id, format!("role-lapsed:{id}"), format!("Your role {title} has ended"))
            .body("Its time was over, so it ended by itself. If you still need it, ask an administrator to give it anew.")
            .link("/me");
    // The notice is sent once, and the entry is recorded with it.
    if matches!(notices_app::notify(app, tx, notice)?, Told::Already | Told::Left) {
        return Ok(());
    }
    let record = Record::new("system", "role.lapsed", format!("person:{}", person.id))
        .force(person.force)
        .reason(role)
        .detail(json!({ "grant": id, "until": grant.until.map(|until| until.to_string()) }));
    app.enter(tx, now, record)?;
    if grant.role.parse().is_ok_and(|role| is_strong(app.policy().access(), role)) {
        ending::ended(Work { app, tx, now }, &person, Ended::Role, "system")?;
    }
    Ok(())
}
