//! Taking a device back, and the question whether one that lies unused is still needed.

use app::access::{AnswerForOneself, CommandDevices, WithdrawDevices};
use app::unused::{KeptFor, Needed};
use app::withdrawals::Withdrawn;
use axum::extract::Path;
use axum::response::Response;
use domain::{CaseId, DeviceId};

use crate::answer::{form_again, shown};
use crate::devices::withdraw;
use crate::movers::needed;
use crate::parts::form::Errors;
use crate::session::{Ctx, Fields, Problem, done, form_errors, id_of};
use crate::shell::{Area, Crumb};

async fn question(ctx: &Ctx, id: CaseId) -> Result<needed::View, Problem> {
    let asked =
        app::unused::unused_question(&ctx.site.app, ctx.permit_within::<AnswerForOneself>()?, id).await?;
    Ok(needed::View {
        shell: ctx.shell(Area::Elsewhere, Vec::new()),
        href: format!("/cases/{id}/needed"),
        device: asked.device,
        holder: asked.holder.name,
        due: asked.due,
        errors: Errors::default(),
        answer: String::new(),
        reason: String::new(),
        until: String::new(),
        note: String::new(),
        reasons: KeptFor::ALL.iter().map(|(_, word, text)| (*word, *text)).collect(),
    })
}

/// The question.
pub(super) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit_within::<AnswerForOneself>()?;
    let id = id_of(&id)?;
    shown(&question(&ctx, id).await?)
}

/// The answer.
pub(super) async fn post(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit_within::<AnswerForOneself>()?;
    let id: CaseId = id_of(&id)?;
    let answer = Needed {
        answer: fields.text("answer"),
        reason: fields.text("reason"),
        until: fields.text("until"),
        note: fields.text("note"),
    };
    match app::unused::answer_unused(&ctx.site.app, permit, id, answer).await {
        Ok(()) => Ok(done("/", "answered")),
        Err(error @ app::AppError::Invalid { .. }) => form_again(&needed::View {
            errors: form_errors(error, "answer")?,
            answer: fields.text("answer"),
            reason: fields.text("reason"),
            until: fields.text("until"),
            note: fields.text("note"),
            ..question(&ctx, id).await?
        }),
        Err(error) => Err(error.into()),
    }
}

async fn order(ctx: &Ctx, id: DeviceId) -> Result<withdraw::View, Problem> {
    let (device, holder) =
        app::withdrawals::withdrawing(&ctx.site.app, ctx.permit::<WithdrawDevices>()?, id).await?;
    let href = format!("/devices/{id}");
    let mut shell = ctx.under(Area::Devices);
    shell.crumbs.push(Crumb::new(href.clone(), device.serial.clone()));
    Ok(withdraw::View {
        shell,
        href: format!("{href}/withdraw"),
        device: Crumb::new(href, device.serial),
        holder: holder.map(|holder| holder.name).unwrap_or_default(),
        may_lock: ctx.may::<CommandDevices>(),
        errors: Errors::default(),
        why: String::new(),
        lock: false,
    })
}

/// The order to take a device back.
pub(super) async fn withdraw(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<WithdrawDevices>()?;
    let id = id_of(&id)?;
    shown(&order(&ctx, id).await?)
}

/// Gives it.
pub(super) async fn withdrawn(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<WithdrawDevices>()?;
    let id: DeviceId = id_of(&id)?;
    let lock = if fields.get("lock") == "yes" { Some(ctx.permit::<CommandDevices>()?) } else { None };
    match app::withdrawals::withdraw(&ctx.site.app, permit, id, fields.get("why"), lock).await {
        Ok(Withdrawn::Ordered { case, not_locked }) => {
            let notice = if not_locked.is_some() { "withdrawn-not-locked" } else { "withdrawn" };
            Ok(done(&format!("/cases/{case}"), notice))
        }
        Ok(Withdrawn::Held(_)) => Ok(done(&format!("/devices/{id}"), "held")),
        Err(error) => form_again(&withdraw::View {
            errors: form_errors(error, "why")?,
            why: fields.text("why"),
            lock: fields.get("lock") == "yes",
            ..order(&ctx, id).await?
        }),
    }
}
