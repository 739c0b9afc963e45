//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use devices_app::holds::NewHold;
use domain::{DeviceId, HoldId};
use kernel::access::{PlaceHolds, SeeDevices};

use crate::holds;
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

pub(crate) fn new_hold(fields: &Fields) -> NewHold {
    NewHold { reference: fields.text("reference"), why: fields.text("why") }
}

async fn view(ctx: &Ctx, id: DeviceId) -> Result<holds::View, Problem> {
    let (device, found) =
        devices_app::holds::holds_on(&ctx.site.app, ctx.permit::<PlaceHolds>()?, id).await?;
    let href = format!("/devices/{id}");
    let mut shell = ctx.under(Area::Devices);
    if ctx.may::<SeeDevices>() {
        shell.crumbs.push(Crumb::new(href.clone(), device.serial.clone()));
    }
    Ok(holds::View {
        shell,
        href: format!("{href}/holds"),
        device: Crumb::new(href, device.serial),
        holds: found
            .into_iter()
            .map(|hold| holds::Hold {
                id: hold.id.to_string(),
                reference: hold.reference,
                why: hold.why,
                placed: (hold.placed_at, hold.placed_by),
                ended: hold.ended,
            })
            .collect(),
        errors: Errors::default(),
        reference: String::new(),
        why: String::new(),
    })
}

/// Shows the legal holds on a device.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<PlaceHolds>()?;
    let id = id_of(&id)?;
    shown(&view(&ctx, id).await?)
}

/// Places a legal hold, or ends the one that the form names.
pub(crate) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<PlaceHolds>()?;
    let id: DeviceId = id_of(&id)?;
    let href = format!("/devices/{id}/holds");
    let app = &ctx.site.app;
    let ended = match fields.some("hold") {
        Some(hold) => {
            let hold: HoldId = id_of(&hold)?;
            devices_app::holds::end_hold(app, permit, hold, fields.get("ended")).await.map(|_| "hold-ended")
        }
        None => {
            devices_app::holds::place_hold(app, permit, id, new_hold(&fields)).await.map(|()| "hold-placed")
        }
    };
    match ended {
        Ok(notice) => Ok(done(&href, notice)),
        Err(error) => {
            let errors = form_errors(error, "reference")?;
            let errors = match fields.some("hold") {
                Some(hold) => errors.all().iter().map(|e| (format!("end-{hold}"), e.text.clone())).collect(),
                None => errors,
            };
            form_again(&holds::View {
                errors,
                reference: fields.text("reference"),
                why: fields.text("why"),
                ..view(&ctx, id).await?
            })
        }
    }
}
