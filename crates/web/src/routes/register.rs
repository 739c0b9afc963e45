//! The register's particulars: changing them, taking a device out of use, labels, and the register as a file.

use app::AppError;
use app::access::{ManageRegister, SeeDevices};
use app::read::{DeviceFilter, DeviceOrder};
use app::register::{Changed, Particulars, Restated};
use axum::extract::Path;
use axum::response::Response;
use domain::DeviceId;

use crate::answer::{self, form_again, shown};
use crate::custody::labels;
use crate::devices::edit;
use crate::parts::form::Errors;
use crate::parts::listing::EXPORT_STEP;
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb};
use crate::{csv, format};

/// Labels of one sheet at most.
const MOST_LABELS: usize = 200;

async fn edit_view(
    ctx: &Ctx,
    id: DeviceId,
    fields: Option<&Fields>,
    errors: Errors,
) -> Result<edit::View, Problem> {
    let app = &ctx.site.app;
    let device = app::read::device(app, ctx.permit::<SeeDevices>()?, id).await?.device;
    let asset = app::custody::read::custody_of(app, ctx.permit::<SeeDevices>()?, id).await?.asset;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let typed = |name: &str, stands: String| fields.map_or(stands, |fields| fields.text(name));
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(Crumb::new(format!("/devices/{id}"), device.serial.clone()));
    Ok(edit::View {
        shell,
        errors,
        href: format!("/devices/{id}"),
        serial: device.serial.clone(),
        class: typed("class", asset.class.as_str().to_owned()),
        held_as: typed("held-as", asset.held_as.as_str().to_owned()),
        asset: typed("asset", text(&device.asset_tag)),
        maker: typed("maker", text(&asset.maker)),
        model: typed("model", text(&device.model)),
        imei: typed("imei", text(&asset.imei)),
        iccid: typed("iccid", text(&asset.iccid)),
        eid: typed("eid", text(&asset.eid)),
        bought: typed("bought", text(&asset.bought_on)),
        standing: asset.standing,
        to: typed("to", String::new()),
        why: typed("why", String::new()),
    })
}

/// The form for a device's particulars.
pub(super) async fn edit(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<ManageRegister>()?;
    let view = edit_view(&ctx, id_of(&id)?, None, Errors::default()).await?;
    shown(&view)
}

/// Changes a device's particulars.
pub(super) async fn edited(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = id_of(&id)?;
    let new = Particulars {
        class: fields.get("class").parse().ok(),
        held_as: fields.get("held-as").parse().ok(),
        asset_tag: fields.text("asset"),
        maker: fields.text("maker"),
        model: fields.text("model"),
        imei: fields.text("imei"),
        iccid: fields.text("iccid"),
        eid: fields.text("eid"),
        bought_on: fields.text("bought"),
    };
    match app::register::describe_device(&ctx.site.app, permit, id, new).await {
        Ok(()) => Ok(done(&format!("/devices/{id}"), "device-described")),
        Err(error) => again(&ctx, id, &fields, error, "asset").await,
    }
}

async fn again(
    ctx: &Ctx,
    id: DeviceId,
    fields: &Fields,
    error: AppError,
    otherwise: &str,
) -> Result<Response, Problem> {
    let errors = form_errors(error, otherwise)?;
    // The two forms of the page do not send each other's fields: what was not sent is shown as it stands.
    let whole = fields.get("class").is_empty();
    let mut view = edit_view(ctx, id, (!whole).then_some(fields), errors).await?;
    if whole {
        view.to = fields.text("to");
        view.why = fields.text("why");
    }
    form_again(&view)
}

/// Takes a device out of use, or writes down that it is missing or found.
pub(super) async fn restate(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    let id = id_of(&id)?;
    let to = match fields.get("to") {
        "retired" => Some(Restated::Retired),
        "missing" => Some(Restated::Missing),
        "found" => Some(Restated::Found),
        _ => None,
    };
    let restated = async {
        let to =
            to.ok_or_else(|| AppError::Invalid { field: "to", message: "choose what became of it".into() })?;
        app::register::restate_device(&ctx.site.app, permit, id, to, fields.get("why")).await
    };
    match restated.await {
        Ok(Changed::Done) => Ok(done(&format!("/devices/{id}"), "device-restated")),
        Ok(Changed::Held(_)) => Ok(done(&format!("/devices/{id}"), "held")),
        Err(error) => again(&ctx, id, &fields, error, "to").await,
    }
}

/// A sheet of labels.
pub(super) async fn labels(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeDevices>()?;
    let codes = ctx.asked("codes").to_owned();
    let (mut made, mut not) = (Vec::new(), Vec::new());
    let lines = codes.lines().map(str::trim).filter(|code| !code.is_empty());
    for code in lines.take(MOST_LABELS) {
        match app::custody::label(&ctx.site.app, ctx.permit::<SeeDevices>()?, code).await {
            Ok(label) => made.push(labels::Printed {
                number: label.number,
                force: label.force.title(),
                qr: (label.drawn.qr.size, label.drawn.qr.path),
                bars: (label.drawn.bars.width, label.drawn.bars.path),
            }),
            Err(AppError::Invalid { message, .. }) => not.push((code.to_owned(), message)),
            Err(other) => return Err(other.into()),
        }
    }
    let view = labels::View { shell: super::custody::under(&ctx), codes, labels: made, not };
    shown(&view)
}

/// The whole register with its particulars, as a file.
pub(super) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeDevices>()?;
    answer::walked("register", ctx, |ctx, after: Option<(i64, String)>| async move {
        let permit = ctx.permit::<SeeDevices>()?;
        let (filter, order) = (DeviceFilter::default(), DeviceOrder::Serial);
        let rows = app::read::devices(&ctx.site.app, permit, filter, order, after, EXPORT_STEP).await?;
        let full = rows.len() >= usize::try_from(EXPORT_STEP).unwrap_or(usize::MAX);
        let next = rows.last().filter(|_| full).map(|last| (last.device.not_met, last.device.serial.clone()));
        let ids = rows.iter().map(|row| row.device.id).collect();
        let assets = app::custody::particulars(&ctx.site.app, ctx.permit::<SeeDevices>()?, ids).await?;
        let mut table = csv::Table::new(&edit::COLUMNS);
        for (row, (asset, place)) in rows.iter().zip(assets) {
            let device = &row.device;
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            table.row(&[
                text(&device.asset_tag).as_str(),
                &device.serial,
                device.kind.title(),
                asset.class.title(),
                &text(&asset.maker),
                &text(&device.model),
                &text(&asset.imei),
                &text(&asset.iccid),
                &text(&asset.eid),
                device.force.title(),
                asset.standing.title(),
                &place.unwrap_or_default(),
                asset.held_as.title(),
                &text(&row.holder),
                &asset.due_back_at.map(format::day_of).unwrap_or_default(),
                &text(&asset.bought_on),
            ]);
        }
        Ok((ctx, table.finish(), next))
    })
    .await
}
