//! Answers the requests of this page.

use axum::response::Response;
use devices_app::devices::{DeviceFilter, DeviceOrder, DeviceRow, DeviceStep};
use kernel::access::{ManageRegister, SeeDevices, SeeHeldOrders};

use crate::{list, state};
use web_shell::answer;
use web_shell::answer::shown;
use web_shell::frame::Area;
use web_shell::parts::listing::{EXPORT_STEP, Listing, PER_PAGE, cut};
use web_shell::session::{Ctx, Problem};

fn row(row: &DeviceRow) -> list::Row {
    let device = &row.device;
    list::Row {
        href: format!("/devices/{}", device.id),
        serial: device.serial.clone(),
        asset: device.asset_tag.clone().unwrap_or_default(),
        kind: device.kind,
        model: device.model.clone().unwrap_or_default(),
        holder: row.holder.clone().unwrap_or_default(),
        force: device.force,
        state: state(device),
        seen: device.last_contact_at,
        judged: device.judged_at.is_some(),
        not_met: device.not_met.unsigned_abs(),
        not_known: device.not_known.unsigned_abs(),
    }
}

type Key = (i64, String);

/// Reads one step of the list: the rows, and the key after which the next step begins.
async fn walk(
    ctx: &Ctx,
    list: &Listing,
    after: Option<Key>,
    limit: u32,
) -> Result<(Vec<list::Row>, Option<Key>), Problem> {
    let permit = ctx.permit::<SeeDevices>()?;
    let filter = DeviceFilter {
        force: Ctx::force(list.filter("force")),
        kind: list.filter("kind").parse().ok(),
        state: list.filter("state").parse().ok(),
        attention: list.filter("attention") == "yes",
        signs_sha1: list.filter("attention") == "sha1",
        search: list.filter("q").to_owned(),
        clause: list.filter("clause").to_owned(),
    };
    let order = match list.sort() {
        ("not-met", false) => DeviceOrder::NotMet,
        ("not-met", true) => DeviceOrder::NotMetDown,
        (_, false) => DeviceOrder::Serial,
        (_, true) => DeviceOrder::SerialDown,
    };
    let step = DeviceStep { order, after, limit: limit + 1 };
    let mut rows = devices_app::devices::devices(&ctx.site.app, permit, filter, step).await?;
    let next = cut(&mut rows, limit, |last| (last.device.not_met, last.device.serial.clone()));
    Ok((rows.iter().map(row).collect(), next))
}

fn key(list: &Listing) -> Option<Key> {
    let (not_met, serial) = list.after()?;
    Some((not_met.parse().ok()?, serial.to_owned()))
}

/// Shows the list of devices.
pub(crate) async fn list(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    let (rows, next) = walk(&ctx, &list, key(&list), PER_PAGE).await?;
    let next = next.map(|(not_met, serial)| format!("{not_met},{serial}"));
    let view = list::View {
        shell: ctx.shell(Area::Devices, Vec::new()),
        list: list.with_rows(rows.len(), next),
        rows,
        may_add: ctx.may::<ManageRegister>(),
        may_see_held: ctx.may::<SeeHeldOrders>(),
    };
    shown(&view)
}

/// Exports the list as CSV, with every row that the filters leave.
pub(crate) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    let list = Listing::read(list::ALLOWED, &ctx.query);
    answer::walked("devices", (ctx, list), |(ctx, list), after: Option<Key>| async move {
        let (rows, next) = walk(&ctx, &list, after, EXPORT_STEP).await?;
        let text = list::export(&ctx.under(Area::Elsewhere), &rows);
        Ok(((ctx, list), text, next))
    })
    .await
}
