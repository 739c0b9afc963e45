//! Answers the requests of this page.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use devices_app::{caps, held as read};
use domain::BurstId;
use kernel::AppError;
use kernel::access::{CallOffOrders, ReleaseOrders, SeeHeldOrders};

use crate::burst;
use crate::orders::{HELD, order, what, why};
use web_shell::answer::{form_again, shown};
use web_shell::frame::{Area, Crumb};
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

async fn one(ctx: &Ctx, id: BurstId) -> Result<burst::View, Problem> {
    let read = read::burst(&ctx.site.app, ctx.permit::<SeeHeldOrders>()?, id).await?;
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(Crumb::new(HELD, "Held and waiting"));
    let shown = u64::try_from(read.orders.len()).unwrap_or(u64::MAX);
    Ok(burst::View {
        shell,
        href: format!("{HELD}/{id}"),
        what: what(&read.row),
        force: ctx.force_title(read.row.force),
        by: read.row.by.clone(),
        why: why(&read.row),
        since: read.row.since,
        until: read.row.until,
        deciders: either(&read.deciders),
        more: if read.ended.is_some() { 0 } else { read.row.count.saturating_sub(shown) },
        ended: read.ended,
        may_release: read.may_release,
        may_cancel: read.may_cancel,
        orders: read.orders.iter().map(order).collect(),
        errors: Errors::default(),
        typed: String::new(),
    })
}

/// Joins titles as a choice: `A, B or C`.
fn either(titles: &[&str]) -> String {
    match titles.split_last() {
        None => "Nobody: no role may, by the access policies in force".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// Shows one burst.
pub(crate) async fn burst_page(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeeHeldOrders>()?;
    shown(&one(&ctx, id_of(&id)?).await?)
}

async fn one_again(
    ctx: &Ctx,
    id: BurstId,
    error: AppError,
    field: &str,
    typed: String,
) -> Result<Response, Problem> {
    let errors = form_errors(error, field)?;
    let beside: Errors = errors.all().iter().map(|error| (field.to_owned(), error.text.clone())).collect();
    let view = burst::View { errors: beside, typed, ..one(ctx, id).await? };
    if (field == "release-reason" && view.may_release) || (field == "cancel-reason" && view.may_cancel) {
        return form_again(&view);
    }
    // The form is no longer on the page, so the error becomes a page of its own.
    let why = errors.all().first().map(|error| error.text.clone()).unwrap_or_default();
    Err(Problem::new(StatusCode::CONFLICT, why))
}

/// Releases all orders of a burst.
pub(crate) async fn release(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ReleaseOrders>()?;
    let (id, field) = (id_of(&id)?, "release-reason");
    match caps::release(&ctx.site.app, permit, id, fields.get(field)).await {
        Ok(_) => Ok(done(&format!("{HELD}/{id}"), "released")),
        Err(error) => one_again(&ctx, id, error, field, fields.text(field)).await,
    }
}

/// Cancels all orders of a burst.
pub(crate) async fn cancel(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<CallOffOrders>()?;
    let (id, field) = (id_of(&id)?, "cancel-reason");
    match caps::cancel(&ctx.site.app, permit, id, fields.get(field)).await {
        Ok(_) => Ok(done(&format!("{HELD}/{id}"), "cancelled")),
        Err(error) => one_again(&ctx, id, error, field, fields.text(field)).await,
    }
}
