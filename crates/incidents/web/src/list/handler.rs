//! Answers the requests of this page.

use axum::response::Response;
use domain::Timestamp;
use incidents_app::ClockState;
use incidents_app::read::{ClockRead, IncidentRow, incidents};
use kernel::access::{AssessIncidents, SeeCases};

use crate::list::{ClockTag, Row, View};
use web_shell::answer::shown;
use web_shell::format;
use web_shell::frame::{Area, Crumb};
use web_shell::session::{Ctx, Problem};

/// Shows the incidents.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    let rows = incidents(&ctx.site.app, ctx.permit::<SeeCases>()?).await?;
    let now = ctx.site.app.world().now();
    shown(&View {
        shell: ctx.under(Area::Cases),
        rows: rows.iter().map(|one| row(one, now)).collect(),
        may_open: ctx.may::<AssessIncidents>() && incidents_app::opens_by_hand(&ctx.site.app),
    })
}

fn row(read: &IncidentRow, now: Timestamp) -> Row {
    let form = match (read.sent_at, read.assessed_at) {
        (_, Some(_)) => "Assessed",
        (Some(_), None) => "Sent, not assessed yet",
        (None, None) if read.closed => "Never sent, and its case is closed",
        (None, None) => "Not sent yet",
    };
    Row {
        link: Crumb::new(format!("/incidents/{}", read.id), format!("C-{}", read.number)),
        title: read.title.clone(),
        force: read.force,
        clock: clock_tag(read.clock.as_ref(), now),
        form: form.to_owned(),
        due: Some(read.due_at).filter(|_| read.sent_at.is_none() && !read.closed),
    }
}

/// Says how a clock stands.
pub(crate) fn clock_tag(clock: Option<&ClockRead>, now: Timestamp) -> ClockTag {
    let tag = |text: &str, colour, until| ClockTag { text: text.to_owned(), colour, until };
    let Some(clock) = clock else { return tag("No clock", "grey", None) };
    let until = Some(clock.until);
    match clock.standing {
        ClockState::Possible if clock.until <= now => tag("Ended without a decision", "red", until),
        ClockState::Confirmed if clock.until <= now => {
            tag("Ended, and the regulator was not told", "red", until)
        }
        ClockState::Possible => tag(&format!("{} left", format::left(clock.until, now)), "yellow", until),
        ClockState::Confirmed => {
            tag(&format!("Must be told, {} left", format::left(clock.until, now)), "red", until)
        }
        ClockState::NotNotifiable => tag("Need not be told", "grey", None),
        ClockState::Notified => tag("Regulator told", "green", None),
        ClockState::None => tag("No clock", "grey", None),
    }
}
