//! The calendar of one person's own shifts on call, for their calendar program: whoever has its address reads it without a sign-in.
//!
//! The address holds a secret. The log names the pattern of a route and never the path that was asked for.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::limits::Door;
use web_shell::limits;
use web_shell::session::Problem;
use web_shell::site::Site;

/// Answers a calendar program. A wrong or withdrawn address is not found, and counts against the network address that asked.
pub(crate) async fn get(
    State(site): State<Site>,
    from: limits::From,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let Some(calendar) = duty_app::rota::calendar_at(&site.app, &token).await? else {
        kernel::limits::admit_address(&site.app, Door::Calendar, limits::address(from))?;
        return Err(Problem::not_found());
    };
    let headers = [(CONTENT_TYPE, "text/calendar; charset=utf-8"), (CACHE_CONTROL, "private")];
    Ok((headers, calendar).into_response())
}
