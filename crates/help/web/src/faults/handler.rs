//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::ManageCases;

use crate::ask::handler::new_form;
use crate::fault_own::kinds;
use crate::faults::{PATH, View};
use crate::find::found;
use help_app::faults::{NewFault, report_fault};
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

async fn view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> Result<View, Problem> {
    let typed = |name| fields.map_or("", |fields| fields.get(name));
    let chosen = if fields.is_some() { typed("device") } else { ctx.asked("device") };
    Ok(View {
        shell: ctx.under(Area::Cases),
        errors,
        found: found(ctx, PATH, chosen).await?,
        kinds: kinds(typed("kind")),
        says: typed("says").to_owned(),
        form: new_form(&ctx.site),
    })
}

/// Shows the search, and the form for the device that was chosen.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageCases>()?;
    shown(&view(&ctx, None, Errors::default()).await?)
}

/// Takes the report in.
pub(crate) async fn post(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let (Ok(device), Ok(kind)) = (fields.get("device").parse(), fields.get("kind").parse()) else {
        let errors = [("kind", "Find the device first, then choose what is wrong")].into_iter().collect();
        return form_again(&view(&ctx, Some(&fields), errors).await?);
    };
    let new = NewFault { device, kind, says: fields.text("says"), form: fields.text("form") };
    match report_fault(&ctx.site.app, permit, new).await {
        Ok(reported) => Ok(done(&format!("/help/faults/{}", reported.case), "fault-reported")),
        Err(error) => {
            let errors = form_errors(error, "kind")?;
            form_again(&view(&ctx, Some(&fields), errors).await?)
        }
    }
}
