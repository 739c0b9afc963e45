//! Answers the requests of this page.

use axum::Extension;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use kernel::access::{RunService, SeeOwnSessions};

use crate::sessions::{Row, View};
use web_shell::answer::shown;
use web_shell::frame::Area;
use web_shell::session::{Ctx, Fields, Problem, Session, done};

/// Describes how somebody signed in.
pub(crate) fn how(word: &str) -> &'static str {
    match word {
        "directory" => "through the directory",
        "passkey" => "with a passkey",
        "one-time-link" => "by a link from the server",
        "demonstration" => "in the demonstration",
        _ => "in another way",
    }
}

/// Shows the reader's sessions.
pub(crate) async fn sessions(ctx: Ctx) -> Result<Response, Problem> {
    let own = sign_in_app::sessions::own_sessions(&ctx.site.app, ctx.permit::<SeeOwnSessions>()?, &ctx.live)
        .await?;
    let rows = own.into_iter().map(|session| Row {
        id: session.id,
        browser: session.browser,
        how: how(&session.how).to_owned(),
        began_at: session.began_at,
        seen_at: session.seen_at,
        this: session.this,
    });
    let view = View {
        shell: ctx.shell(Area::Elsewhere, Vec::new()),
        rows: rows.collect(),
        passkeys: ctx.may::<RunService>(),
    };
    shown(&view)
}

/// Extends a session: the request itself counts as activity. Returns for how many milliseconds the session lasts now, without
/// activity and at most.
pub(crate) async fn stay(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeOwnSessions>()?;
    let now = ctx.site.app.world().now();
    let left = |at: Timestamp| at.since(now).millis();
    let body = format!("{{\"idle\":{},\"end\":{}}}", left(ctx.live.idle_at), left(ctx.live.ends_at));
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

/// Ends another session, or all others.
pub(crate) async fn end_sessions(
    ctx: Ctx,
    Extension(session): Extension<Session>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeOwnSessions>()?;
    let Some(token) = &session.token else { return Err(Problem::not_found()) };
    let id = if fields.get("others") == "yes" { None } else { Some(fields.get("id")) };
    sign_in_app::sessions::end_own_sessions(&ctx.site.app, permit, &ctx.live, token, id).await?;
    Ok(done("/sessions", "sessions-ended"))
}
