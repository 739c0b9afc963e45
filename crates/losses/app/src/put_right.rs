//! Puts right which device a loss is about: a serial number that was misheard, the phone of somebody else. What contains the wrong one
//! is taken back, the right one takes its place, the case and the call follow, and whoever was told is told of it: one transaction.

use std::collections::BTreeSet;

use cases_app::About;
use cases_app::tell::{Telling, tell};
use devices_app::caps::{HeldDeed, held_beyond_cap};
use devices_app::commands::{Ordered, order_in, take_back_now};
use domain::local_time::local;
use domain::{
    CaseId, CommandId, CommandState, Deed, DeviceId, Force, LossId, LossMessageState, PersonId, Timestamp,
};
use platform_port::Order;
use serde_json::json;
use store::cases::Case;
use store::commands::{self, Command};
use store::devices::{self, Device};
use store::locks::{self, Lock};
use store::loss_calls::{self, LossCall};
use store::loss_reports::{self, LossReport};
use store::{Tx, cases};

use crate::call::Line;
use kernel::access::{CommandDevices, Permit};
use kernel::jobs::{Kind, ask_job};
use kernel::record::Record;
use kernel::{App, AppError, Work};
use notices_app::{Notice, Reason};

/// Most orders of a device that are looked at.
const LOOKED_AT: u32 = 200;
/// Most messages of a call that are looked at.
const MESSAGES: u32 = 1000;

/// A loss whose device is put right, with everything that was read of it under its locks.
struct Change<'a> {
    loss: LossId,
    case: Case,
    force: Force,
    wrong: Option<Device>,
    right: Device,
    since: Timestamp,
    reports: Vec<LossReport>,
    permit: &'a Permit<CommandDevices>,
    reason: &'a str,
}

/// Has a loss be about another device, with a reason that goes into the ledger. One person may: it can be put right again.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force; [`AppError::Invalid`] without a reason and for a device that is
/// out of use; [`AppError::Conflict`] once the wrong device may have been told to erase itself, for a loss that is over, and for a
/// device whose own loss is open.
pub async fn put_right(
    app: &App,
    permit: Permit<CommandDevices>,
    loss: LossId,
    right: DeviceId,
    reason: &str,
) -> Result<(), AppError> {
    let reason = kernel::fields::text("reason", reason, 400)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            let change = read(tx, loss, right, &permit, &reason)?;
            let freed = free_wrong(Work { app: &app, tx, now }, &change)?;
            // The orders took the locks that come before that of the case.
            locks::take(tx, Lock::Case(change.case.id))?;
            take_its_place(Work { app: &app, tx, now }, &change)?;
            let mut line = Line::of(&app, tx, loss, now)?;
            let again = line.begin_again(tx)?;
            if again {
                line.save(tx)?;
            }
            say_and_enter(Work { app: &app, tx, now }, &change, &freed, again)?;
            tell_of_it(Work { app: &app, tx, now }, &change)
        })
        .await
}

/// Reads a loss and its two devices under the locks of both, and refuses what cannot be put right.
fn read<'a>(
    tx: &mut Tx<'_>,
    loss: LossId,
    right: DeviceId,
    permit: &'a Permit<CommandDevices>,
    reason: &'a str,
) -> Result<Change<'a>, AppError> {
    let before = call_of(tx, loss)?;
    permit.reaches(before.force)?;
    let devices = before.device.into_iter().chain([right]).map(Lock::Device);
    locks::take_all(tx, devices.collect())?;
    let call = call_of(tx, loss)?;
    if call.device != before.device {
        return Err(AppError::Conflict("somebody put the device right meanwhile; reload the page".into()));
    }
    let right = devices::by_id(tx, right)?.ok_or_else(|| AppError::not_found("device", right))?;
    permit.reaches(right.force)?;
    let case = cases::by_id(tx, call.case)?.ok_or_else(|| AppError::not_found("case", call.case))?;
    refuse_unfit(tx, &call, &case, &right)?;
    let wrong = call.device.map(|device| devices::by_id(tx, device)).transpose()?.flatten();
    Ok(Change {
        loss,
        since: case.opened_at.min(call.began_at),
        force: call.force,
        wrong,
        right,
        reports: loss_reports::of_loss(tx, loss)?,
        case,
        permit,
        reason,
    })
}

fn call_of(tx: &mut Tx<'_>, loss: LossId) -> Result<LossCall, AppError> {
    loss_calls::by_id(tx, loss)?.ok_or_else(|| AppError::not_found("loss", loss))
}

fn refuse_unfit(tx: &mut Tx<'_>, call: &LossCall, case: &Case, right: &Device) -> Result<(), AppError> {
    if case.closed.is_some() || call.standing == "ended" {
        return Err(AppError::Conflict(
            "this loss is over: take a new report for the device that is lost now".into(),
        ));
    }
    if call.device == Some(right.id) {
        return Err(AppError::invalid("device", "the loss is about this device already"));
    }
    if right.retired_at.is_some() {
        return Err(AppError::invalid("device", "this device is out of use; choose another"));
    }
    if right.force != call.force {
        return Err(AppError::invalid(
            "device",
            "this device belongs to another force: take a report for it there, and end this loss",
        ));
    }
    if open_loss_beside(tx, right.id, case.id)? {
        return Err(AppError::invalid(
            "device",
            "its own loss is reported already: work on that one, and end this one",
        ));
    }
    Ok(())
}

/// Returns whether a device has an open case of loss other than that one.
fn open_loss_beside(tx: &mut Tx<'_>, device: DeviceId, case: CaseId) -> Result<bool, AppError> {
    let all = cases::of_device(tx, device)?;
    Ok(all.iter().any(|one| one.kind == crate::LOST && one.closed.is_none() && one.id != case))
}

/// Takes back what was ordered to the wrong device because of the loss; returns what became of it, in sentences.
///
/// # Errors
/// [`AppError::Conflict`] where the device may have been told to erase itself.
fn free_wrong(Work { app, tx, now }: Work<'_, '_>, change: &Change<'_>) -> Result<Vec<String>, AppError> {
    let Some(wrong) = &change.wrong else { return Ok(Vec::new()) };
    // The oldest first.
    let mut orders = commands::of_device(tx, wrong.id, LOOKED_AT)?;
    orders.retain(|order| order.queued_at >= change.since);
    orders.reverse();
    if let Some(sent) = orders.iter().find(|order| order.deed == Deed::Erase && was_sent(order)) {
        let at = sent.delivered_at.unwrap_or(sent.queued_at);
        return Err(AppError::Conflict(format!(
            "{} was told to erase itself on {}, and that cannot be taken back: leave this loss as it is, and take a new report for the \
             device that is lost",
            wrong.serial,
            local(at).strftime("%-d %B %Y at %H:%M")
        )));
    }
    if open_loss_beside(tx, wrong.id, change.case.id)? {
        return Ok(vec![format!("What was ordered to {} stays: its own loss is open too.", wrong.serial)]);
    }
    let (mut freed, mut on) = (Vec::new(), false);
    for order in &orders {
        match order.deed {
            Deed::Lock | Deed::LostMode | Deed::Erase | Deed::Locate if is_waiting(order) => {
                freed.push(recall(Work { app, tx, now }, change, wrong, order)?);
            }
            Deed::LostMode if was_sent(order) => on = true,
            Deed::LostModeOff if is_waiting(order) || was_sent(order) => on = false,
            _ => {}
        }
    }
    if on {
        freed.push(end_lost_mode(Work { app, tx, now }, change, wrong)?);
    }
    Ok(freed)
}

/// Returns whether an order went out to its device and may have been carried out.
fn was_sent(order: &Command) -> bool {
    matches!(order.state, CommandState::Delivered | CommandState::Acknowledged | CommandState::Uncertain)
}

/// Returns whether the device does not have an order yet.
fn is_waiting(order: &Command) -> bool {
    let states = [CommandState::Asked, CommandState::Held, CommandState::Queued, CommandState::NotNow];
    order.finished_at.is_none() && states.contains(&order.state)
}

/// Takes an order back that has not reached the wrong device. What contains it counts towards the cap.
fn recall(
    Work { app, tx, now }: Work<'_, '_>,
    change: &Change<'_>,
    wrong: &Device,
    order: &Command,
) -> Result<String, AppError> {
    let actor = change.permit.actor();
    let command: CommandId = order.id;
    if order.deed.contains_loss() {
        let what = HeldDeed::TakeBack { command, shown: actor.shown.clone() };
        if held_beyond_cap(Work { app, tx, now }, wrong, &what, &actor.name)?.is_some() {
            let what = order.deed.title();
            return Ok(format!(
                "“{what}” goes on to {}: a second person must release its end.",
                wrong.serial
            ));
        }
    }
    take_back_now(Work { app, tx, now }, command, actor.into())?;
    Ok(format!("“{}” was taken back from {}, which never got it.", order.deed.title(), wrong.serial))
}

/// Orders the end of the wrong device's lost mode. What stands in the way is said on the case and keeps nobody from putting it right.
fn end_lost_mode(
    Work { app, tx, now }: Work<'_, '_>,
    change: &Change<'_>,
    wrong: &Device,
) -> Result<String, AppError> {
    let reason = format!("another device is lost: {}", change.reason);
    let serial = &wrong.serial;
    let ordered = order_in(Work { app, tx, now }, change.permit, wrong.id, &Order::LostModeOff, &reason);
    Ok(match ordered {
        Ok(Ordered::Queued(_)) => format!("The end of lost mode is on its way to {serial}."),
        Ok(Ordered::Held { .. } | Ordered::NeedsSecond(_)) => {
            format!("The end of lost mode of {serial} is beyond a limit: a second person must release it.")
        }
        Err(AppError::Conflict(why)) => {
            format!("The lost mode of {serial} could not be ended: {why}. End it from its page.")
        }
        Err(error) => return Err(error),
    })
}

/// Has the loss, its reports, its case and its form be about the right device.
fn take_its_place(Work { app, tx, now }: Work<'_, '_>, change: &Change<'_>) -> Result<(), AppError> {
    let right = &change.right;
    loss_calls::set_device(tx, change.loss, right.id)?;
    loss_reports::set_device(tx, change.loss, right.id)?;
    let title = format!("{}: reported lost", cases_app::device_item(right).title);
    let about = About { device: Some(right.id), person: right.holder, title: &title, again: &["contain"] };
    cases_app::put_case_right(Work { app, tx, now }, change.case.id, &about)?;
    let by_holder = change.reports.iter().find(|report| report.came == "signed-in");
    let reporter = by_holder.and_then(|report| report.person);
    incidents_app::follow_device(Work { app, tx, now }, change.case.id, right.holder.or(reporter))?;
    // An order to clear its password that it does not have yet is taken back.
    ask_job(app, tx, Kind::FollowReset, &right.id.to_string(), now)?;
    if by_holder.is_some() && crate::report_locks(app) {
        ask_job(app, tx, Kind::LockReported, &change.loss.to_string(), now)?;
    }
    Ok(())
}

fn say_and_enter(
    Work { app, tx, now }: Work<'_, '_>,
    change: &Change<'_>,
    freed: &[String],
    again: bool,
) -> Result<(), AppError> {
    let actor = change.permit.actor();
    let was = change
        .wrong
        .as_ref()
        .map_or_else(|| "not known".to_owned(), |wrong| cases_app::device_item(wrong).title);
    let right = cases_app::device_item(&change.right).title;
    let mut says =
        format!("The device was put right: it was {was}, it is {right}. Reason: {}.", change.reason);
    for sentence in freed {
        says.push(' ');
        says.push_str(sentence);
    }
    if again {
        says.push_str(" People are called again, because the right one is not known to be locked.");
    }
    cases_app::say(Work { app, tx, now }, change.case.id, &actor.shown, &says)?;
    let record = Record::new(&actor.name, "loss.put-right", format!("loss:{}", change.loss))
        .force(change.force)
        .detail(json!({
            "reason": change.reason, "case": change.case.id, "from": change.wrong.as_ref().map(|wrong| wrong.id),
            "to": change.right.id, "called_again": again, "taken_back": freed,
        }));
    app.enter(tx, now, record)
}

/// Tells whoever was called about the loss, and whoever answered, that another device is lost; and the person whose device it was
/// thought to be.
fn tell_of_it(Work { app, tx, now }: Work<'_, '_>, change: &Change<'_>) -> Result<(), AppError> {
    let mut told: BTreeSet<PersonId> = loss_calls::messages(tx, change.loss, MESSAGES)?
        .into_iter()
        .filter(|message| message.state != LossMessageState::Failed)
        .map(|message| message.person)
        .collect();
    if let Some(answer) = call_of(tx, change.loss)?.answer {
        told.extend(answer.instead_of);
        told.extend(answer.by.strip_prefix("person:").and_then(|id| id.parse::<PersonId>().ok()));
    }
    let me = change.permit.actor().person;
    let once = app.world().uuid();
    for person in told.into_iter().filter(|person| Some(*person) != me) {
        let notice = Notice::routine(person, format!("loss-device:{once}"), "Another device is lost than you were called about")
            .because(Reason::OnCall)
            .body("The report named a wrong device, and it was put right. Open the loss and see whether the right one is locked.")
            .link(format!("/losses/{}", change.loss));
        notices_app::notify(app, tx, notice)?;
    }
    match change.case.person {
        Some(person) if change.right.holder != Some(person) && change.wrong.is_some() => {
            let telling = Telling {
                key: format!("loss-not-yours:{once}"),
                subject: "Your device is not the one that was reported lost",
                body: "Another device was meant. What locked yours is taken back, and nothing is asked of you about it any more.",
                link: "/me",
            };
            tell(Work { app, tx, now }, change.case.id, person, &telling)
        }
        _ => Ok(()),
    }
}
