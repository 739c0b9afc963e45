//! Legal holds: on a device, and as a step of a case.

use app::access::{PlaceHolds, SeeDevices};
use app::holds::NewHold;
use axum::extract::Path;
use axum::response::Response;
use domain::{CaseId, DeviceId, HoldId, StepId};

use crate::answer::{form_again, shown};
use crate::cases::hold;
use crate::devices::holds;
use crate::parts::form::Errors;
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb};

fn new_hold(fields: &Fields) -> NewHold {
    NewHold { reference: fields.text("reference"), why: fields.text("why") }
}

async fn view(ctx: &Ctx, id: DeviceId) -> Result<holds::View, Problem> {
    let (device, found) = app::holds::holds_on(&ctx.site.app, ctx.permit::<PlaceHolds>()?, id).await?;
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
                ended: hold.ended.map(|(at, _, why)| (at, why)),
            })
            .collect(),
        errors: Errors::default(),
        reference: String::new(),
        why: String::new(),
    })
}

/// The holds on a device.
pub(super) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<PlaceHolds>()?;
    let id = id_of(&id)?;
    shown(&view(&ctx, id).await?)
}

/// Places one, or ends the one that the form names.
pub(super) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<PlaceHolds>()?;
    let id: DeviceId = id_of(&id)?;
    let href = format!("/devices/{id}/holds");
    let app = &ctx.site.app;
    let ended = match fields.some("hold") {
        Some(hold) => {
            let hold: HoldId = id_of(&hold)?;
            app::holds::end_hold(app, permit, hold, fields.get("ended")).await.map(|_| "hold-ended")
        }
        None => app::holds::place_hold(app, permit, id, new_hold(&fields)).await.map(|()| "hold-placed"),
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

async fn decision(ctx: &Ctx, case: CaseId, step: StepId) -> Result<hold::View, Problem> {
    let (number, read) =
        app::holds::hold_step(&ctx.site.app, ctx.permit::<PlaceHolds>()?, case, step).await?;
    let reference = format!("C-{number}");
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new(format!("/cases/{case}"), reference.clone()));
    Ok(hold::View {
        shell,
        href: format!("/cases/{case}/steps/{step}/hold"),
        reference_of_case: reference,
        title: read.step.title.clone(),
        due: read.step.due_at,
        errors: Errors::default(),
        decision: String::new(),
        reference: String::new(),
        why: String::new(),
    })
}

fn ids(case: &str, step: &str) -> Result<(CaseId, StepId), Problem> {
    let not_found = |_| Problem::not_found();
    Ok((case.parse().map_err(not_found)?, step.parse().map_err(not_found)?))
}

/// The decision of a case.
pub(super) async fn decide(
    ctx: Ctx,
    Path((case, step)): Path<(String, String)>,
) -> Result<Response, Problem> {
    ctx.permit::<PlaceHolds>()?;
    let (case, step) = ids(&case, &step)?;
    shown(&decision(&ctx, case, step).await?)
}

/// Records it.
pub(super) async fn decided(
    ctx: Ctx,
    Path((case, step)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let permit = ctx.permit::<PlaceHolds>()?;
    let (case, step) = ids(&case, &step)?;
    let hold = match fields.get("decision") {
        "hold" => Some(true),
        "none" => Some(false),
        _ => None,
    };
    let errors = match hold {
        None => [("decision", "Choose whether the devices are held")].into_iter().collect(),
        Some(hold) => {
            match app::holds::decide_hold(&ctx.site.app, permit, case, step, (hold, new_hold(&fields))).await
            {
                Ok(()) => return Ok(done(&format!("/cases/{case}"), "step-done")),
                Err(error @ app::AppError::Invalid { .. }) => form_errors(error, "why")?,
                Err(other) => return Err(other.into()),
            }
        }
    };
    form_again(&hold::View {
        errors,
        decision: fields.text("decision"),
        reference: fields.text("reference"),
        why: fields.text("why"),
        ..decision(&ctx, case, step).await?
    })
}
