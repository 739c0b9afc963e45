//! What is held and waits: the page, one burst, releasing, cancelling, calling off, freezing.

use app::AppError;
use app::access::{CallOffOrders, FreezeDestruction, LiftFreeze, ReleaseOrders, SeeHeldOrders};
use app::caps::{self, CallOff, CalledOff};
use app::read::held::{self as read, BurstRow, FreezeRead, OrderRead};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{BurstId, Force};

use crate::answer::{form_again, shown};
use crate::format;
use crate::held::{list, show};
use crate::parts::form::{Choice, Errors};
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb};

const HELD: &str = "/held";

fn choices(forces: impl Iterator<Item = Force>) -> Vec<Choice> {
    Choice::list(forces.map(|force| (force.as_str(), force.title())), "")
}

async fn view(ctx: &Ctx) -> Result<list::View, Problem> {
    let read = read::held(&ctx.site.app, ctx.permit::<SeeHeldOrders>()?).await?;
    let everybody = [("", "Everybody's")];
    let askers = read.askers.iter().map(|(name, shown)| (name.as_str(), shown.as_str()));
    Ok(list::View {
        shell: ctx.under(Area::Devices),
        freezes: read.freezes.iter().filter_map(freeze_view).collect(),
        may_freeze: choices(
            read.freezes.iter().filter(|freeze| freeze.may_freeze).map(|freeze| freeze.force),
        ),
        bursts: read.bursts.iter().map(burst).collect(),
        asked: read.asked.iter().map(order).collect(),
        may_call_off: choices(read.may_call_off.iter().copied()),
        askers: Choice::list(everybody.into_iter().chain(askers), ""),
        errors: Errors::default(),
        typed: String::new(),
    })
}

fn freeze_view(read: &FreezeRead) -> Option<list::Freeze> {
    let stands = read.stands.clone()?;
    Some(list::Freeze {
        force: read.force.as_str(),
        title: read.force.title(),
        at: stands.at,
        by: stands.by,
        why: stands.why,
        lift: stands.lift,
        may_ask: read.may_ask,
        may_confirm: read.may_confirm,
    })
}

/// How many orders, and how much harm they can do.
fn what(row: &BurstRow) -> String {
    let orders = if row.count == 1 { "order" } else { "orders" };
    format!("{} {} {orders}", format::number(row.count), row.effect.title().to_lowercase())
}

fn why(row: &BurstRow) -> String {
    format!("More than {} {} in an hour", row.limit, row.cap.title())
}

fn burst(row: &BurstRow) -> list::Burst {
    list::Burst {
        href: format!("{HELD}/{}", row.id),
        by: row.by.clone(),
        what: what(row),
        why: why(row),
        force: row.force.title(),
        since: row.since,
        until: row.until,
    }
}

fn order(read: &OrderRead) -> list::Order {
    let device = Crumb::new(format!("/devices/{}", read.device), read.serial.clone());
    list::Order {
        href: read.command.map_or_else(|| device.href.clone(), |command| format!("/commands/{command}")),
        what: read.what.to_owned(),
        device,
        by: read.by.clone(),
        reason: read.reason.clone(),
        at: read.at,
        until: read.until,
        state: read.state.to_owned(),
    }
}

/// The page.
pub(super) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<SeeHeldOrders>()?;
    shown(&view(&ctx).await?)
}

async fn again(ctx: &Ctx, error: AppError, field: &str, typed: String) -> Result<Response, Problem> {
    let errors = form_errors(error, field)?;
    let beside = errors.all().iter().map(|error| (field.to_owned(), error.text.clone())).collect();
    if !ctx.may::<SeeHeldOrders>() {
        let why = errors.all().first().map(|error| error.text.clone()).unwrap_or_default();
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    form_again(&list::View { errors: beside, typed, ..view(ctx).await? })
}

fn force_of(fields: &Fields, name: &str) -> Result<Force, AppError> {
    fields
        .get(name)
        .parse()
        .map_err(|_| AppError::Invalid { field: "force", message: "choose a force".into() })
}

/// Freezes the destructive orders of a force.
pub(super) async fn freeze(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<FreezeDestruction>()?;
    let frozen = async {
        let force = force_of(&fields, "freeze-force")?;
        caps::freeze(&ctx.site.app, permit, force, fields.get("freeze-why")).await
    };
    match frozen.await {
        Ok(()) => Ok(done(HELD, "frozen")),
        Err(error) => again(&ctx, error, "freeze-why", fields.text("freeze-why")).await,
    }
}

/// Asks to lift a freeze, or confirms it.
pub(super) async fn lift(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<LiftFreeze>()?;
    let field = format!("lift-{}", fields.get("force"));
    let lifted = async {
        let force = force_of(&fields, "force")?;
        if fields.get("confirm") == "yes" {
            return caps::confirm_lift(&ctx.site.app, permit, force).await.map(|()| "lifted");
        }
        caps::ask_to_lift(&ctx.site.app, permit, force, fields.get(&field)).await.map(|()| "lift-asked")
    };
    match lifted.await {
        Ok(word) => Ok(done(HELD, word)),
        Err(error @ AppError::Invalid { .. }) => again(&ctx, error, &field, fields.text(&field)).await,
        Err(error) => Err(error.into()),
    }
}

/// Calls off what has not reached its devices.
pub(super) async fn call_off(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<CallOffOrders>()?;
    let called = async {
        let which =
            CalledOff { force: force_of(&fields, "call-off-force")?, asked_by: fields.some("asked-by") };
        caps::call_off(&ctx.site.app, permit, which, fields.get("call-off-why")).await
    };
    match called.await {
        Ok(CallOff { go_on: 0, .. }) => Ok(done(HELD, "orders-called-off")),
        Ok(_) => Ok(done(HELD, "orders-called-off-in-part")),
        Err(error) => again(&ctx, error, "call-off-why", fields.text("call-off-why")).await,
    }
}

async fn one(ctx: &Ctx, id: BurstId) -> Result<show::View, Problem> {
    let read = read::burst(&ctx.site.app, ctx.permit::<SeeHeldOrders>()?, id).await?;
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(Crumb::new(HELD, "Held and waiting"));
    let shown = u64::try_from(read.orders.len()).unwrap_or(u64::MAX);
    Ok(show::View {
        shell,
        href: format!("{HELD}/{id}"),
        what: what(&read.row),
        force: read.row.force.title(),
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

/// Titles as a choice: `A, B or C`.
fn either(titles: &[&str]) -> String {
    match titles.split_last() {
        None => "Nobody: no role may, by the access policies in force".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// One burst.
pub(super) async fn burst_page(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeeHeldOrders>()?;
    shown(&one(&ctx, id_of(&id)?).await?)
}

async fn one_again(
    ctx: &Ctx,
    id: BurstId,
    (error, field): (AppError, &str),
    typed: String,
) -> Result<Response, Problem> {
    let errors = form_errors(error, field)?;
    let beside: Errors = errors.all().iter().map(|error| (field.to_owned(), error.text.clone())).collect();
    let view = show::View { errors: beside, typed, ..one(ctx, id).await? };
    if (field == "release-reason" && view.may_release) || (field == "cancel-reason" && view.may_cancel) {
        return form_again(&view);
    }
    // There is no form left to show it beside.
    let why = errors.all().first().map(|error| error.text.clone()).unwrap_or_default();
    Err(Problem::new(StatusCode::CONFLICT, why))
}

/// Releases all of it.
pub(super) async fn release(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ReleaseOrders>()?;
    let (id, field) = (id_of(&id)?, "release-reason");
    match caps::release(&ctx.site.app, permit, id, fields.get(field)).await {
        Ok(_) => Ok(done(&format!("{HELD}/{id}"), "released")),
        Err(error) => one_again(&ctx, id, (error, field), fields.text(field)).await,
    }
}

/// Cancels all of it.
pub(super) async fn cancel(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<CallOffOrders>()?;
    let (id, field) = (id_of(&id)?, "cancel-reason");
    match caps::cancel(&ctx.site.app, permit, id, fields.get(field)).await {
        Ok(_) => Ok(done(&format!("{HELD}/{id}"), "cancelled")),
        Err(error) => one_again(&ctx, id, (error, field), fields.text(field)).await,
    }
}
