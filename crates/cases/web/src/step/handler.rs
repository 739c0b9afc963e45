//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::{CaseId, StepId};
use kernel::AppError;
use kernel::access::ManageCases;

use crate::step::{Form, View};
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, sentence};

fn ids(case: &str, step: &str) -> Result<(CaseId, StepId), Problem> {
    let not_found = |_| Problem::not_found();
    Ok((case.parse().map_err(not_found)?, step.parse().map_err(not_found)?))
}

async fn view(ctx: &Ctx, case: CaseId, id: StepId) -> Result<View, Problem> {
    let (number, read) =
        cases_app::read::case_step(&ctx.site.app, ctx.permit::<ManageCases>()?, case, id).await?;
    let reference = format!("C-{number}");
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new(format!("/cases/{case}"), reference.clone()));
    Ok(View {
        shell,
        href: format!("/cases/{case}/steps/{id}"),
        reference,
        title: read.step.title.clone(),
        who: read.who.clone(),
        due: read.step.due_at,
        form: match read.step.proof_kind.as_str() {
            "note" => Form::Note,
            "receipt" if !read.step.item.is_empty() => Form::Missing,
            _ => Form::Elsewhere,
        },
        errors: Errors::default(),
        proof: String::new(),
    })
}

/// Shows one step of a case.
pub(crate) async fn get(ctx: Ctx, Path((case, step)): Path<(String, String)>) -> Result<Response, Problem> {
    ctx.permit::<ManageCases>()?;
    let (case, step) = ids(&case, &step)?;
    shown(&view(&ctx, case, step).await?)
}

/// Ends the step: it is done, or the thing is missing.
pub(crate) async fn post(
    ctx: Ctx,
    Path((case, step)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let (case, step) = ids(&case, &step)?;
    let (app, proof) = (&ctx.site.app, fields.get("proof"));
    let ended = match fields.get("what") {
        "missing" => cases_app::item_missing(app, permit, case, step, proof).await.map(|_| "missing"),
        _ => cases_app::do_step(app, permit, case, step, proof).await.map(|()| "step-done"),
    };
    match ended {
        Ok(notice) => Ok(done(&format!("/cases/{case}"), notice)),
        Err(AppError::Invalid { message, .. }) => {
            let errors = [("proof", sentence(&message))].into_iter().collect();
            form_again(&View { errors, proof: fields.text("proof"), ..view(&ctx, case, step).await? })
        }
        Err(error) => Err(error.into()),
    }
}
