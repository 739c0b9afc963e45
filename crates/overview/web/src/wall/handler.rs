//! Answers the requests of this page.

use axum::http::StatusCode;
use axum::http::header::REFRESH;
use axum::response::{IntoResponse, Response};
use compliance_web::figures::clause_counts;
use kernel::access::SeeDevices;

use crate::wall;
use web_shell::answer::page;
use web_shell::session::{Ctx, Problem};

/// Shows the page for a screen on the wall.
pub(crate) async fn wall(ctx: Ctx) -> Result<Response, Problem> {
    let now = overview_app::overview::wall(&ctx.site.app, ctx.permit::<SeeDevices>()?).await?;
    let refreshing = ctx.asked("refresh") != "off";
    let counts_now = now.counts;
    let view = wall::View {
        marking: ctx.site.app.policy().forces().marking.clone(),
        now: ctx.site.app.world().now(),
        refreshing,
        enrolled: counts_now.enrolled.unsigned_abs(),
        heard_of: counts_now.enrolled.saturating_sub(counts_now.silent).unsigned_abs(),
        attention: counts_now.attention.unsigned_abs(),
        losses: (now.losses.unanswered.unsigned_abs(), now.losses.calling.unsigned_abs()),
        clocks: (now.clocks.over.unsigned_abs(), now.clocks.running.unsigned_abs()),
        next_clock: now.clocks.next_ends_at,
        cases: now.cases,
        clauses: clause_counts(&now.clauses),
    };
    let answer = page(StatusCode::OK, &view);
    if refreshing {
        return Ok(([(REFRESH, wall::REFRESH_SECONDS.to_string())], answer).into_response());
    }
    Ok(answer)
}
