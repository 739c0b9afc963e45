//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use devices_app::holds::HoldDecision;
use domain::{CaseId, StepId};
use kernel::access::PlaceHolds;

use crate::hold_step;
use crate::holds::handler::new_hold;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

async fn decision(ctx: &Ctx, case: CaseId, step: StepId) -> Result<hold_step::View, Problem> {
    let (number, read) =
        devices_app::holds::hold_step(&ctx.site.app, ctx.permit::<PlaceHolds>()?, case, step).await?;
    let reference = format!("C-{number}");
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new(format!("/cases/{case}"), reference.clone()));
    Ok(hold_step::View {
        shell,
        href: format!("/cases/{case}/steps/{step}/hold"),
        reference_of_case: reference,
        title: read.step.title.clone(),
        due: read.step.due_at,
        errors: Errors::default(),
        decision: String::new(),
        reference: String::new(),
        why: String::new(),
    })
}

fn ids(case: &str, step: &str) -> Result<(CaseId, StepId), Problem> {
    let not_found = |_| Problem::not_found();
    Ok((case.parse().map_err(not_found)?, step.parse().map_err(not_found)?))
}

/// Shows the form for the decision whether things are held for an investigation.
pub(crate) async fn decide(
    ctx: Ctx,
    Path((case, step)): Path<(String, String)>,
) -> Result<Response, Problem> {
    ctx.permit::<PlaceHolds>()?;
    let (case, step) = ids(&case, &step)?;
    shown(&decision(&ctx, case, step).await?)
}

/// Records the decision.
pub(crate) async fn decided(
    ctx: Ctx,
    Path((case, step)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<PlaceHolds>()?;
    let (case, step) = ids(&case, &step)?;
    let hold = match fields.get("decision") {
        "hold" => Some(true),
        "none" => Some(false),
        _ => None,
    };
    let errors = match hold {
        None => [("decision", "Choose whether the devices are held")].into_iter().collect(),
        Some(hold) => {
            let decided = HoldDecision { hold, new: new_hold(&fields) };
            match devices_app::holds::decide_hold(&ctx.site.app, permit, case, step, decided).await {
                Ok(()) => return Ok(done(&format!("/cases/{case}"), "step-done")),
                Err(error @ kernel::AppError::Invalid { .. }) => form_errors(error, "why")?,
                Err(other) => return Err(other.into()),
            }
        }
    };
    form_again(&hold_step::View {
        errors,
        decision: fields.text("decision"),
        reference: fields.text("reference"),
        why: fields.text("why"),
        ..decision(&ctx, case, step).await?
    })
}
