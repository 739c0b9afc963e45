//! Answers the requests of this page.

use axum::response::Response;
use custody_app::register::NewDevice;
use domain::Force;
use kernel::access::ManageRegister;

use crate::add;
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

fn add_view(ctx: &Ctx, fields: Option<&Fields>, errors: Errors) -> add::View {
    let typed = |name| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let kind = typed("kind");
    add::View {
        shell: ctx.under(Area::Devices),
        errors,
        asset: typed("asset"),
        serial: typed("serial"),
        kind: if kind.is_empty() { "iphone".into() } else { kind },
        force: match ctx.actor.force {
            Some(force) if typed("force").is_empty() => force.as_str().to_owned(),
            _ => typed("force"),
        },
        holder: typed("holder"),
    }
}

/// Shows the form for a new device of the register.
pub(crate) async fn add(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageRegister>()?;
    shown(&add_view(&ctx, None, Errors::default()))
}

/// Adds a device to the register.
pub(crate) async fn added(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let mut errors = Errors::default();
    let kind = fields.get("kind").parse().map_err(|_| errors.add("kind", "Choose what it is")).ok();
    let force = fields
        .get("force")
        .parse::<Force>()
        .map_err(|_| errors.add("force", "Choose the force that owns it"))
        .ok();
    let (Some(kind), Some(force)) = (kind, force) else {
        return form_again(&add_view(&ctx, Some(&fields), errors));
    };
    let app = &ctx.site.app;
    let entered = async {
        let holder = match fields.some("holder") {
            Some(number) => Some(overview_app::people::holder_by_number(app, &permit, force, &number).await?),
            None => None,
        };
        let (serial, asset_tag) = (fields.text("serial"), fields.some("asset"));
        custody_app::register::add_device(app, permit, NewDevice { serial, kind, force, holder, asset_tag })
            .await
    };
    match entered.await {
        Ok(id) => Ok(done(&format!("/devices/{id}"), "device-added")),
        Err(error) => form_again(&add_view(&ctx, Some(&fields), form_errors(error, "serial")?)),
    }
}
