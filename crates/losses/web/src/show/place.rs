//! Asks a lost device where it is, shows its last position to whoever states a reason, and asks for its erasure.

use axum::extract::Path;
use axum::response::Response;
use devices_app::commands::Ordered;
use domain::{CommandState, Deed, LossId, Secret, Timestamp};
use kernel::AppError;
use kernel::access::{DestroyData, LocateDevices, SeeCases};
use losses_app::contain::{self, Evidence};
use losses_app::read::LossRead;
use overview_app::sensitive::{PlaceRead, read_location};

use crate::show::handler::view;
use crate::show::{Place, Wipe};
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// Returns the answers about evidence on a device that is to be erased.
pub(crate) fn evidence(chosen: &str) -> Vec<Choice> {
    Choice::list(Evidence::ALL.iter().map(|answer| (answer.as_str(), answer.title())), chosen)
}

fn typed(fields: Option<&Fields>, name: &str) -> String {
    fields.map(|fields| fields.text(name)).unwrap_or_default()
}

/// Returns what the page offers about the position of the device.
pub(crate) fn of(ctx: &Ctx, read: &LossRead, fields: Option<&Fields>) -> Place {
    let mut orders = read.open.containment.others.iter();
    Place {
        may: read.device.is_some() && ctx.may::<LocateDevices>(),
        answered: orders.any(|order| order.deed == Deed::Locate && order.state == CommandState::Acknowledged),
        asks: typed(fields, "locate-reason"),
        reads: typed(fields, "position-reason"),
        ..Place::default()
    }
}

/// Returns what the page offers about its erasure.
pub(crate) fn wipe_of(ctx: &Ctx, read: &LossRead, fields: Option<&Fields>) -> Wipe {
    Wipe {
        may: read.device.is_some() && !read.closed && ctx.may::<DestroyData>(),
        evidence: evidence(&typed(fields, "evidence")),
        reason: typed(fields, "wipe-reason"),
    }
}

/// Puts an error about the reason beside the field of its form: each form of the page has one.
fn beside(error: AppError, field: &'static str) -> Result<Errors, Problem> {
    let errors = form_errors(error, "reason")?;
    let own = errors.all().iter().map(|error| {
        let of = if error.field == "reason" { field.to_owned() } else { error.field.clone() };
        (of, error.text.clone())
    });
    Ok(own.collect())
}

const fn word(ordered: &Ordered, queued: &'static str) -> &'static str {
    match ordered {
        Ordered::Queued(_) => queued,
        Ordered::NeedsSecond(_) => "loss-waits",
        Ordered::Held { .. } => "loss-lock-held",
    }
}

/// Asks the device where it is.
pub(crate) async fn locate(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<LocateDevices>()?;
    let id: LossId = id_of(&id)?;
    match contain::locate(&ctx.site.app, permit, id, fields.get("locate-reason")).await {
        Ok(ordered) => Ok(done(&format!("/losses/{id}"), word(&ordered, "loss-locate-queued"))),
        Err(error) => {
            let errors = beside(error, "locate-reason")?;
            form_again(&view(&ctx, id, Some(&fields), errors).await?)
        }
    }
}

/// Shows the last position, which is recorded as a ledger entry.
pub(crate) async fn position(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<LocateDevices>()?;
    let id: LossId = id_of(&id)?;
    let mut page = view(&ctx, id, Some(&fields), Errors::default()).await?;
    let app = &ctx.site.app;
    let device = losses_app::read::loss(app, ctx.permit::<SeeCases>()?, id).await?.device;
    let read = match device {
        Some(device) => read_location(app, permit, device, fields.get("position-reason")).await,
        None => Err(AppError::Conflict("it is not known yet which device this is".into())),
    };
    match read {
        Ok(place) => {
            page.place = placed(page.place, place, app.world().now());
            shown(&page)
        }
        Err(error) => {
            page.errors = beside(error, "position-reason")?;
            form_again(&page)
        }
    }
}

/// Puts a position into words.
fn placed(page: Place, read: PlaceRead, now: Timestamp) -> Place {
    let (north, east) = read.degrees.into_exposed();
    let degrees = format!("{north:.5}, {east:.5}");
    let grid = read.grid.map_or_else(|| "Not in Great Britain".to_owned(), Secret::into_exposed);
    let accuracy = match read.accuracy_metres {
        Some(metres) => format!("{metres:.0} metres"),
        None => "Not known".to_owned(),
    };
    let taken = match read.taken_at {
        Some(at) => format!("{}, {}", format::when(at), format::ago(at, now)),
        None => "Not known".to_owned(),
    };
    let received = format!("{}, {}", format::when(read.received_at), format::ago(read.received_at, now));
    Place {
        to_copy: format!("{degrees}; {grid}; accurate to: {accuracy}; taken: {taken}; received: {received}"),
        lines: vec![
            ("Latitude, longitude", degrees),
            ("British National Grid", grid),
            ("Accurate to", accuracy),
            ("Taken", taken),
            ("Received", received),
        ],
        ..page
    }
}

/// Asks for the device to be erased, which a second person must agree to.
pub(crate) async fn wipe(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<DestroyData>()?;
    let id: LossId = id_of(&id)?;
    let evidence = Evidence::read(fields.get("evidence"));
    match contain::wipe(&ctx.site.app, permit, id, evidence, fields.get("wipe-reason")).await {
        Ok(ordered) => Ok(done(&format!("/losses/{id}"), word(&ordered, "queued"))),
        Err(error) => {
            let errors = beside(error, "wipe-reason")?;
            form_again(&view(&ctx, id, Some(&fields), errors).await?)
        }
    }
}
