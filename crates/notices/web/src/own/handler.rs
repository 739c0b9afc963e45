//! Answers the requests of this page.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::access::{AcceptOwn, SeeOwn};

use crate::own;
use web_shell::answer::page;
use web_shell::frame::Area;
use web_shell::session::{Ctx, Fields, Problem, done};

/// The largest number of notices on a person's own page.
const MOST_OWN: u32 = 100;

/// Shows the reader's own notices.
pub(crate) async fn own(ctx: Ctx) -> Result<Response, Problem> {
    let notices = notices_app::own_notices(&ctx.site.app, ctx.permit::<SeeOwn>()?, false, MOST_OWN).await?;
    let rows = notices
        .into_iter()
        .map(|notice| own::Row {
            id: notice.id.to_string(),
            subject: notice.subject,
            body: notice.body,
            // A notice may outlive the page that it links to, and most link to the person's own page.
            href: if web_shell::routes::leads_somewhere(&ctx.site.routes, "GET", &notice.link) {
                notice.link
            } else {
                String::new()
            },
            at: notice.created_at,
            read: notice.read_at.is_some(),
        })
        .collect();
    Ok(page(
        StatusCode::OK,
        &own::View { shell: ctx.under(Area::Me), rule: notices_app::unknown_duty_rule(&ctx.site.app), rows },
    ))
}

/// Marks a notice as read.
pub(crate) async fn read(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let Ok(id) = fields.get("notice").parse() else {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Press the button beside the notice that you read.",
        ));
    };
    notices_app::read_notice(&ctx.site.app, permit, id).await?;
    Ok(done("/me/notices", "read"))
}
