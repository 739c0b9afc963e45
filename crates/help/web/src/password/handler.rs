//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::{CommandState, ProofKind, ResetCame, ResetId};
use kernel::AppError;
use kernel::access::{AskReset, DecideReset, SeeCases};

use crate::password::{Number, Proof, Typed, View, kinds};
use crate::passwords::handler::{cause, colour, state};
use help_app::proof::title;
use help_app::resets::{self, ByHand, Decision, DeskProof, Doer, OrderRead, ProofRead, ResetRead};
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::frame::{Area, Crumb};
use web_shell::links::case_crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

async fn view(ctx: &Ctx, id: ResetId, fields: Option<&Fields>, errors: Errors) -> Result<View, Problem> {
    let read = resets::reset(&ctx.site.app, ctx.permit::<SeeCases>()?, id).await?;
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new("/help/passwords", "Passwords"));
    let typed = |name| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let ResetRead { row, device, case, case_number, .. } = &read;
    let came = match row.came {
        ResetCame::Telephone => "by telephone",
        ResetCame::InPerson => "at the desk",
        ResetCame::SignedIn => "on their own page",
    };
    Ok(View {
        shell,
        errors,
        href: format!("/help/passwords/{id}"),
        device: Crumb::new(format!("/devices/{}", device.id), row.title.clone()),
        person: row.person.clone(),
        what: format!("{}, {came}", cause(row.cause)),
        opened: row.opened_at,
        stage: row.state.as_str(),
        state: state(row.state),
        colour: colour(row.state),
        case: case_crumb(*case, *case_number),
        phone: read.phone.clone().unwrap_or_default(),
        manager: read.manager.clone().unwrap_or_default(),
        manager_asked: read.vouch_asked_at,
        privileged: read.privileged,
        proofs: read.proofs.iter().map(proof_of).collect(),
        missing: read.missing.unwrap_or_default(),
        number: read.number.map(|shown| Number {
            number: shown.number,
            until: shown.until,
            tries: shown.tries,
        }),
        asked: doer(read.asked.as_ref()),
        decided: doer(read.decided.as_ref()),
        decider: read.decider,
        reachable: read.reachable.clone(),
        to_ring: read.to_ring.clone(),
        by_hand: read.by_hand.clone().unwrap_or_default(),
        order: read.order.as_ref().map(order).unwrap_or_default(),
        next: read.next_at,
        may_work: read.may_work,
        may_decide: read.may_decide,
        kinds: kinds(&typed("kind")),
        typed: Typed { note: typed("note"), reason: typed("reason"), why: typed("why"), how: typed("how") },
    })
}

fn proof_of(proof: &ProofRead) -> Proof {
    Proof { title: title(proof.kind), given: proof.given, by: proof.by.clone(), at: proof.at }
}

fn doer(doer: Option<&Doer>) -> String {
    doer.map(|doer| format!("{}, {}", doer.who, format::when(doer.at))).unwrap_or_default()
}

/// Says how far the order is. "Delivered" never reads as "done".
fn order(order: &OrderRead) -> String {
    let at = |at: Option<domain::Timestamp>| at.map(format::when).unwrap_or_default();
    match order.state {
        CommandState::Asked | CommandState::Queued => "The order waits for the device to connect".to_owned(),
        CommandState::Held => {
            "The order is beyond the limit of an hour, and held until a further person releases it under Held and waiting".to_owned()
        }
        CommandState::Delivered => {
            format!("The device has the order since {} and has not answered", at(order.delivered_at))
        }
        CommandState::NotNow => "The device answered \u{201c}not now\u{201d} and is asked again".to_owned(),
        CommandState::Acknowledged => format!("The device acknowledged it {}", at(order.finished_at)),
        CommandState::Failed | CommandState::FormatError => {
            format!("The device refused: {}", order.error.clone().unwrap_or_default())
        }
        CommandState::Cancelled => "The order was taken back before the device had it".to_owned(),
        CommandState::Uncertain => "Delivery uncertain: the device had the order and never answered".to_owned(),
    }
}

/// Shows the request.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeeCases>()?;
    shown(&view(&ctx, id_of(&id)?, None, Errors::default()).await?)
}

/// What a form did, and where its errors stand.
struct Outcome {
    result: Result<(), AppError>,
    notice: &'static str,
    field: &'static str,
}

async fn answer(ctx: &Ctx, id: ResetId, fields: &Fields, outcome: Outcome) -> Result<Response, Problem> {
    match outcome.result {
        Ok(()) => Ok(done(&format!("/help/passwords/{id}"), outcome.notice)),
        Err(error) => {
            let errors = form_errors(error, outcome.field)?;
            form_again(&view(ctx, id, Some(fields), errors).await?)
        }
    }
}

/// Records a proof that the desk saw to, or that it failed.
pub(crate) async fn proof(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AskReset>()?;
    let id: ResetId = id_of(&id)?;
    let given = fields.get("given") == "yes";
    let result = match fields.get("kind").parse::<ProofKind>() {
        Ok(kind) => {
            let new = DeskProof { kind, given, note: fields.text("note") };
            resets::record_proof(&ctx.site.app, permit, id, new).await
        }
        Err(_) => Err(AppError::invalid("kind", "choose what you did")),
    };
    answer(&ctx, id, &fields, Outcome { result, notice: "reset-proof", field: "kind" }).await
}

/// Makes a number to read out.
pub(crate) async fn number(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AskReset>()?;
    let id: ResetId = id_of(&id)?;
    let result = resets::ask_number(&ctx.site.app, permit, id).await;
    answer(&ctx, id, &fields, Outcome { result, notice: "reset-number", field: "kind" }).await
}

/// Asks the line manager to vouch.
pub(crate) async fn manager(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AskReset>()?;
    let id: ResetId = id_of(&id)?;
    let result = resets::ask_manager(&ctx.site.app, permit, id).await.map(drop);
    answer(&ctx, id, &fields, Outcome { result, notice: "reset-manager", field: "kind" }).await
}

/// Asks for the decision.
pub(crate) async fn send(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AskReset>()?;
    let id: ResetId = id_of(&id)?;
    let result = resets::send_reset(&ctx.site.app, permit, id).await;
    answer(&ctx, id, &fields, Outcome { result, notice: "reset-sent", field: "kind" }).await
}

/// Ends the request at the desk.
pub(crate) async fn stop(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AskReset>()?;
    let id: ResetId = id_of(&id)?;
    let why = ByHand { refused: fields.get("refused") == "yes", reason: fields.text("why") };
    let result = match resets::stop_reset(&ctx.site.app, permit, id, why).await {
        Err(AppError::Invalid { message, .. }) => Err(AppError::invalid("why", message)),
        other => other,
    };
    answer(&ctx, id, &fields, Outcome { result, notice: "reset-stopped", field: "why" }).await
}

/// Records what was done at the desk.
pub(crate) async fn by_hand(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<AskReset>()?;
    let id: ResetId = id_of(&id)?;
    let result = resets::record_by_hand(&ctx.site.app, permit, id, fields.get("how")).await;
    answer(&ctx, id, &fields, Outcome { result, notice: "reset-stated", field: "how" }).await
}

/// Decides on the request.
pub(crate) async fn decide(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<DecideReset>()?;
    let id: ResetId = id_of(&id)?;
    let agree = fields.get("agree") == "yes";
    let decision = Decision { agree, reason: fields.text("reason") };
    let result = resets::decide_reset(&ctx.site.app, permit, id, decision).await;
    let notice = if agree { "reset-agreed" } else { "reset-refused" };
    answer(&ctx, id, &fields, Outcome { result, notice, field: "reason" }).await
}
