//! Answers the requests of this page.

use axum::extract::Path;
use axum::response::Response;
use domain::{Channel, DeliveryState, LossId};
use kernel::AppError;
use kernel::access::{CommandDevices, ManageCases, SeeCases, SeeCommands};

use crate::list;
use crate::show::{Delivery, Message, Order, Report, View, place};
use devices_app::commands::Ordered;
use losses_app::contain::{self, ContainmentOrder};
use losses_app::read::{DeliveryRead, LossRead, MessageRead, ReportRead, loss};
use losses_app::{Answers, Meaning, Question};
use web_shell::answer::{form_again, shown};
use web_shell::format;
use web_shell::frame::{Area, Crumb};
use web_shell::links::case_crumb;
use web_shell::parts::form::Errors;
use web_shell::session::{Ctx, Fields, Problem, done, form_errors, id_of};

/// Returns the key of the message that says what an order to contain a device came to.
pub(crate) fn said(ordered: &Result<Ordered, AppError>) -> &'static str {
    match ordered {
        Ok(Ordered::Queued(_)) => "loss-lock-queued",
        Ok(Ordered::NeedsSecond(_) | Ordered::Held { .. }) => "loss-lock-held",
        Err(_) => "loss-not-locked",
    }
}

pub(crate) async fn view(
    ctx: &Ctx,
    id: LossId,
    fields: Option<&Fields>,
    errors: Errors,
) -> Result<View, Problem> {
    let read = loss(&ctx.site.app, ctx.permit::<SeeCases>()?, id).await?;
    let typed = |name| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let mut shell = ctx.under(Area::Cases);
    shell.crumbs.push(Crumb::new("/losses", "Losses"));
    let (place, wipe) = (place::of(ctx, &read, fields), place::wipe_of(ctx, &read, fields));
    let LossRead {
        open,
        case,
        closed,
        device,
        holder,
        in_lost_mode,
        promised_by,
        answered_for,
        reports,
        messages,
        to_paste,
    } = read;
    let (others, sees) = (&open.containment.others, ctx.may::<SeeCommands>());
    let incident = incidents_app::read::of_case(&ctx.site.app, ctx.permit::<SeeCases>()?, case.id).await?;
    let incident = incident
        .map(|one| Crumb::new(format!("/incidents/{}", one.id), "Its security incident form and clock"));
    Ok(View {
        shell,
        incident,
        errors,
        href: format!("/losses/{id}"),
        lock_waits: open.containment.stands() && open.containment.contained_at.is_none(),
        orders: open.containment.orders.iter().map(|one| order(one, sees)).collect(),
        // Whether somebody looks for it or wants it erased may be part of an inquiry.
        others: others.iter().filter(|_| sees).map(|one| order(one, sees)).collect(),
        in_lost_mode,
        place,
        wipe,
        managed: open.managed,
        reports: reports.iter().map(|one| report(one, device.is_some())).collect(),
        device: device.map(|device| Crumb::new(format!("/devices/{device}"), open.title.clone())),
        holder: holder.unwrap_or_default(),
        row: list::handler::row(&open),
        case: case_crumb(case.id, case.number),
        closed,
        promised_by,
        answered_for,
        messages: messages.into_iter().map(message).collect(),
        to_paste,
        may_lock: ctx.may::<CommandDevices>(),
        may_answer: ctx.may::<ManageCases>(),
        instead_of: typed("instead-of"),
        how: typed("how"),
    })
}

fn order(order: &ContainmentOrder, linked: bool) -> Order {
    Order {
        href: if linked { format!("/commands/{}", order.id) } else { String::new() },
        what: format!("{}, by {}", order.deed.title(), order.asked_by),
        state: order.in_words().to_owned(),
        asked: order.asked_at,
        delivered: order.delivered_at,
        finished: order.finished_at,
        error: order.error.clone().unwrap_or_default(),
    }
}

/// What is said of a report that did not tell for certain which device it is, once that is known.
const NAMED_SINCE: &str = "It did not say for certain which device it is: that is known by now.";

fn report(report: &ReportRead, identified: bool) -> Report {
    let unclear = matches!(report.meaning, Meaning::Unclear | Meaning::NotOurs);
    let delay = report.answers.as_ref().and_then(|answers| answers.delay(report.reported_at));
    Report {
        reference: report.reference.clone(),
        at: report.reported_at,
        came: match &report.signed_in {
            Some(name) => format!("{}: {name}", report.came),
            None => report.came.to_owned(),
        },
        meaning: if unclear && identified { NAMED_SINCE } else { report.meaning.for_the_desk() },
        answers: report.answers.as_ref().map(|said| answers(said, identified)).unwrap_or_default(),
        delay: delay.map(format::span).unwrap_or_default(),
    }
}

/// Returns when the device was last seen: the time, or the day where the time is not known; empty where neither is.
fn last_seen(answers: &Answers) -> String {
    match answers.last_had {
        Some(at) => format::when(at),
        None if answers.last_day.is_empty() => String::new(),
        None => format!("{}, time not known", answers.last_day),
    }
}

/// Lists the answers as staff read them. Of a device that is known nobody misses the words for it.
fn answers(answers: &Answers, identified: bool) -> Vec<(&'static str, String)> {
    Question::ALL
        .into_iter()
        .filter_map(|question| {
            let answer = match question {
                Question::Force => return None,
                Question::Whose => answers.whose.clone(),
                Question::Device => answers.device.clone(),
                Question::How => answers.how.title().to_owned(),
                Question::LastHad => last_seen(answers),
                Question::Place => answers.place.clone(),
                Question::State => answers.state.title().to_owned(),
                Question::With => answers.with.clone(),
                Question::Reporter => answers.reporter.clone(),
                Question::Contact => answers.contact.clone(),
            };
            let names_it = matches!(question, Question::Whose | Question::Device);
            let known = identified && names_it;
            let missed = !answer.is_empty() || !known;
            missed.then(|| (question.for_staff(), answer))
        })
        .collect()
}

fn message(message: MessageRead) -> Message {
    let (state, colour) = match message.state {
        domain::LossMessageState::Sent => ("Being sent", "yellow"),
        domain::LossMessageState::Delivered => ("Sent", "green"),
        domain::LossMessageState::Failed => ("Failed", "red"),
        domain::LossMessageState::Withdrawn => ("Not needed any more", "grey"),
    };
    Message {
        to: message.to,
        attempt: format!("Round {}, step {}", message.round, message.step),
        state,
        colour,
        at: message.made_at,
        why: message.why.unwrap_or_default(),
        deliveries: message.deliveries.into_iter().map(delivery).collect(),
    }
}

fn delivery(read: DeliveryRead) -> Delivery {
    let (state, colour) = match read.state {
        DeliveryState::Pending => ("Waits for its time", "grey"),
        DeliveryState::Sending => ("Being sent", "yellow"),
        DeliveryState::Sent if read.channel == Channel::Mail => ("Sent", "green"),
        DeliveryState::Sent => ("Sent, not known yet whether it arrived", "yellow"),
        DeliveryState::Delivered => ("Arrived", "green"),
        DeliveryState::Failed => ("Failed", "red"),
        DeliveryState::Uncertain => ("Delivery uncertain", "yellow"),
        DeliveryState::Withdrawn => ("Not needed any more", "grey"),
    };
    let channel = list::handler::channel(read.channel);
    Delivery { channel, state, colour, at: read.at, why: read.why.unwrap_or_default() }
}

/// Shows a loss.
pub(crate) async fn get(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    ctx.permit::<SeeCases>()?;
    shown(&view(&ctx, id_of(&id)?, None, Errors::default()).await?)
}

/// Shows the loss again with what keeps its device from being ordered to lock, or lost mode from being ended.
async fn again(ctx: &Ctx, id: LossId, error: AppError) -> Result<Response, Problem> {
    let errors = form_errors(error, "lock")?;
    form_again(&view(ctx, id, None, errors).await?)
}

/// Locks the device.
pub(crate) async fn contain(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<CommandDevices>()?;
    let id: LossId = id_of(&id)?;
    match contain::contain(&ctx.site.app, permit, id).await {
        Ok(ordered) => Ok(done(&format!("/losses/{id}"), said(&Ok(ordered)))),
        Err(error) => again(&ctx, id, error).await,
    }
}

/// Ends the lost mode of a device that was found.
pub(crate) async fn release(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<CommandDevices>()?;
    let id: LossId = id_of(&id)?;
    match contain::end_containment(&ctx.site.app, permit, id).await {
        Ok(Ordered::Queued(_)) => Ok(done(&format!("/losses/{id}"), "loss-release-queued")),
        Ok(Ordered::Held { .. } | Ordered::NeedsSecond(_)) => {
            Ok(done(&format!("/losses/{id}"), "loss-lock-held"))
        }
        Err(error) => again(&ctx, id, error).await,
    }
}

/// Answers the call, for oneself or for somebody who answered by telephone.
pub(crate) async fn answer(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let id: LossId = id_of(&id)?;
    let instead_of = fields.some("instead-of");
    match losses_app::acknowledge_call(&ctx.site.app, permit, id, instead_of.as_deref()).await {
        Ok(true) => Ok(done(&format!("/losses/{id}"), "loss-taken")),
        Ok(false) => Ok(done(&format!("/losses/{id}"), "loss-taken-before")),
        Err(error) => {
            let errors = form_errors(error, "instead-of")?;
            form_again(&view(&ctx, id, Some(&fields), errors).await?)
        }
    }
}

/// Calls the next people at once.
pub(crate) async fn next(ctx: Ctx, Path(id): Path<String>) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let id: LossId = id_of(&id)?;
    losses_app::escalate_call(&ctx.site.app, permit, id).await?;
    Ok(done(&format!("/losses/{id}"), "loss-next"))
}

/// Notes that the device is found.
pub(crate) async fn found(ctx: Ctx, Path(id): Path<String>, fields: Fields) -> Result<Response, Problem> {
    let permit = ctx.permit::<ManageCases>()?;
    let id: LossId = id_of(&id)?;
    match losses_app::confirm_found(&ctx.site.app, permit, id, fields.get("how")).await {
        Ok(()) => Ok(done(&format!("/losses/{id}"), "loss-found")),
        Err(error) => {
            let errors = form_errors(error, "how")?;
            form_again(&view(&ctx, id, Some(&fields), errors).await?)
        }
    }
}
