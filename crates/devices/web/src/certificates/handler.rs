//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use devices_app::enrolment::{CertificateShown, Revoked, certificates_of, revoke_certificates};
use domain::{DeviceId, Timestamp};
use kernel::access::{RevokeCertificates, SeeDevices};

use crate::certificates::{Certificate, View};
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

fn row(shown: CertificateShown, now: Timestamp) -> Certificate {
    let state = match &shown {
        CertificateShown { revoked: Some(_), .. } => ("red", "Revoked"),
        CertificateShown { not_after, .. } if *not_after < now => ("grey", "Expired"),
        CertificateShown { in_use: true, .. } => ("lan-plain", "In use"),
        CertificateShown { is_renewal: true, .. } => ("yellow", "Renewal, not used yet"),
        _ => ("yellow", "Bought with a profile, not used yet"),
    };
    Certificate {
        serial: shown.serial,
        state,
        issued: shown.issued_at,
        until: shown.not_after,
        revoked: shown.revoked,
    }
}

async fn view(ctx: &Ctx, id: DeviceId) -> Result<View, Problem> {
    let app = &ctx.site.app;
    let (device, found) = certificates_of(app, ctx.permit::<RevokeCertificates>()?, id).await?;
    let href = format!("/devices/{id}");
    let mut shell = ctx.under(Area::Devices);
    if ctx.may::<SeeDevices>() {
        shell.crumbs.push(Crumb::new(href.clone(), device.serial.clone()));
    }
    let now = app.world().now();
    Ok(View {
        shell,
        href: format!("{href}/certificates"),
        device: Crumb::new(href, device.serial),
        certificates: found.into_iter().map(|shown| row(shown, now)).collect(),
        errors: Errors::default(),
        reason: String::new(),
    })
}

/// Shows the certificates of a device.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<RevokeCertificates>()?;
    let id = id_of(&id)?;
    shown(&view(&ctx, id).await?)
}

/// Revokes every certificate of the device.
pub(crate) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<RevokeCertificates>()?;
    let id: DeviceId = id_of(&id)?;
    match revoke_certificates(&ctx.site.app, permit, id, fields.get("reason")).await {
        Ok(Revoked::Done(_)) => Ok(done(&format!("/devices/{id}/certificates"), "certificates-revoked")),
        Ok(Revoked::Held(_)) => Ok(done(&format!("/devices/{id}/certificates"), "held")),
        Err(error) => form_again(&View {
            errors: form_errors(error, "reason")?,
            reason: fields.text("reason"),
            ..view(&ctx, id).await?
        }),
    }
}
