//! Answers the requests of this page.

use axum::http::StatusCode;
use axum::response::Response;
use devices_app::caps::{CallOff, CalledOff};
use devices_app::held::{BurstRow, FreezeRead};
use devices_app::{caps, held as read};
use domain::Force;
use kernel::AppError;
use kernel::access::{CallOffOrders, FreezeDestruction, LiftFreeze, SeeHeldOrders};

use crate::held;
use crate::orders::{HELD, order, what, why};
use web_shell::answer::{form_again, shown};
use web_shell::frame::Area;
use web_shell::parts::form::{Choice, Errors};
use web_shell::session::{Ctx, Fields, Problem, done, form_errors};

fn choices(ctx: &Ctx, forces: impl Iterator<Item = Force>) -> Vec<Choice> {
    let choice =
        |force: Force| Choice { value: force.to_string(), text: ctx.force_title(force), chosen: false };
    forces.map(choice).collect()
}

pub(crate) async fn view(ctx: &Ctx) -> Result<held::View, Problem> {
    let read = read::held(&ctx.site.app, ctx.permit::<SeeHeldOrders>()?).await?;
    let everybody = [("", "Everybody's")];
    let askers = read.askers.iter().map(|(name, shown)| (name.as_str(), shown.as_str()));
    Ok(held::View {
        shell: ctx.under(Area::Devices),
        freezes: read.freezes.iter().filter_map(|freeze| freeze_view(ctx, freeze)).collect(),
        may_freeze: choices(
            ctx,
            read.freezes.iter().filter(|freeze| freeze.may_freeze).map(|freeze| freeze.force),
        ),
        bursts: read.bursts.iter().map(|row| burst(ctx, row)).collect(),
        asked: read.asked.iter().map(order).collect(),
        may_call_off: choices(ctx, read.may_call_off.iter().copied()),
        askers: Choice::list(everybody.into_iter().chain(askers), ""),
        errors: Errors::default(),
        typed: String::new(),
    })
}

fn freeze_view(ctx: &Ctx, read: &FreezeRead) -> Option<held::Freeze> {
    let stands = read.stands.clone()?;
    Some(held::Freeze {
        force: read.force.to_string(),
        title: ctx.force_title(read.force),
        at: stands.at,
        by: stands.by,
        why: stands.why,
        lift: stands.lift,
        may_ask: read.may_ask,
        may_confirm: read.may_confirm,
    })
}

fn burst(ctx: &Ctx, row: &BurstRow) -> held::Burst {
    held::Burst {
        href: format!("{HELD}/{}", row.id),
        by: row.by.clone(),
        what: what(row),
        why: why(row),
        force: ctx.force_title(row.force),
        since: row.since,
        until: row.until,
    }
}

/// Shows freezes, bursts and orders that wait for approval.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
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
    form_again(&held::View { errors: beside, typed, ..view(ctx).await? })
}

fn force_of(fields: &Fields, name: &str) -> Result<Force, AppError> {
    fields
        .get(name)
        .parse()
        .map_err(|_| AppError::Invalid { field: "force", message: "choose a force".into() })
}

/// Freezes the destructive orders of a force.
pub(crate) async fn freeze(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
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
pub(crate) async fn lift(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
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

/// Cancels orders that have not reached their devices.
pub(crate) async fn call_off(ctx: Ctx, fields: Fields) -> Result<Response, Problem> {
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
