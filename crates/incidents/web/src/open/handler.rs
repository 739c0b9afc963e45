//! Answers the requests of this page.

use axum::response::Response;
use incidents_app::{NewIncident, open_by_hand};
use kernel::access::AssessIncidents;

use crate::open::View;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::choices;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

fn view(ctx: &Ctx, force: &str) -> View {
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new("/incidents", "Security incidents"));
    View {
        forces: choices::forces(&shell, force),
        shell,
        errors: Errors::default(),
        once: ctx.site.app.world().uuid().to_string(),
        title: String::new(),
        number: String::new(),
    }
}

/// Shows the form.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<AssessIncidents>()?;
    shown(&view(&ctx, ""))
}

/// Opens the incident.
pub(crate) async fn post(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AssessIncidents>()?;
    let new = NewIncident {
        force: Ctx::force(fields.get("force")),
        title: fields.text("title"),
        number: fields.text("number"),
        once: fields.text("form"),
    };
    match open_by_hand(&ctx.site.app, permit, new).await {
        Ok(id) => Ok(done(&format!("/incidents/{id}"), "incident-opened")),
        Err(error) => form_again(&View {
            errors: form_errors(error, "title")?,
            title: fields.text("title"),
            number: fields.text("number"),
            ..view(&ctx, fields.get("force"))
        }),
    }
}
