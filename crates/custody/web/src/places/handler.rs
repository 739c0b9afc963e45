//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use custody_app::NewPlace;
use domain::PlaceId;
use kernel::access::{ManageRegister, SeeDevices};

use crate::{places, under};
use web_shell::answer::{form_again, shown};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

async fn places_view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> Result<places::View, Problem> {
    let typed = |name: &str| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let may_add = ctx.may::<ManageRegister>();
    let all = custody_app::places(&ctx.site.app, ctx.permit::<SeeDevices>()?, false).await?;
    Ok(places::View {
        shell: under(ctx),
        errors,
        rows: all
            .into_iter()
            .map(|place| places::Row {
                close: if may_add && place.closed_at.is_none() {
                    format!("/places/{}/close", place.id)
                } else {
                    String::new()
                },
                name: place.name,
                kind: place.kind.title(),
                force: place.force,
                closed: place.closed_at,
            })
            .collect(),
        may_add,
        name: typed("name"),
        kind: typed("kind"),
        force: match ctx.actor.force {
            Some(force) if typed("force").is_empty() => force.as_str().to_owned(),
            _ => typed("force"),
        },
        approved_by: typed("approved-by"),
    })
}

/// Shows the stores and workshops.
pub(crate) async fn places(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeDevices>()?;
    shown(&places_view(&ctx, None, Errors::default()).await?)
}

/// Adds a store or workshop.
pub(crate) async fn add_place(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let new = NewPlace {
        force: Ctx::force(fields.get("force")),
        kind: fields.get("kind").parse().ok(),
        name: fields.text("name"),
        approved_by: fields.text("approved-by"),
    };
    match custody_app::add_place(&ctx.site.app, permit, new).await {
        Ok(_) => Ok(done("/places", "place-added")),
        Err(error) => form_again(&places_view(&ctx, Some(&fields), form_errors(error, "name")?).await?),
    }
}

/// Closes a store or workshop.
pub(crate) async fn close_place(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id: PlaceId = id_of(&id)?;
    custody_app::close_place(&ctx.site.app, permit, id).await?;
    Ok(done("/places", "place-closed"))
}
