//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::IncidentId;
use incidents_app::read::{IncidentRead, incident};
use incidents_app::{Answers, Saved, assess};
use kernel::access::{AssessIncidents, SeeCases};

use crate::assess::View;
use crate::questions;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

fn view(ctx: &Ctx, read: &IncidentRead, typed: Option<&Answers>, errors: Errors) -> View {
    let mut shell = ctx.under(Area::Cases);
    let (reference, page) = (format!("C-{}", read.row.number), format!("/incidents/{}", read.row.id));
    shell.crumbs.push(Crumb::new("/incidents", "Security incidents"));
    shell.crumbs.push(Crumb::new(page.clone(), reference.clone()));
    View {
        shell,
        errors,
        href: format!("{page}/assess"),
        reference,
        title: read.row.title.clone(),
        version: read.version,
        questions: questions::questions(&read.assessor, typed),
        is_sent: read.sent.is_some(),
        reporter: questions::pairs(&read.reporter),
        known: questions::known(&read.facts),
    }
}

/// Shows the assessor's half.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<AssessIncidents>()?;
    let read = incident(&ctx.site.app, ctx.permit::<SeeCases>()?, id_of(&id)?).await?;
    if read.assessed.is_some() {
        return Ok(done(&format!("/incidents/{id}"), "assessment-done"));
    }
    shown(&view(&ctx, &read, None, Errors::default()))
}

/// Saves or finishes the assessor's half.
pub(crate) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AssessIncidents>()?;
    let id = id_of::<IncidentId>(&id)?;
    let read = incident(&ctx.site.app, ctx.permit::<SeeCases>()?, id).await?;
    let filled = questions::filled(&read.assessor, &fields);
    let typed = filled.answers.clone();
    let errors = match assess(&ctx.site.app, permit, id, filled).await {
        Ok(Saved::Saved) => return Ok(done(&format!("/incidents/{id}/assess"), "form-saved")),
        Ok(Saved::Sent) => return Ok(done(&format!("/incidents/{id}"), "assessment-done")),
        Ok(Saved::ToMend(faults)) => questions::errors(&faults),
        Err(error) => form_errors(error, "do")?,
    };
    form_again(&view(&ctx, &read, Some(&typed), errors))
}
