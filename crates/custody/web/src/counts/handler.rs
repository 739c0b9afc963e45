//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::{ManageRegister, SeeDevices};

use crate::returns::handler::stores;
use crate::{counts, under};
use web_shell::answer::{form_again, shown};
use web_shell::frame::Crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

async fn counts_view(ctx: &Ctx, chosen: &str, errors: Errors) -> Result<counts::View, Problem> {
    let rows = custody_app::counts(&ctx.site.app, ctx.permit::<SeeDevices>()?).await?;
    Ok(counts::View {
        shell: under(ctx),
        errors,
        stores: if ctx.may::<ManageRegister>() { stores(ctx, chosen).await? } else { Vec::new() },
        may_count: ctx.may::<ManageRegister>(),
        rows: rows
            .into_iter()
            .map(|(count, place)| counts::Row {
                count: Crumb::new(format!("/counts/{}", count.id), format!("Stock count {}", count.number)),
                place,
                opened: count.opened_at,
                closed: count.closed,
            })
            .collect(),
    })
}

/// Shows the list of stock counts.
pub(crate) async fn counts(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeDevices>()?;
    shown(&counts_view(&ctx, "", Errors::default()).await?)
}

/// Begins a stock count.
pub(crate) async fn begin_count(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageRegister>()?;
    match custody_app::open_count(&ctx.site.app, permit, fields.get("place").parse().ok()).await {
        Ok(id) => Ok(done(&format!("/counts/{id}"), "count-begun")),
        Err(error) => {
            form_again(&counts_view(&ctx, fields.get("place"), form_errors(error, "place")?).await?)
        }
    }
}
