//! Takes a request further by itself: what the device said, what is overdue, whom to remind.

use domain::{CommandState, DeviceId, FactValue, Grade, ResetState, Timestamp};
use help::reset::{Next, Reported, Seen, next};
use store::devices::{self, Device};
use store::locks::{self, Lock};
use store::resets::{self, Reset};
use store::{Tx, cases, commands, messages};

use super::{End, Entered, OVERDUE, end, enter, limits, save, say, tell_holder};
use crate::StepsDone;
use devices_app::commands::{call_off_reset, look_soon};
use kernel::access::Voice;
use kernel::{App, AppError, Work};

/// Takes the open request about a device further. Running it again changes nothing.
///
/// # Errors
/// Only if the database does not answer.
pub async fn follow_reset(app: &App, device: DeviceId) -> Result<(), AppError> {
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store().write(move |tx| follow_in(Work { app: &app, tx, now }, device)).await
}

/// Takes requests further that are overdue although no job came for them; returns their number.
///
/// # Errors
/// Only if the database does not answer.
pub async fn follow_overdue_resets(app: &App, limit: u32) -> Result<usize, AppError> {
    let before = app.world().now().minus(OVERDUE);
    let overdue = app.store().read(move |tx| resets::overdue(tx, before, limit)).await?;
    kernel::jobs::each(overdue, |device| follow_reset(app, device)).await
}

fn follow_in(Work { app, tx, now }: Work<'_, '_>, id: DeviceId) -> Result<(), AppError> {
    locks::take(tx, Lock::Device(id))?;
    let Some(row) = resets::open_of_device(tx, id)? else { return Ok(()) };
    let Some(device) = devices::by_id(tx, id)? else { return Ok(()) };
    locks::take(tx, Lock::Case(row.case))?;
    let seen = seen(tx, &row)?;
    if withdrawn_as_lost(Work { app, tx, now }, &row, &seen)? {
        return Ok(());
    }
    match next(&seen, &limits(app), now) {
        Next::Wait(at) => wait(Work { app, tx, now }, Of { row: &row, device: &device }, at),
        Next::Remind(at) => {
            let reminded = Reset { reminders: row.reminders + 1, ..row.clone() };
            remind(app, tx, &reminded)?;
            wait(Work { app, tx, now }, Of { row: &reminded, device: &device }, at)
        }
        Next::Cleared => cleared(Work { app, tx, now }, &row, &device),
        Next::Restored => {
            let says = "The device reported a new password that meets its rules.";
            over(
                Work { app, tx, now },
                &row,
                Over { state: ResetState::Restored, subject: "Your device has a new password", says },
            )
        }
        Next::Failed => over(Work { app, tx, now }, &row, FAILED),
        Next::Expired => {
            take_back(tx, &row, "the time to carry it out was over", now)?;
            over(Work { app, tx, now }, &row, EXPIRED)
        }
        Next::Withdrawn => {
            // What the device has already cannot be taken back: its answer is waited for.
            if row.state == ResetState::Ordered && take_back(tx, &row, "the case was closed", now).is_err() {
                return wait(Work { app, tx, now }, Of { row: &row, device: &device }, now.plus(OVERDUE));
            }
            let says = "The case was closed by hand.";
            over(
                Work { app, tx, now },
                &row,
                Over {
                    state: ResetState::Withdrawn,
                    subject: "A request about your password was closed",
                    says,
                },
            )
        }
    }
}

/// Ends a request whose order has not reached a device that was reported lost meanwhile; returns whether it did. What the device has
/// already cannot be taken back, so its answer is waited for.
fn withdrawn_as_lost(
    Work { app, tx, now }: Work<'_, '_>,
    row: &Reset,
    seen: &Seen,
) -> Result<bool, AppError> {
    let waits = matches!(
        seen.order,
        Some(CommandState::Asked | CommandState::Held | CommandState::Queued | CommandState::NotNow)
    );
    if row.state != ResetState::Ordered || !waits {
        return Ok(false);
    }
    if crate::open_case_of(tx, row.device, "lost-device")?.is_none() {
        return Ok(false);
    }
    match take_back(tx, row, "the device was reported lost", now) {
        Ok(()) => {}
        Err(AppError::Conflict(_)) => return Ok(false),
        Err(error) => return Err(error),
    }
    over(Work { app, tx, now }, row, LOST)?;
    Ok(true)
}

/// A request and its device.
#[derive(Clone, Copy)]
struct Of<'a> {
    row: &'a Reset,
    device: &'a Device,
}

/// The end of a request that nobody brought about.
#[derive(Clone, Copy)]
struct Over {
    state: ResetState,
    subject: &'static str,
    says: &'static str,
}

const FAILED: Over = Over {
    state: ResetState::Failed,
    subject: "Your request about a password ended without success",
    says: "The device refused the order, or the order ended without an answer. It is not known to have cleared the password: if the \
           device had the order, it may be open. The desk has to look and ask again.",
};

const LOST: Over = Over {
    state: ResetState::Withdrawn,
    subject: "A request about your password was ended",
    says: "The device was reported lost, so its password is not cleared.",
};

const EXPIRED: Over = Over {
    state: ResetState::Expired,
    subject: "Your request about a password expired",
    says: "The time for this was over: nobody decided, or the device did not connect. Nothing was cleared. The desk has to ask again.",
};

fn over(Work { app, tx, now }: Work<'_, '_>, row: &Reset, over: Over) -> Result<(), AppError> {
    let Over { state, subject, says } = over;
    end(Work { app, tx, now }, row, &End { state, subject, says, by: Voice::SYSTEM })
}

/// Reads what is known of a request now.
fn seen(tx: &mut Tx<'_>, row: &Reset) -> Result<Seen, AppError> {
    let order = match row.command {
        Some(command) => commands::by_id(tx, command)?.map(|command| command.state),
        None => None,
    };
    Ok(Seen {
        state: row.state,
        opened_at: row.opened_at,
        decided_at: row.decided.as_ref().map(|by| by.at),
        cleared_at: row.cleared_at,
        order,
        password: reported(tx, row.device)?,
        reminders: row.reminders,
        case_closed: cases::by_id(tx, row.case)?.is_none_or(|case| case.closed.is_some()),
    })
}

/// Returns what the device itself reported of its password; an acknowledgement is no report.
fn reported(tx: &mut Tx<'_>, device: DeviceId) -> Result<Option<Reported>, AppError> {
    let facts = messages::facts(tx, device)?;
    let told = |name: &str| facts.get(name).filter(|fact| fact.grade >= Grade::Reported).cloned();
    let (Some(present), compliant) = (told("passcode.present"), told("passcode.compliant")) else {
        return Ok(None);
    };
    let yes = |value: &FactValue| *value == FactValue::Bool(true);
    let set = yes(&present.value) && compliant.is_some_and(|fact| yes(&fact.value));
    Ok(Some(Reported { set, at: present.at }))
}

fn wait(Work { app, tx, now }: Work<'_, '_>, of: Of<'_>, at: Timestamp) -> Result<(), AppError> {
    if of.row.state == ResetState::Cleared {
        look_soon(tx, of.device, now)?;
    }
    let changed = Reset { next_at: Some(at), ..of.row.clone() };
    save(Work { app, tx, now }, &changed, of.row.state)
}

fn remind(app: &App, tx: &mut Tx<'_>, row: &Reset) -> Result<(), AppError> {
    let body = match row.state {
        ResetState::Cleared => {
            "The password of your device is cleared, so anybody who has it can open it. Unlock it and set a new password now."
        }
        ResetState::ByHand => {
            "A new password for your device is agreed. Bring the device to the Service Desk, where you set it yourself."
        }
        _ => {
            "Somebody may know the password of your device. Change it on the device now, then say so on the page that this leads to."
        }
    };
    say(app, tx, row, Voice::SYSTEM, &format!("Reminded the holder ({} of 3).", row.reminders))?;
    tell_holder(app, tx, row, "Set a new password on your device", body)
}

/// Notes that the device has acknowledged: from now on it is open until its holder sets a password.
fn cleared(Work { app, tx, now }: Work<'_, '_>, row: &Reset, device: &Device) -> Result<(), AppError> {
    let acknowledged = match row.command {
        Some(command) => commands::by_id(tx, command)?,
        None => None,
    };
    let at = acknowledged
        .filter(|command| command.state == CommandState::Acknowledged)
        .and_then(|command| command.finished_at)
        .unwrap_or(now);
    let changed =
        Reset { state: ResetState::Cleared, cleared_at: Some(at), next_at: Some(now), ..row.clone() };
    save(Work { app, tx, now }, &changed, row.state)?;
    look_soon(tx, device, now)?;
    let says = "The device acknowledged that its password is cleared. Its holder sets a new one on it.";
    let done = StepsDone { names: &["reset"], outcome: "done", proof: says, by: Voice::SYSTEM };
    crate::end_steps(Work { app, tx, now }, row.case, &done)?;
    say(app, tx, &changed, Voice::SYSTEM, says)?;
    enter(app, tx, &changed, Voice::SYSTEM, Entered::new("reset.cleared"))?;
    let body = format!(
        "The password of your device is cleared. Unlock it and set a new password now: until then anybody who has it can open it. If \
         you did not ask for this, {} at once.",
        crate::ring(app)
    );
    tell_holder(app, tx, &changed, "Your password is cleared: set a new one now", &body)
}

/// Takes back the order of a request that has not reached its device.
///
/// # Errors
/// [`AppError::Conflict`] where the device has it, or may have it.
pub(super) fn take_back(tx: &mut Tx<'_>, row: &Reset, why: &str, now: Timestamp) -> Result<(), AppError> {
    let gone = || {
        AppError::Conflict(
            "the device has the order already, so it cannot be taken back: lock the device, or see that its holder sets a password"
                .into(),
        )
    };
    match (row.state, row.command) {
        (ResetState::Cleared, _) => Err(gone()),
        (ResetState::Ordered, Some(command)) => {
            if call_off_reset(tx, command, why, now)? {
                return Ok(());
            }
            let found = commands::by_id(tx, command)?;
            match found.map(|command| command.state) {
                Some(CommandState::Delivered | CommandState::Acknowledged | CommandState::Uncertain) => {
                    Err(gone())
                }
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
