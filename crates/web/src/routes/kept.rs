//! What somebody had typed when their session ended, for them to send after all.

use app::access::SeeOwnSessions;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};

use crate::account::kept::View;
use crate::account::prove;
use crate::answer::shown;
use crate::parts::listing::percent;
use crate::session::{Aside, Ctx, Fields, Problem, sentence};
use crate::shell::Area;

/// Shows it, or goes on to the first page where nothing is kept for this person in this browser.
pub(super) async fn get(ctx: Ctx, headers: HeaderMap) -> Result<Response, Problem> {
    ctx.permit::<SeeOwnSessions>()?;
    let kept = match Aside::Kept.of(&ctx.site, &headers) {
        Some(key) => app::sign_in::kept_form(&ctx.site.app, &key, &ctx.live.owner).await?,
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

/// Ids and digests, which a page put into its form and nobody typed.
fn is_plumbing(value: &str) -> bool {
    value.len() >= 32 && value.chars().all(|c| c.is_ascii_alphanumeric() || "-_=".contains(c))
}

/// Offers the ways to prove that one is there; each leads on to what was kept.
pub(super) async fn prove(ctx: Ctx, headers: HeaderMap) -> Result<Response, Problem> {
    ctx.permit::<SeeOwnSessions>()?;
    let (site, next) = (&ctx.site, percent("/kept"));
    let view = prove::View {
        shell: ctx.shell(Area::Elsewhere, Vec::new()),
        kept: Aside::Kept.of(site, &headers).is_some(),
        directory: site
            .options
            .directory
            .as_ref()
            .map(|_| format!("/sign-in/directory?next={next}&again=yes")),
        passkey: app::sign_in::passkeys_can_be(&site.app).then(|| format!("/sign-in/passkey?next={next}")),
        demo: (!site.options.personas.is_empty()).then(|| format!("/sign-in?next={next}")),
    };
    shown(&view)
}

/// Sends it to where it was going, by way of the browser, or throws it away. A second time there is nothing to send.
pub(super) async fn post(ctx: Ctx, headers: HeaderMap, fields: Fields) -> Result<Response, Problem> {
    ctx.permit::<SeeOwnSessions>()?;
    let send = fields.get("kept-form") == "send";
    let taken = match Aside::Kept.of(&ctx.site, &headers) {
        Some(key) => app::sign_in::take_kept_form(&ctx.site.app, &key, &ctx.live.owner).await?,
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
