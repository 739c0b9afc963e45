//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::{DeviceId, LossId};
use kernel::access::{CommandDevices, ManageCases, SeeCases};

use crate::device::View;
use crate::telephone::handler::fit;
use losses_app::search::{find_devices, fits_of_loss, one_device};
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

async fn view(ctx: &Ctx, id: LossId, chosen: &str, errors: Errors) -> Result<View, Problem> {
    let (app, search) = (&ctx.site.app, ctx.asked("q").to_owned());
    let read = losses_app::read::loss(app, ctx.permit::<SeeCases>()?, id).await?;
    let href = format!("/losses/{id}/device");
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new("/losses", "Losses"));
    shell.crumbs.push(Crumb::new(format!("/losses/{id}"), read.open.reference.clone()));
    let chosen = match chosen.parse::<DeviceId>() {
        Ok(device) => one_device(app, ctx.permit::<ManageCases>()?, device).await?,
        Err(_) => None,
    };
    let fits = match &chosen {
        Some(_) => Vec::new(),
        None if search.is_empty() => fits_of_loss(app, ctx.permit::<ManageCases>()?, id).await?,
        None => find_devices(app, ctx.permit::<ManageCases>()?, &search).await?,
    };
    Ok(View {
        shell,
        errors,
        reference: read.open.reference,
        wrong: if read.device.is_some() { read.open.title } else { String::new() },
        fits: fits.into_iter().map(|found| fit(found, &href, &search)).collect(),
        chosen: chosen.map(|found| fit(found, &href, &search)).unwrap_or_default(),
        href,
        search,
        reason: String::new(),
    })
}

/// Shows the search, and the form for the device that was chosen.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<CommandDevices>()?;
    shown(&view(&ctx, id_of(&id)?, ctx.asked("device"), Errors::default()).await?)
}

async fn again(ctx: &Ctx, id: LossId, fields: &Fields, errors: Errors) -> Result<Response, Problem> {
    let view = view(ctx, id, fields.get("chosen"), errors).await?;
    form_again(&View { reason: fields.text("reason"), ..view })
}

/// Puts the device right, and locks the right one where that is ticked.
pub(crate) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<CommandDevices>()?;
    let id: LossId = id_of(&id)?;
    let Ok(right) = fields.get("chosen").parse::<DeviceId>() else {
        let errors = [("q", "Find the right device and choose it")].into_iter().collect();
        return again(&ctx, id, &fields, errors).await;
    };
    let app = &ctx.site.app;
    if let Err(error) = losses_app::put_right(app, permit, id, right, fields.get("reason")).await {
        return again(&ctx, id, &fields, form_errors(error, "reason")?).await;
    }
    let page = format!("/losses/{id}");
    if fields.get("lock") == "yes" {
        // It is put right, whatever keeps the right device from being locked: the page of the loss says what that is.
        let ordered = losses_app::contain::contain(app, ctx.permit::<CommandDevices>()?, id).await;
        return Ok(done(
            &page,
            if ordered.is_ok() { "loss-put-right-locked" } else { "loss-put-right-open" },
        ));
    }
    Ok(done(&page, "loss-put-right"))
}
