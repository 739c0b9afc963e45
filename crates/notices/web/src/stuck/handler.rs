//! Answers the requests of this page.

use axum::http::StatusCode;
use axum::response::Response;
use domain::NoticeState;
use kernel::access::{ManageNotices, SeeNotices};

use crate::stuck;
use web_shell::answer::shown;
use web_shell::frame::{Area, Crumb};
use web_shell::parts::listing::cut;
use web_shell::session::{Ctx, Fields, Problem, done, sentence};

/// The largest number of undelivered notices on the page.
const MOST_STUCK: u32 = 100;

/// Shows the notices that were not delivered.
pub(crate) async fn stuck(ctx: Ctx) -> Result<Response, Problem> {
    let app = &ctx.site.app;
    let states = cases_app::desk::notices_by_state(app, ctx.permit::<SeeNotices>()?).await?;
    let mut rows =
        cases_app::desk::undelivered_notices(app, ctx.permit::<SeeNotices>()?, None, MOST_STUCK + 1).await?;
    let more = cut(&mut rows, MOST_STUCK, |_| ()).is_some();
    let words = |state: &NoticeState| match state {
        NoticeState::Waiting => "Waiting",
        NoticeState::Mailed => "Sent",
        NoticeState::Shown => "On people's own pages only",
        NoticeState::Undelivered => "Could not be delivered",
    };
    let row = |listed: cases_app::desk::Listed| {
        let notice = listed.notice;
        let given_up = notice.state == NoticeState::Undelivered;
        let why = if given_up {
            sentence(&notice.last_error.unwrap_or_default())
        } else {
            "It is not known when they are on duty: enter their roster".to_owned()
        };
        stuck::Row {
            id: notice.id.to_string(),
            to: Crumb::new(
                format!("/people/{}", notice.person),
                format!("{} ({})", listed.to.0, listed.to.1),
            ),
            subject: notice.subject,
            why,
            at: notice.created_at,
            given_up,
        }
    };
    let view = stuck::View {
        shell: ctx.under(Area::Duty),
        states: states.iter().map(|(state, count)| (words(state), count.unsigned_abs())).collect(),
        rows: rows.into_iter().map(row).collect(),
        rule: notices_app::unknown_duty_rule(&ctx.site.app),
        more,
        may_retry: ctx.may::<ManageNotices>(),
    };
    shown(&view)
}

/// Retries the delivery of a notice.
pub(crate) async fn retry(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageNotices>()?;
    let Ok(id) = fields.get("notice").parse() else {
        let why = "Press the button beside the notice that is to be tried again.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    };
    cases_app::desk::retry_notice(&ctx.site.app, permit, id).await?;
    Ok(done("/notices", "tried-again"))
}
