//! Answers the requests of this page.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::limits::Door;

use crate::answer::View;
use losses_app::{Answered, CallRead};
use web_shell::answer::page;
use web_shell::frame::Area;
use web_shell::limits;
use web_shell::parts::listing::percent;
use web_shell::session::{Problem, Session, shell};
use web_shell::site::Site;

fn answer(site: &Site, session: &Session, token: &str, call: Option<CallRead>, now: bool) -> Response {
    let status = if call.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let shell = shell(site, session.actor(), Area::Elsewhere);
    page(status, &View { shell, call, href: format!("/calls/{}", percent(token)), now })
}

/// Shows what the link is about. A link of no message counts against the address that it came from.
pub(crate) async fn get(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
    from: limits::From,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let call = losses_app::look_at_link(&site.app, &token).await?;
    if call.is_none() {
        kernel::limits::admit_address(&site.app, Door::Returning, limits::address(from))?;
    }
    Ok(answer(&site, &session, &token, call, false))
}

/// Answers the call.
pub(crate) async fn post(
    State(site): State<Site>,
    Extension(session): Extension<Session>,
    from: limits::From,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let (call, now) = match losses_app::answer_by_link(&site.app, &token).await? {
        Answered::Now(call) => (Some(call), true),
        Answered::Before(call) => (Some(call), false),
        Answered::NoLink => {
            kernel::limits::admit_address(&site.app, Door::Returning, limits::address(from))?;
            (None, false)
        }
    };
    Ok(answer(&site, &session, &token, call, now))
}
