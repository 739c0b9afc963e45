//! One command: the second person's agreement, taking it back, and what it holds that needs a reason to be read.

use app::access::{ApproveDestruction, CommandDevices, LocateDevices, PlaceHolds, SeeCommands};
use app::commands::{Agreed, consent_under_hold};
use app::register::Changed;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::CommandId;

use super::device::crumb;
use crate::answer::{form_again, shown};
use crate::devices::command::View;
use crate::format;
use crate::parts::form::Errors;
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::Area;

async fn view(ctx: &Ctx, id: CommandId) -> Result<View, Problem> {
    let (read, device) = app::read::command(&ctx.site.app, ctx.permit_within::<SeeCommands>()?, id).await?;
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(crumb(&device));
    Ok(View {
        shell,
        href: format!("/commands/{id}"),
        title: read.title,
        device: crumb(&device),
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

/// The page.
pub(super) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit_within::<SeeCommands>()?;
    shown(&view(&ctx, id_of(&id)?).await?)
}

async fn again(ctx: &Ctx, id: CommandId, errors: Errors, reason: String) -> Result<Response, Problem> {
    let view = View { errors, reason, ..view(ctx, id).await? };
    if view.may_approve || !view.holds.is_empty() {
        return form_again(&view);
    }
    // There is no form left to show it beside.
    let why = view.errors.all().first().map(|error| error.text.clone()).unwrap_or_default();
    Err(Problem::new(StatusCode::CONFLICT, why))
}

/// Agrees as the second person.
pub(super) async fn approve(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ApproveDestruction>()?;
    let id = id_of(&id)?;
    match app::commands::approve(&ctx.site.app, permit, id, fields.get("reason")).await {
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

/// Agrees under a legal hold, as somebody who may place one.
pub(super) async fn consent(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<PlaceHolds>()?;
    let id = id_of(&id)?;
    match consent_under_hold(&ctx.site.app, permit, id, fields.get("reason")).await {
        Ok(agreed) => Ok(done(&format!("/commands/{id}"), agreed_word(agreed))),
        Err(error) => again(&ctx, id, form_errors(error, "reason")?, fields.text("reason")).await,
    }
}

/// Takes it back.
pub(super) async fn take_back(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<CommandDevices>()?;
    let id = id_of(&id)?;
    let word = match app::commands::take_back(&ctx.site.app, permit, id).await? {
        Changed::Done => "taken-back",
        Changed::Held(_) => "held",
    };
    Ok(done(&format!("/commands/{id}"), word))
}

/// Shows the PIN or the location, which is a ledger entry of its own. Never kept by a browser: no page is.
pub(super) async fn reveal(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
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
        let pin = app::read::read_pin(app, ctx.permit::<CommandDevices>()?, id, reason).await;
        pin.map(|(_, pin)| vec![("PIN".to_owned(), pin.into_exposed())])
    } else {
        let (_, device) = app::read::command(app, ctx.permit_within::<SeeCommands>()?, id).await?;
        let place = app::read::read_location(app, ctx.permit::<LocateDevices>()?, device.id, reason).await;
        place.map(|place| {
            let (north, east) = place.degrees.into_exposed();
            let accuracy =
                place.accuracy_metres.map(|metres| format!("{metres:.0} metres")).unwrap_or_default();
            let taken = place.taken_at.map(format::when).unwrap_or_default();
            vec![
                ("Latitude, longitude".to_owned(), format!("{north:.5}, {east:.5}")),
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
