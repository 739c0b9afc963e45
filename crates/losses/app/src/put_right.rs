//! Puts right which device a loss is about: a serial number that was misheard, the phone of somebody else. What contains the wrong one
//! is taken back, the right one takes its place, the case and the call follow, and whoever was told is told of it: one transaction.

mod free;

use std::collections::BTreeSet;

use cases_app::About;
use cases_app::tell::{Telling, tell};
use domain::{CaseId, DeviceId, Force, LossId, LossMessageState, PersonId, Timestamp};
use serde_json::json;
use store::cases::Case;
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

use free::{Freed, Left};

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
            let orders = free::orders_to_wrong(tx, &change)?;
            // What the end of these orders locks comes before the case.
            free::lock_orders(tx, &change)?;
            locks::take(tx, Lock::Case(change.case.id))?;
            // The case leaves the wrong device first: nobody is then told to lock that one again.
            take_its_place(Work { app: &app, tx, now }, &change)?;
            let freed = free::free_wrong(Work { app: &app, tx, now }, &change, &orders)?;
            let again = Line::of(&app, tx, loss, now)?.follow_device(tx)?;
            say_and_enter(Work { app: &app, tx, now }, &change, &freed, again)?;
            tell_of_it(Work { app: &app, tx, now }, &change, freed.left)
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

/// Has the loss, its reports, its case and its form be about the right device.
fn take_its_place(Work { app, tx, now }: Work<'_, '_>, change: &Change<'_>) -> Result<(), AppError> {
    let right = &change.right;
    loss_calls::set_device(tx, change.loss, right.id)?;
    loss_reports::set_device(tx, change.loss, right.id)?;
    let title = format!("{}: reported lost", cases_app::device_item(right).title);
    let about = About { device: Some(right.id), person: right.holder, title: &title, again: &["contain"] };
    cases_app::put_case_right(Work { app, tx, now }, change.case.id, &about)?;
    let signed_in = change.reports.iter().find(|report| report.came == "signed-in");
    let reporter = signed_in.and_then(|report| report.person);
    incidents_app::follow_device(Work { app, tx, now }, change.case.id, right.holder.or(reporter))?;
    // An order to clear its password that it does not have yet is taken back.
    ask_job(app, tx, Kind::FollowReset, &right.id.to_string(), now)?;
    if crate::report_locks(app) && crate::contain::reported_by_holder(tx, change.loss, right)? {
        ask_job(app, tx, Kind::LockReported, &change.loss.to_string(), now)?;
    }
    Ok(())
}

fn say_and_enter(
    Work { app, tx, now }: Work<'_, '_>,
    change: &Change<'_>,
    freed: &Freed,
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
    for sentence in &freed.says {
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
            "to": change.right.id, "called_again": again, "taken_back": freed.says,
        }));
    app.enter(tx, now, record)
}

/// Tells whoever was called about the loss, and whoever answered, that another device is lost; and the person whose device it was
/// thought to be.
fn tell_of_it(Work { app, tx, now }: Work<'_, '_>, change: &Change<'_>, left: Left) -> Result<(), AppError> {
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
                subject: left.subject(),
                body: left.body(),
                link: "/me",
            };
            tell(Work { app, tx, now }, change.case.id, person, &telling)
        }
        _ => Ok(()),
    }
}
