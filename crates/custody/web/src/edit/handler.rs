//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use custody_app::register::{Changed, Particulars, Restated};
use domain::DeviceId;
use kernel::AppError;
use kernel::access::{ManageRegister, SeeDevices};

use crate::edit;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

async fn edit_view(
    ctx: &Ctx,
    id: DeviceId,
    fields: Option<&Fields>,
    errors: Errors,
) -> Result<edit::View, Problem> {
    let app = &ctx.site.app;
    let device = overview_app::device::device(app, ctx.permit::<SeeDevices>()?, id).await?.device;
    let asset = custody_app::read::custody_of(app, ctx.permit::<SeeDevices>()?, id).await?.asset;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let typed = |name: &str, stands: String| fields.map_or(stands, |fields| fields.text(name));
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(Crumb::new(format!("/devices/{id}"), device.serial.clone()));
    Ok(edit::View {
        shell,
        errors,
        href: format!("/devices/{id}"),
        serial: device.serial.clone(),
        class: typed("class", asset.class.as_str().to_owned()),
        held_as: typed("held-as", asset.held_as.as_str().to_owned()),
        asset: typed("asset", text(&device.asset_tag)),
        maker: typed("maker", text(&asset.maker)),
        model: typed("model", text(&device.model)),
        imei: typed("imei", text(&asset.imei)),
        iccid: typed("iccid", text(&asset.iccid)),
        eid: typed("eid", text(&asset.eid)),
        bought: typed("bought", text(&asset.bought_on)),
        standing: asset.standing,
        to: typed("to", String::new()),
        why: typed("why", String::new()),
    })
}

/// Shows the form for a device's particulars.
pub(crate) async fn edit(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<ManageRegister>()?;
    let view = edit_view(&ctx, id_of(&id)?, None, Errors::default()).await?;
    shown(&view)
}

/// Changes a device's particulars.
pub(crate) async fn edited(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = id_of(&id)?;
    let new = Particulars {
        class: fields.get("class").parse().ok(),
        held_as: fields.get("held-as").parse().ok(),
        asset_tag: fields.text("asset"),
        maker: fields.text("maker"),
        model: fields.text("model"),
        imei: fields.text("imei"),
        iccid: fields.text("iccid"),
        eid: fields.text("eid"),
        bought_on: fields.text("bought"),
    };
    match custody_app::register::describe_device(&ctx.site.app, permit, id, new).await {
        Ok(()) => Ok(done(&format!("/devices/{id}"), "device-described")),
        Err(error) => again(&ctx, id, &fields, error, "asset").await,
    }
}

async fn again(
    ctx: &Ctx,
    id: DeviceId,
    fields: &Fields,
    error: AppError,
    otherwise: &str,
) -> Result<Response, Problem> {
    let errors = form_errors(error, otherwise)?;
    // The two forms of the page do not send each other's fields: fields that were not sent are shown with their current values.
    let whole = fields.get("class").is_empty();
    let mut view = edit_view(ctx, id, (!whole).then_some(fields), errors).await?;
    if whole {
        view.to = fields.text("to");
        view.why = fields.text("why");
    }
    form_again(&view)
}

/// Records that a device is out of use, missing or found.
pub(crate) async fn restate(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = id_of(&id)?;
    let to = match fields.get("to") {
        "retired" => Some(Restated::Retired),
        "missing" => Some(Restated::Missing),
        "found" => Some(Restated::Found),
        _ => None,
    };
    let restated = async {
        let to =
            to.ok_or_else(|| AppError::Invalid { field: "to", message: "choose what became of it".into() })?;
        custody_app::register::restate_device(&ctx.site.app, permit, id, to, fields.get("why")).await
    };
    match restated.await {
        Ok(Changed::Done) => Ok(done(&format!("/devices/{id}"), "device-restated")),
        Ok(Changed::Held(_)) => Ok(done(&format!("/devices/{id}"), "held")),
        Err(error) => again(&ctx, id, &fields, error, "to").await,
    }
}
