//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::{AlarmId, Timestamp};
use kernel::access::{AcknowledgeAlarms, SeeAlarms};
use notices_app::alarms;
use notices_app::alarms::AlarmRead;

use crate::alarms::{ALLOWED, Row, View};
use web_shell::answer::shown;
use web_shell::frame::Area;
use web_shell::parts::listing::{Listing, PER_PAGE, cut};
use web_shell::session::{Ctx, Problem, done, id_of};

/// Converts an alarm into a row.
pub fn row(ctx: &Ctx, read: AlarmRead) -> Row {
    let alarm = read.alarm;
    Row {
        id: alarm.id.to_string(),
        kind: read.kind.to_owned(),
        force: alarm.force.map_or_else(|| "every force".to_owned(), |force| ctx.force_title(force)),
        subject: alarm.subject,
        body: alarm.body,
        link: alarm.link,
        by: read.by,
        at: alarm.raised_at,
        times: alarm.times,
        told: alarm.told,
        seen_to: alarm.acknowledged.zip(read.seen_to_by),
    }
}

/// Shows the list of alarms, newest first.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(ALLOWED, &ctx.query);
    let permit = ctx.permit::<SeeAlarms>()?;
    let after = list
        .after()
        .and_then(|(id, at)| Some((Timestamp::from_millis(at.parse().ok()?), id.parse::<AlarmId>().ok()?)));
    let open_only = list.filter("state") != "all";
    let mut found = alarms::list(&ctx.site.app, permit, open_only, after, PER_PAGE + 1).await?;
    let next = cut(&mut found, PER_PAGE, |last| (last.alarm.id, last.alarm.raised_at.millis()));
    let view = View {
        shell: ctx.under(Area::People),
        may_see_to: ctx.may::<AcknowledgeAlarms>(),
        list: list.with_rows(found.len(), next.map(|(id, at)| format!("{id},{at}"))),
        rows: found.into_iter().map(|read| row(&ctx, read)).collect(),
    };
    shown(&view)
}

/// Records that somebody has dealt with an alarm.
pub(crate) async fn seen(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcknowledgeAlarms>()?;
    let id: AlarmId = id_of(&id)?;
    alarms::acknowledge(&ctx.site.app, permit, id).await?;
    Ok(done("/alarms", "alarm-seen"))
}
