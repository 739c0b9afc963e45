//! Answers the requests of this page.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::access::AcceptOwn;

use crate::ask::handler::new_form;
use crate::fault_own::{Done, View, kinds};
use crate::own::handler::own_devices;
use help_app::faults::{NewFault, at_once, report_own_fault};
use web_shell::answer::{form_again, page, shown};
use web_shell::frame::Area;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, form_errors};

async fn view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> Result<View, Problem> {
    let typed = |name| fields.map_or("", |fields| fields.get(name));
    Ok(View {
        shell: ctx.under(Area::Me),
        errors,
        ring: losses_app::ring_now(&ctx.site.app, ctx.site.app.world().now()),
        devices: own_devices(ctx, typed("device")).await?,
        kinds: kinds(typed("kind")),
        says: typed("says").to_owned(),
        form: new_form(&ctx.site),
    })
}

/// Shows the form.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<AcceptOwn>()?;
    shown(&view(&ctx, None, Errors::default()).await?)
}

/// Takes the report in, and says what to do at once.
pub(crate) async fn post(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AcceptOwn>()?;
    let mut errors = Errors::default();
    let Ok(device) = fields.get("device").parse() else {
        errors.add("device", "Choose the device");
        return form_again(&view(&ctx, Some(&fields), errors).await?);
    };
    let Ok(kind) = fields.get("kind").parse() else {
        errors.add("kind", "Choose what is wrong");
        return form_again(&view(&ctx, Some(&fields), errors).await?);
    };
    let new = NewFault { device, kind, says: fields.text("says"), form: fields.text("form") };
    match report_own_fault(&ctx.site.app, permit, new).await {
        Ok(reported) => Ok(page(
            StatusCode::OK,
            &Done {
                shell: ctx.under(Area::Me),
                reference: format!("C-{}", reported.number),
                at_once: at_once(reported.kind),
                ring: losses_app::ring_now(&ctx.site.app, ctx.site.app.world().now()),
            },
        )),
        Err(error) => {
            let errors = form_errors(error, "device")?;
            form_again(&view(&ctx, Some(&fields), errors).await?)
        }
    }
}
