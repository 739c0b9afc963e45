//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::RotaId;
use duty_app::rota::{self, Kept, NewRota};
use kernel::access::ManageDuty;
use web_shell::answer::{form_again, shown};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

use crate::rota::handler::form;
use crate::rota_form::{Typed, View};
use crate::rota_gaps;
use crate::rota_layer::handler::{new_layer, typed as typed_layer};
use crate::rotas::handler::shell;

const ADD: &str = "/duty/rotas/add";

fn typed(fields: &Fields) -> Typed {
    Typed {
        force: fields.text("force"),
        name: fields.text("name"),
        role: fields.text("role"),
        place: fields.text("place"),
        hours: fields.text("hours"),
        owner: fields.text("owner"),
        layer: typed_layer(fields),
    }
}

fn new_rota(fields: &Fields) -> NewRota {
    NewRota {
        force: Ctx::force(fields.get("force")),
        name: fields.text("name"),
        role: fields.text("role"),
        place: fields.text("place"),
        hours: fields.text("hours"),
        owner: fields.text("owner"),
    }
}

fn view(ctx: &Ctx, href: String, version: Option<i64>, typed: Typed) -> View {
    View { shell: shell(ctx, None), errors: Errors::default(), href, version, typed }
}

/// Shows the form for a new rota.
pub(crate) async fn add(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageDuty>()?;
    let force = ctx.actor.force.map(|force| force.as_str().to_owned()).unwrap_or_default();
    let layer = crate::rota_layer::Typed { turn: "1".into(), unit: "weeks".into(), ..Default::default() };
    shown(&view(&ctx, ADD.into(), None, Typed { force, layer, place: "1".into(), ..Typed::default() }))
}

/// Adds a rota.
pub(crate) async fn added(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let first = rota::NewLayer { name: "First layer".into(), ..new_layer(&fields) };
    match rota::add_rota(&ctx.site.app, permit, new_rota(&fields), first, fields.text("seen")).await {
        Ok(Kept::Made(id)) => Ok(done(&format!("/duty/rotas/{id}"), "rota-kept")),
        Ok(Kept::WouldLeave(gaps)) => {
            let sent = rota_gaps::Sent { fields: &fields, gaps: &gaps };
            rota_gaps::shown_first(shell(&ctx, None), ADD, "/duty/rotas", sent)
        }
        Err(error) => {
            let errors = form_errors(error, "name")?;
            form_again(&View { errors, ..view(&ctx, ADD.into(), None, typed(&fields)) })
        }
    }
}

/// Shows the form for a change of a rota.
pub(crate) async fn change(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: RotaId = id_of(&id)?;
    let (row, owner) = rota::rota_to_change(&ctx.site.app, ctx.permit::<ManageDuty>()?, id).await?;
    let typed = Typed {
        force: row.force.as_str().to_owned(),
        name: row.name,
        role: row.role,
        place: row.place.to_string(),
        hours: row.hours,
        owner,
        layer: crate::rota_layer::Typed::default(),
    };
    shown(&view(&ctx, format!("/duty/rotas/{id}/change"), Some(row.version), typed))
}

/// Changes a rota. A stale form is shown again with the current version and the values typed.
pub(crate) async fn changed(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageDuty>()?;
    let id: RotaId = id_of(&id)?;
    let (href, back) = (format!("/duty/rotas/{id}/change"), format!("/duty/rotas/{id}"));
    match rota::change_rota(&ctx.site.app, permit, form(id, &fields), new_rota(&fields)).await {
        Ok(Kept::Made(())) => Ok(done(&back, "rota-kept")),
        Ok(Kept::WouldLeave(gaps)) => {
            let sent = rota_gaps::Sent { fields: &fields, gaps: &gaps };
            rota_gaps::shown_first(shell(&ctx, None), &href, &back, sent)
        }
        Err(error) => {
            let errors = form_errors(error, "name")?;
            let (row, _) = rota::rota_to_change(&ctx.site.app, ctx.permit::<ManageDuty>()?, id).await?;
            form_again(&View { errors, ..view(&ctx, href, Some(row.version), typed(&fields)) })
        }
    }
}
