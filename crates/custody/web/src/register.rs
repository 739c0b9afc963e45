//! Answers the request for the asset register as a file.

use axum::response::Response;
use devices_app::devices::{DeviceFilter, DeviceOrder, DeviceStep};
use kernel::access::SeeDevices;

use crate::edit;
use web_shell::parts::listing::EXPORT_STEP;
use web_shell::session::{Ctx, Problem};
use web_shell::{answer, csv, format};

/// Exports the whole register with its particulars as a file.
pub(crate) async fn csv(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeDevices>()?;
    answer::walked("register", ctx, |ctx, after: Option<(i64, String)>| async move {
        let permit = ctx.permit::<SeeDevices>()?;
        let step = DeviceStep { order: DeviceOrder::Serial, after, limit: EXPORT_STEP };
        let filter = DeviceFilter::default();
        let rows = devices_app::devices::devices(&ctx.site.app, permit, filter, step).await?;
        let full = rows.len() >= usize::try_from(EXPORT_STEP).unwrap_or(usize::MAX);
        let next = rows.last().filter(|_| full).map(|last| (last.device.not_met, last.device.serial.clone()));
        let ids = rows.iter().map(|row| row.device.id).collect();
        let assets = custody_app::particulars(&ctx.site.app, ctx.permit::<SeeDevices>()?, ids).await?;
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
                &ctx.force_title(device.force),
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
