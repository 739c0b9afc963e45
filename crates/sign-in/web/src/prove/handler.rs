//! Answers the requests of this page.

use axum::http::HeaderMap;
use axum::response::Response;
use kernel::access::SeeOwnSessions;

use crate::prove;
use web_shell::answer::shown;
use web_shell::frame::Area;
use web_shell::parts::listing::percent;
use web_shell::session::{Aside, Ctx, Problem};

/// Offers the ways to prove that the person is present; each leads on to the saved form.
pub(crate) async fn prove(ctx: Ctx, headers: HeaderMap) -> Result<Response, Problem> {
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
        passkey: sign_in_app::passkeys_can_be(&site.app).then(|| format!("/sign-in/passkey?next={next}")),
        demo: (!site.options.personas.is_empty()).then(|| format!("/sign-in?next={next}")),
    };
    shown(&view)
}
