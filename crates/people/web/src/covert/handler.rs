//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::PersonId;
use kernel::access::{SeeCovert, SeePeople};

use crate::covert::View;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, form_errors, id_of};

async fn view(ctx: &Ctx, id: PersonId) -> Result<View, Problem> {
    let read = overview_app::people::person(&ctx.site.app, ctx.permit::<SeePeople>()?, id).await?;
    let person = Crumb::new(format!("/people/{id}"), read.person.name);
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(person.clone());
    Ok(View { shell, errors: Errors::default(), person, answer: None, reason: String::new() })
}

/// Shows the form that asks for a reason.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeeCovert>()?;
    let id = id_of(&id)?;
    shown(&view(&ctx, id).await?)
}

/// Shows the answer, which is recorded as a ledger entry. Browsers do not cache it, as no page may be cached.
pub(crate) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeCovert>()?;
    let id = id_of(&id)?;
    let view = view(&ctx, id).await?;
    match overview_app::sensitive::read_covert(&ctx.site.app, permit, id, fields.get("reason")).await {
        Ok(covert) => {
            let answer = if covert.into_exposed() { "Has a covert role" } else { "Has no covert role" };
            shown(&View { answer: Some(answer), ..view })
        }
        Err(error) => {
            form_again(&View { errors: form_errors(error, "reason")?, reason: fields.text("reason"), ..view })
        }
    }
}
