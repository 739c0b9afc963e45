//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use custody_app::register::Changed;
use devices_app::commands::{Agreed, consent_under_hold};
use domain::{CommandId, Secret};
use kernel::access::{ApproveDestruction, CommandDevices, LocateDevices, PlaceHolds, SeeCommands};

use crate::command::View;
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::frame::Area;
use web_shell::links::device_crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

async fn view(ctx: &Ctx, id: CommandId) -> Result<View, Problem> {
    let (read, device) =
        overview_app::device::command(&ctx.site.app, ctx.permit_within::<SeeCommands>()?, id).await?;
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(device_crumb(device.id, &device.serial));
    Ok(View {
        shell,
        href: format!("/commands/{id}"),
        title: read.title,
        device: device_crumb(device.id, &device.serial),
        state: read.state,
        asked: read.asked_at,
        changed: read.changed_at,
        by: read.by,
        why: read.reason.unwrap_or_default(),
        may_approve: read.may_approve || read.may_consent,
        under_hold: read.may_consent,
        held_in: read.held_in.map(|burst| format!("/held/{burst}")).unwrap_or_default(),
        may_take_back: read.may_take_back,
        holds: match (read.has_pin, read.has_location) {
            (true, _) => "PIN",
            (_, true) => "location",
            _ => "",
        },
        revealed: Vec::new(),
        errors: Errors::default(),
        reason: String::new(),
    })
}

/// Shows one command.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit_within::<SeeCommands>()?;
    shown(&view(&ctx, id_of(&id)?).await?)
}

async fn again(ctx: &Ctx, id: CommandId, errors: Errors, reason: String) -> Result<Response, Problem> {
    let view = View { errors, reason, ..view(ctx, id).await? };
    if view.may_approve || !view.holds.is_empty() {
        return form_again(&view);
    }
    // The form is no longer on the page, so the error becomes a page of its own.
    let why = view.errors.all().first().map(|error| error.text.clone()).unwrap_or_default();
    Err(Problem::new(StatusCode::CONFLICT, why))
}

/// Approves a command as the second person.
pub(crate) async fn approve(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ApproveDestruction>()?;
    let id = id_of(&id)?;
    match devices_app::commands::approve(&ctx.site.app, permit, id, fields.get("reason")).await {
        Ok(agreed) => Ok(done(&format!("/commands/{id}"), agreed_word(agreed))),
        Err(error) => again(&ctx, id, form_errors(error, "reason")?, fields.text("reason")).await,
    }
}

fn agreed_word(agreed: Agreed) -> &'static str {
    match agreed {
        Agreed::Queued => "approved",
        Agreed::Held(_) => "held",
    }
}

/// Approves a command under a legal hold, as somebody who may place one.
pub(crate) async fn consent(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<PlaceHolds>()?;
    let id = id_of(&id)?;
    match consent_under_hold(&ctx.site.app, permit, id, fields.get("reason")).await {
        Ok(agreed) => Ok(done(&format!("/commands/{id}"), agreed_word(agreed))),
        Err(error) => again(&ctx, id, form_errors(error, "reason")?, fields.text("reason")).await,
    }
}

/// Withdraws a command.
pub(crate) async fn take_back(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<CommandDevices>()?;
    let id = id_of(&id)?;
    let word = match devices_app::commands::take_back(&ctx.site.app, permit, id).await? {
        Changed::Done => "taken-back",
        Changed::Held(_) => "held",
    };
    Ok(done(&format!("/commands/{id}"), word))
}

/// Shows the PIN or the location, which is recorded as a ledger entry. Browsers do not cache it, as no page may be cached.
pub(crate) async fn reveal(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    ctx.permit::<CommandDevices>()?;
    let id = id_of(&id)?;
    let reason = fields.get("reason");
    let app = &ctx.site.app;
    let mut view = view(&ctx, id).await?;
    if view.holds.is_empty() {
        let why = "This command holds nothing, or nothing yet, that your role may read.";
        return Err(Problem::new(StatusCode::CONFLICT, why));
    }
    let read = if view.holds == "PIN" {
        let pin = overview_app::sensitive::read_pin(app, ctx.permit::<CommandDevices>()?, id, reason).await;
        pin.map(|(_, pin)| vec![("PIN".to_owned(), pin.into_exposed())])
    } else {
        let (_, device) = overview_app::device::command(app, ctx.permit_within::<SeeCommands>()?, id).await?;
        let place =
            overview_app::sensitive::read_location(app, ctx.permit::<LocateDevices>()?, device.id, reason)
                .await;
        place.map(|place| {
            let (north, east) = place.degrees.into_exposed();
            let accuracy =
                place.accuracy_metres.map(|metres| format!("{metres:.0} metres")).unwrap_or_default();
            let now = app.world().now();
            let with_age = |at| format!("{}, {}", format::when(at), format::ago(at, now));
            let taken = place.taken_at.map(with_age).unwrap_or_default();
            let grid = place.grid.map_or_else(|| "Not in Great Britain".to_owned(), Secret::into_exposed);
            vec![
                ("Latitude, longitude".to_owned(), format!("{north:.5}, {east:.5}")),
                ("British National Grid".to_owned(), grid),
                ("Accurate to".to_owned(), accuracy),
                ("Taken".to_owned(), taken),
                ("Received".to_owned(), format::when(place.received_at)),
            ]
        })
    };
    match read {
        Ok(revealed) => {
            view.revealed = revealed;
            shown(&view)
        }
        Err(error) => again(&ctx, id, form_errors(error, "reason")?, reason.to_owned()).await,
    }
}
