//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ResetId;
use kernel::access::VouchIdentity;

use crate::vouch::View;
use help_app::resets::{Vouch, vouch_for, vouching};
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::links::named;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

async fn view(ctx: &Ctx, id: ResetId, how: String, errors: Errors) -> Result<View, Problem> {
    let (person, title) = vouching(&ctx.site.app, ctx.permit_within::<VouchIdentity>()?, id).await?;
    Ok(View {
        shell: ctx.under(Area::Me),
        errors,
        href: format!("/help/vouch/{id}"),
        person: named(&person.name, &person.number),
        title,
        how,
    })
}

/// Shows the question.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit_within::<VouchIdentity>()?;
    shown(&view(&ctx, id_of(&id)?, String::new(), Errors::default()).await?)
}

/// Takes the answer.
pub(crate) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<VouchIdentity>()?;
    let id: ResetId = id_of(&id)?;
    let is_them = match fields.get("them") {
        "yes" => true,
        "no" => false,
        _ => {
            let why = "Choose one of the two buttons. Nothing was changed.";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why));
        }
    };
    match vouch_for(&ctx.site.app, permit, id, Vouch { is_them, how: fields.text("how") }).await {
        Ok(()) => Ok(done("/me", if is_them { "vouched" } else { "not-vouched" })),
        Err(error) => {
            let errors = form_errors(error, "how")?;
            form_again(&view(&ctx, id, fields.text("how"), errors).await?)
        }
    }
}
