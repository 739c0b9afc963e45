//! Whether somebody has a covert role.

use app::access::{SeeCovert, SeePeople};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::PersonId;

use crate::answer::page;
use crate::parts::form::Errors;
use crate::people::covert::View;
use crate::session::{Ctx, Fields, Problem, form_errors};
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
    let id = id.parse().map_err(|_| Problem::not_found())?;
    Ok(page(StatusCode::OK, &view(&ctx, id).await?))
}

/// The answer, which is a ledger entry of its own. Never kept by a browser: no page is.
pub(super) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<SeeCovert>()?;
    let id = id.parse().map_err(|_| Problem::not_found())?;
    let view = view(&ctx, id).await?;
    match app::read::read_covert(&ctx.site.app, permit, id, fields.get("reason")).await {
        Ok(covert) => {
            let answer = if covert.into_exposed() { "Has a covert role" } else { "Has no covert role" };
            Ok(page(StatusCode::OK, &View { answer: Some(answer), ..view }))
        }
        Err(error) => {
            let errors = form_errors(error, "reason")?;
            let again = View { errors, reason: fields.text("reason"), ..view };
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
    }
}
