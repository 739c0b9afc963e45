//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::DeviceId;
use kernel::access::EnrolDevices;

use crate::enrol;
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::frame::{Area, Crumb};
use web_shell::links::{clause_crumb, named};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, id_of};

/// Shows whether a device may enrol, and the button for it.
pub(crate) async fn enrol(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<EnrolDevices>()?;
    let id: DeviceId = id_of(&id)?;
    shown(&enrol_view(&ctx, id, Errors::default()).await?)
}

async fn enrol_view(ctx: &Ctx, id: DeviceId, errors: Errors) -> Result<enrol::View, Problem> {
    let permit = ctx.permit::<EnrolDevices>()?;
    let read = overview_app::people::enrolling(&ctx.site.app, permit, id).await?;
    let href = format!("/devices/{id}");
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(Crumb::new(href.clone(), read.device.serial.clone()));
    let obstacles = read.obstacle.into_iter().map(|(text, clause)| enrol::Obstacle {
        text: web_shell::session::sentence(&text),
        clause: clause.map(|clause| clause_crumb(clause.as_str())),
    });
    Ok(enrol::View {
        shell,
        href,
        asset: read.device.asset_tag.unwrap_or_else(|| read.device.serial.clone()),
        serial: read.device.serial,
        holder: read.holder.as_ref().map(|holder| named(&holder.name, &holder.number)).unwrap_or_default(),
        obstacles: obstacles.collect(),
        lifetime: format::span(ctx.site.app.config().challenge_lifetime),
        steps: read.steps,
        enrolled: read.enrolled_at,
        errors,
    })
}

/// Makes an enrolment profile and returns it as a file, once. For a device under management only if the form confirms it.
pub(crate) async fn enrolled(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<EnrolDevices>()?;
    let id: DeviceId = id_of(&id)?;
    let read = overview_app::people::enrolling(&ctx.site.app, ctx.permit::<EnrolDevices>()?, id).await?;
    let (app, serial) = (&ctx.site.app, &read.device.serial);
    let confirmed = !fields.get("replace").is_empty();
    if read.enrolled_at.is_some() && !confirmed {
        let errors = [("replace", "Confirm that the enrolment is to be replaced")].into_iter().collect();
        return form_again(&enrol_view(&ctx, id, errors).await?);
    }
    let file = if confirmed {
        devices_app::enrolment::make_replacing_profile(app, permit, serial, true).await?
    } else {
        devices_app::enrolment::make_enrolment_profile(app, permit, serial, true).await?
    };
    // A serial number is letters and digits, so the name is safe in a header.
    let disposition = format!("attachment; filename=\"{}\"", file.file_name);
    let headers = [(CONTENT_TYPE, file.media_type.to_owned()), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, file.bytes.into_exposed()).into_response())
}
