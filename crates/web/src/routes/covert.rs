//! Whether somebody has a covert role.

use app::access::{SeeCovert, SeePeople};
use axum::extract::Path;
use axum::response::Response;
use domain::PersonId;

use crate::answer::{form_again, shown};
use crate::parts::form::Errors;
use crate::people::covert::View;
use crate::session::{Ctx, Fields, Problem, form_errors, id_of};
use crate::shell::{Area, Crumb};

async fn view(ctx: &Ctx, id: PersonId) -> Result<View, Problem> {
    let read = app::read::person(&ctx.site.app, ctx.permit::<SeePeople>()?, id).await?;
    let person = Crumb::new(format!("/people/{id}"), read.person.name);
    let mut shell = ctx.under(Area::People);
    shell.crumbs.push(person.clone());
    Ok(View { shell, errors: Errors::default(), person, answer: None, reason: String::new() })
}

/// The question.
pub(super) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeeCovert>()?;
    let id = id_of(&id)?;
    shown(&view(&ctx, id).await?)
}

/// The answer, which is a ledger entry of its own. Never kept by a browser: no page is.
pub(super) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeCovert>()?;
    let id = id_of(&id)?;
    let view = view(&ctx, id).await?;
    match app::read::read_covert(&ctx.site.app, permit, id, fields.get("reason")).await {
        Ok(covert) => {
            let answer = if covert.into_exposed() { "Has a covert role" } else { "Has no covert role" };
            shown(&View { answer: Some(answer), ..view })
        }
        Err(error) => {
            form_again(&View { errors: form_errors(error, "reason")?, reason: fields.text("reason"), ..view })
        }
    }
}
