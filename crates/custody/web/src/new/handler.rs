//! Answers the requests of this page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use custody_app::{NewHandover, NewItem};
use domain::{Condition, DeviceId, HandoverKind, PlaceKind, Timestamp};
use kernel::AppError;
use kernel::access::{ManageRegister, SeeDevices};

use crate::new;
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::frame::Area;
use web_shell::links::{device_crumb, named};
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

/// The value that a form sends for a repair by a third party, neither ICT nor an approved workshop.
const ELSEWHERE: &str = "elsewhere";

/// Returns the places to choose from for a kind of hand-over.
async fn places(
    ctx: &Ctx,
    kind: HandoverKind,
    device: &devices_app::devices::DeviceView,
    chosen: &str,
) -> Result<Vec<Choice>, Problem> {
    let all = custody_app::places(&ctx.site.app, ctx.permit::<SeeDevices>()?, true).await?;
    let fits = |place: &&custody_app::PlaceView| {
        place.closed_at.is_none()
            && match kind {
                HandoverKind::Transfer => place.kind == PlaceKind::Store,
                // The forces share one ICT: any force's workshop may do the repair.
                HandoverKind::Repair => true,
                _ => place.kind == PlaceKind::Store && place.force == device.force,
            }
    };
    let mut choices: Vec<Choice> = all
        .iter()
        .filter(fits)
        .map(|place| {
            let whose =
                if place.force == device.force { String::new() } else { ctx.force_title(place.force) };
            let text = if whose.is_empty() { place.name.clone() } else { format!("{}, {whose}", place.name) };
            let value = place.id.to_string();
            Choice { chosen: value == chosen, value, text }
        })
        .collect();
    if let ([only], true) = (choices.as_mut_slice(), chosen.is_empty()) {
        only.chosen = true;
    }
    if kind == HandoverKind::Repair {
        choices.push(Choice {
            value: ELSEWHERE.to_owned(),
            text: "Somebody else, such as a repair shop".to_owned(),
            chosen: chosen == ELSEWHERE,
        });
    }
    Ok(choices)
}

async fn new_view(
    ctx: &Ctx,
    kind: HandoverKind,
    id: DeviceId,
    fields: Option<&Fields>,
    errors: Errors,
) -> Result<new::View, Problem> {
    let read = overview_app::device::device(&ctx.site.app, ctx.permit::<SeeDevices>()?, id).await?;
    let typed = |name: &str| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let mut shell = ctx.under(Area::Devices);
    let device = device_crumb(read.device.id, &read.device.serial);
    shell.crumbs.push(device.clone());
    let what = read.device.named().for_staff();
    let holder = read.holder.shown().map(|holder| named(&holder.person.name, &holder.person.number));
    Ok(new::View {
        shell,
        errors,
        kind,
        id: id.to_string(),
        about: match holder {
            Some(holder) => format!("{what}, in the register with {holder}"),
            None => format!("{what}, with nobody"),
        },
        places: places(ctx, kind, &read.device, &typed("place")).await?,
        device,
        typed: new::Typed {
            receiver: typed("receiver"),
            condition: if fields.is_some() { typed("condition") } else { "good".to_owned() },
            with_it: typed("with-it"),
            missing: typed("missing"),
            item_note: typed("item-note"),
            also: typed("also"),
            due: typed("due"),
            disposal: typed("disposal"),
            certificate: typed("certificate"),
            note: typed("note"),
        },
    })
}

/// Shows the form for a new hand-over; without a device, redirects to the list of devices.
pub(crate) async fn new(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ManageRegister>()?;
    let (Ok(kind), Ok(id)) = (ctx.asked("kind").parse(), ctx.asked("device").parse()) else {
        return Ok(axum::response::Redirect::to("/devices").into_response());
    };
    shown(&new_view(&ctx, kind, id, None, Errors::default()).await?)
}

/// Reads the end of a day that was typed.
pub(crate) fn due(fields: &Fields) -> Result<Option<Timestamp>, AppError> {
    match fields.get("due").trim() {
        "" => Ok(None),
        text => format::end_of_day(text).map(Some).ok_or_else(|| AppError::Invalid {
            field: "due",
            message: "enter a day such as 2026-12-24".into(),
        }),
    }
}

fn drafted(fields: &Fields, kind: HandoverKind, device: DeviceId) -> Result<NewHandover, AppError> {
    Ok(NewHandover {
        kind,
        items: vec![NewItem {
            device,
            condition: fields.get("condition").parse().unwrap_or(Condition::Good),
            with_it: fields.text("with-it"),
            missing: fields.text("missing"),
            note: fields.text("item-note"),
        }],
        also: fields.get("also").lines().map(str::to_owned).collect(),
        receiver: fields.text("receiver"),
        place: fields.get("place").parse().ok(),
        due_back_at: due(fields)?,
        disposal: fields.get("disposal").parse().ok(),
        certificate: fields.text("certificate"),
        note: fields.text("note"),
    })
}

/// Drafts a hand-over.
pub(crate) async fn draft(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let unread = || Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Begin at the page of a device.");
    let kind: HandoverKind = fields.get("kind").parse().map_err(|_| unread())?;
    let device: DeviceId = fields.get("device").parse().map_err(|_| unread())?;
    // A repair without any choice is a mistake; only "somebody else" means a third party.
    let unchosen = kind == HandoverKind::Repair && fields.get("place").is_empty();
    let made = async {
        if unchosen {
            return Err(AppError::Invalid { field: "place", message: "choose who mends it".into() });
        }
        custody_app::draft_handover(&ctx.site.app, permit, drafted(&fields, kind, device)?).await
    };
    match made.await {
        Ok(id) => Ok(done(&format!("/custody/{id}"), "handover-drafted")),
        Err(error) => {
            form_again(&new_view(&ctx, kind, device, Some(&fields), form_errors(error, "also")?).await?)
        }
    }
}
