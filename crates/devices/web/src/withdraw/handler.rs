//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use devices_app::withdrawals::Withdrawn;
use domain::DeviceId;
use kernel::access::{CommandDevices, WithdrawDevices};

use crate::withdraw;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

async fn order(ctx: &Ctx, id: DeviceId) -> Result<withdraw::View, Problem> {
    let (device, holder) =
        devices_app::withdrawals::withdrawing(&ctx.site.app, ctx.permit::<WithdrawDevices>()?, id).await?;
    let href = format!("/devices/{id}");
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(Crumb::new(href.clone(), device.serial.clone()));
    Ok(withdraw::View {
        shell,
        href: format!("{href}/withdraw"),
        device: Crumb::new(href, device.serial),
        holder: holder.map(|holder| holder.name).unwrap_or_default(),
        may_lock: ctx.may::<CommandDevices>(),
        errors: Errors::default(),
        why: String::new(),
        lock: false,
    })
}

/// Shows the form for the order to take a device back.
pub(crate) async fn withdraw(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<WithdrawDevices>()?;
    let id = id_of(&id)?;
    shown(&order(&ctx, id).await?)
}

/// Gives the order to take a device back.
pub(crate) async fn withdrawn(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<WithdrawDevices>()?;
    let id: DeviceId = id_of(&id)?;
    let lock = if fields.get("lock") == "yes" { Some(ctx.permit::<CommandDevices>()?) } else { None };
    match devices_app::withdrawals::withdraw(&ctx.site.app, permit, id, fields.get("why"), lock).await {
        Ok(Withdrawn::Ordered { case, not_locked }) => {
            let notice = if not_locked.is_some() { "withdrawn-not-locked" } else { "withdrawn" };
            Ok(done(&format!("/cases/{case}"), notice))
        }
        Ok(Withdrawn::Held(_)) => Ok(done(&format!("/devices/{id}"), "held")),
        Err(error) => form_again(&withdraw::View {
            errors: form_errors(error, "why")?,
            why: fields.text("why"),
            lock: fields.get("lock") == "yes",
            ..order(&ctx, id).await?
        }),
    }
}
