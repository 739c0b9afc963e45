//! Answers the requests of this page.

use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::access::SeeOwnSessions;

use crate::kept::View;
use web_shell::answer::shown;
use web_shell::frame::Area;
use web_shell::session::{Aside, Ctx, Fields, Problem, sentence};

/// Shows the saved form, or redirects to the first page if nothing is saved for this person in this browser.
pub(crate) async fn get(ctx: Ctx, headers: HeaderMap) -> Result<Response, Problem> {
    ctx.permit::<SeeOwnSessions>()?;
    let kept = match Aside::Kept.of(&ctx.site, &headers) {
        Some(key) => sign_in_app::kept_form(&ctx.site.app, &key, &ctx.live.owner).await?,
        None => None,
    };
    let Some(kept) = kept else { return Ok(Redirect::to("/").into_response()) };
    let fields = kept.fields.into_exposed();
    let view = View {
        shell: ctx.shell(Area::Elsewhere, Vec::new()),
        path: kept.path,
        shown: fields
            .iter()
            .filter(|(_, value)| !value.trim().is_empty() && !is_plumbing(value))
            .map(|(name, value)| (sentence(&name.replace(['-', '_', '.'], " ")), value.clone()))
            .collect(),
        fields,
        left_out: kept.left_out,
    };
    shown(&view)
}

/// Returns whether a value is an id or a digest, which a page put into its form and nobody typed.
fn is_plumbing(value: &str) -> bool {
    value.len() >= 32 && value.chars().all(|c| c.is_ascii_alphanumeric() || "-_=".contains(c))
}

/// Sends the saved form to its page, through the browser, or discards it. A second time there is nothing to send.
pub(crate) async fn post(ctx: Ctx, headers: HeaderMap, fields: Fields) -> Result<Response, Problem> {
    ctx.permit::<SeeOwnSessions>()?;
    let send = fields.get("kept-form") == "send";
    let taken = match Aside::Kept.of(&ctx.site, &headers) {
        Some(key) => sign_in_app::take_kept_form(&ctx.site.app, &key, &ctx.live.owner).await?,
        None => None,
    };
    let Some(taken) = taken else { return Ok(Redirect::to("/sessions?done=kept-gone").into_response()) };
    let on = if send && !taken.left_out {
        // 307: the browser sends the same fields there, as it would have sent them the first time.
        Redirect::temporary(&taken.path)
    } else {
        Redirect::to("/sessions?done=kept-dropped")
    };
    Ok(([(SET_COOKIE, Aside::Kept.set(&ctx.site, None))], on).into_response())
}

#[cfg(test)]
mod tests {
    use super::is_plumbing;

    #[test]
    fn what_nobody_typed_is_not_shown_to_them() {
        assert!(is_plumbing("0192f0c1-0000-7000-8000-000000000000"));
        assert!(is_plumbing(&"a".repeat(64)));
        assert!(!is_plumbing("Spoke to PC Ames about the phone that is lost") && !is_plumbing("NC-01234"));
    }
}
