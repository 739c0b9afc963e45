//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use cases_app::desk::LiveMatter;
use domain::CaseId;
use kernel::AppError;
use kernel::access::ContactOffDuty;

use crate::call;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of, sentence};

async fn call_view(
    ctx: &Ctx,
    id: CaseId,
    fields: Option<&Fields>,
    errors: Errors,
) -> Result<call::View, Problem> {
    let reference =
        cases_app::desk::case_to_call_for(&ctx.site.app, ctx.permit::<ContactOffDuty>()?, id).await?;
    let typed = |name| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new(format!("/cases/{id}"), format!("C-{reference}")));
    Ok(call::View {
        shell,
        errors,
        href: format!("/cases/{id}/call"),
        reference: format!("C-{reference}"),
        form: match typed("form") {
            form if form.is_empty() => ctx.site.app.world().uuid().to_string(),
            form => form,
        },
        to: typed("to"),
        why: typed("why"),
        message: typed("message"),
    })
}

/// Shows the form that calls somebody out.
pub(crate) async fn call(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<ContactOffDuty>()?;
    let id = id_of(&id)?;
    shown(&call_view(&ctx, id, None, Errors::default()).await?)
}

/// Calls somebody out.
pub(crate) async fn called(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ContactOffDuty>()?;
    let case: CaseId = id_of(&id)?;
    let call = LiveMatter {
        to: fields.text("to"),
        case,
        why: fields.text("why"),
        message: fields.text("message"),
        form: fields.text("form"),
    };
    match cases_app::desk::call_for_live_matter(&ctx.site.app, permit, call).await {
        Ok(_) => Ok(done(&format!("/cases/{case}"), "called")),
        Err(AppError::Invalid { field: "case", message }) => {
            let errors = [("why", sentence(&message))].into_iter().collect();
            form_again(&call_view(&ctx, case, Some(&fields), errors).await?)
        }
        Err(error) => form_again(&call_view(&ctx, case, Some(&fields), form_errors(error, "to")?).await?),
    }
}
