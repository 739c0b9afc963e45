//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::{CaseId, FaultKind};
use kernel::AppError;
use kernel::access::{CommandDevices, ManageCases, ManageRegister, SeeCases};

use crate::fault::{Restriction, View};
use help_app::faults::{self, Progress, Restricted};
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::frame::{Area, Crumb};
use web_shell::links::case_crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

async fn view(ctx: &Ctx, id: CaseId, reason: String, errors: Errors) -> Result<View, Problem> {
    let read = faults::fault(&ctx.site.app, ctx.permit::<SeeCases>()?, id).await?;
    Ok(View {
        shell: ctx.under(Area::Cases),
        errors,
        href: format!("/help/faults/{id}"),
        title: read.title,
        case: case_crumb(id, read.number),
        device: Crumb::new(format!("/devices/{}", read.device), "the page of the device"),
        hand_over: if ctx.may::<ManageRegister>() {
            format!("/custody/new?kind=repair&device={}", read.device)
        } else {
            String::new()
        },
        at_once: read.at_once,
        tampering: read.kind == FaultKind::Tampering,
        restriction: read.restricted.as_ref().map(restriction),
        lifting: read.lifting,
        coming_in: read.coming_in,
        referred: read.referred,
        closed: read.closed,
        may_work: ctx.may::<ManageCases>(),
        may_restrict: ctx.may::<CommandDevices>(),
        reason,
    })
}

/// Says what was ordered, and whether the device has it: ordered never reads as done.
fn restriction(restricted: &Restricted) -> Restriction {
    let (colour, word, says) = match &restricted.progress {
        Progress::InForce(at) => {
            ("red", "Restricted", format!("The device has had the settings since {}.", format::when(*at)))
        }
        Progress::Acknowledged(at) => (
            "yellow",
            "Acknowledged",
            format!("The device acknowledged the settings {}, and has not listed them yet.", format::when(*at)),
        ),
        Progress::Ordered => (
            "yellow",
            "Ordered",
            "The device does not have the settings yet. It is restricted once it connects and takes them.".to_owned(),
        ),
        Progress::Refused(words) => (
            "red",
            "Refused",
            format!("The device refused the settings: {words}. It is not restricted: have it switched off."),
        ),
        Progress::NoWay => (
            "red",
            "Not restricted",
            "Nothing takes the settings to the device: it is not under management, or the policy has none for it. Have it \
             switched off."
                .to_owned(),
        ),
    };
    let Restricted { ordered_at, ordered_by, .. } = restricted;
    let ordered = format!("Ordered {} by {ordered_by}.", format::when(*ordered_at));
    Restriction { colour, word, says: format!("{ordered} {says}") }
}

/// Shows what can be done.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeeCases>()?;
    shown(&view(&ctx, id_of(&id)?, String::new(), Errors::default()).await?)
}

async fn answer(
    ctx: &Ctx,
    id: CaseId,
    result: Result<(), AppError>,
    notice: &'static str,
) -> Result<Response, Problem> {
    match result {
        Ok(()) => Ok(done(&format!("/help/faults/{id}"), notice)),
        Err(error) => {
            let errors = form_errors(error, "reason")?;
            form_again(&view(ctx, id, String::new(), errors).await?)
        }
    }
}

/// Has the device brought in.
pub(crate) async fn bring_in(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let id: CaseId = id_of(&id)?;
    answer(&ctx, id, faults::bring_in(&ctx.site.app, permit, id).await, "fault-coming-in").await
}

/// Restricts the device.
pub(crate) async fn restrict(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<CommandDevices>()?;
    let id: CaseId = id_of(&id)?;
    answer(&ctx, id, faults::restrict(&ctx.site.app, permit, id).await, "fault-restricted").await
}

/// Ends the restriction.
pub(crate) async fn lift(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<CommandDevices>()?;
    let id: CaseId = id_of(&id)?;
    answer(&ctx, id, faults::lift_restriction(&ctx.site.app, permit, id).await, "fault-lifted").await
}

/// Refers the case to professional standards.
pub(crate) async fn refer(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let id: CaseId = id_of(&id)?;
    answer(&ctx, id, faults::refer(&ctx.site.app, permit, id, fields.get("reason")).await, "fault-referred")
        .await
}
