//! Answers the requests of this page.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::access::AcceptOwn;

use crate::mine::View;
use crate::questions::Typed;
use crate::report::handler::{done, new_form};
use losses_app::report::report_own;
use web_shell::answer::{form_again, page, shown};
use web_shell::frame::Area;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, form_errors};

async fn view(ctx: &Ctx, chosen: &str, typed: Typed, errors: Errors) -> Result<View, Problem> {
    let app = &ctx.site.app;
    let own = losses_app::search::own_devices(app, ctx.permit::<AcceptOwn>()?).await?;
    let first = own.first().map(|fit| fit.device.to_string()).unwrap_or_default();
    let chosen = if chosen.is_empty() { first.as_str() } else { chosen };
    let named: Vec<(String, String)> =
        own.into_iter().map(|fit| (fit.device.to_string(), fit.title)).collect();
    let devices = Choice::list(named.iter().map(|(id, title)| (id.as_str(), title.as_str())), chosen);
    Ok(View {
        shell: ctx.under(Area::Me),
        errors,
        ring: losses_app::ring_now(app, app.world().now()),
        devices,
        typed,
        locks: losses_app::report_locks(app),
    })
}

/// Shows the form.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<AcceptOwn>()?;
    let typed = Typed::empty(new_form(&ctx.site));
    shown(&view(&ctx, ctx.asked("device"), typed, Errors::default()).await?)
}

/// Takes the report in.
pub(crate) async fn post(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    // The field `device` holds the id of a device here, and words about one in the other forms.
    let typed = Typed { device: String::new(), ..Typed::of(&fields) };
    let Ok(device) = fields.get("device").parse() else {
        let errors = [("device", "Choose the device")].into_iter().collect();
        return form_again(&view(&ctx, "", typed, errors).await?);
    };
    let new = match typed.report(ctx.site.app.world().now()) {
        Ok(new) => new,
        Err(errors) => return form_again(&view(&ctx, fields.get("device"), typed, errors).await?),
    };
    match report_own(&ctx.site.app, permit, device, new).await {
        Ok(reported) => {
            let at_once = if losses_app::report_locks(&ctx.site.app) {
                "The order to lock the device is on its way."
            } else {
                ""
            };
            let mut after = done(&ctx.site, None, &reported, at_once);
            after.shell = ctx.under(Area::Me);
            Ok(page(StatusCode::OK, &after))
        }
        Err(error) => {
            let errors = form_errors(error, "device")?;
            let typed = Typed { form: new_form(&ctx.site), ..typed };
            form_again(&view(&ctx, fields.get("device"), typed, errors).await?)
        }
    }
}
