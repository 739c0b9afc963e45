//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::RotaId;
use duty_app::rota::{self, Kept, NewOverride};
use kernel::access::ManageDuty;
use web_shell::answer::{form_again, shown};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

use crate::rota::handler::form;
use crate::rota_gaps;
use crate::rota_override::{Typed, View};
use crate::rotas::handler::shell;

async fn view(ctx: &Ctx, id: RotaId, typed: Typed) -> Result<View, Problem> {
    let (row, _) = rota::rota_to_change(&ctx.site.app, ctx.permit::<ManageDuty>()?, id).await?;
    let shell = shell(ctx, Some((id, &row.name)));
    Ok(View { shell, errors: Errors::default(), href: format!("/duty/rotas/{id}/override"), typed })
}

/// Shows the form.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let typed = Typed { kind: "replace".into(), ..Typed::default() };
    shown(&view(&ctx, id_of(&id)?, typed).await?)
}

/// Overrides the rota.
pub(crate) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let id: RotaId = id_of(&id)?;
    let typed = Typed {
        kind: fields.text("kind"),
        person: fields.text("person"),
        with: fields.text("with"),
        start: fields.text("start"),
        end: fields.text("end"),
        reason: fields.text("reason"),
    };
    let new = NewOverride {
        kind: typed.kind.clone(),
        person: typed.person.clone(),
        with: typed.with.clone(),
        start: typed.start.clone(),
        end: typed.end.clone(),
        reason: typed.reason.clone(),
    };
    match rota::override_rota(&ctx.site.app, permit, form(id, &fields), new).await {
        Ok(Kept::Made(_)) => Ok(done(&format!("/duty/rotas/{id}"), "rota-kept")),
        Ok(Kept::WouldLeave(gaps)) => {
            let (href, back) = (format!("/duty/rotas/{id}/override"), format!("/duty/rotas/{id}"));
            rota_gaps::shown_first(
                shell(&ctx, None),
                &href,
                &back,
                rota_gaps::Sent { fields: &fields, gaps: &gaps },
            )
        }
        Err(error) => {
            let errors = form_errors(error, "kind")?;
            form_again(&View { errors, ..view(&ctx, id, typed).await? })
        }
    }
}
