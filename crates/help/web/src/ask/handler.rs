//! Answers the requests of this page.

use axum::response::Response;
use domain::ResetCame;
use kernel::access::AskReset;

use crate::ask::{PATH, View, causes, ways};
use crate::find::found;
use help_app::resets::{NewReset, ask_reset_at_desk};
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};
use web_shell::site::Site;

/// Returns a new random text for a form.
pub(crate) fn new_form(site: &Site) -> String {
    kernel::digest_hex(&site.app.world().bytes::<16>())
}

async fn view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> Result<View, Problem> {
    let typed = |name| fields.map_or("", |fields| fields.get(name));
    let chosen = if fields.is_some() { typed("device") } else { ctx.asked("device") };
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new("/help/passwords", "Passwords"));
    Ok(View {
        shell,
        errors,
        found: found(ctx, PATH, chosen).await?,
        form: new_form(&ctx.site),
        causes: causes(typed("cause")),
        ways: ways(typed("came")),
    })
}

/// Shows the search, and the form for the device that was chosen.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<AskReset>()?;
    shown(&view(&ctx, None, Errors::default()).await?)
}

/// Opens the request, or leads to the one that is open.
pub(crate) async fn post(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AskReset>()?;
    let mut errors = Errors::default();
    let (Ok(device), Ok(cause)) = (fields.get("device").parse(), fields.get("cause").parse()) else {
        errors.add("cause", "Find the device first, then choose what it is about");
        return form_again(&view(&ctx, Some(&fields), errors).await?);
    };
    let Ok(came) = fields.get("came").parse::<ResetCame>() else {
        errors.add("came", "Choose whether they ring or stand before you");
        return form_again(&view(&ctx, Some(&fields), errors).await?);
    };
    let new = NewReset { device, cause, came, form: fields.text("form") };
    match ask_reset_at_desk(&ctx.site.app, permit, new).await {
        Ok(id) => Ok(done(&format!("/help/passwords/{id}"), "reset-opened")),
        Err(error) => {
            let errors = form_errors(error, "cause")?;
            form_again(&view(&ctx, Some(&fields), errors).await?)
        }
    }
}
