//! Notifies others at once of a burst that is held or decided, and of a freeze.

use domain::{Cap, CaseId, Deed, Force};
use store::devices::Device;
use store::orders::Burst;

use super::{Act, CallOff, CalledOff};
use kernel::access::Voice;
use kernel::{AppError, Work};
use notices_app::alarms::Alarm;
use notices_app::alarms::AlarmKind;
use notices_app::alarms::raise;

/// Notifies others that what somebody asked for is held.
pub(super) fn of_burst(Work { app, tx, now }: Work<'_, '_>, burst: &Burst) -> Result<(), AppError> {
    let who = kernel::words::who(tx, &burst.opened_by)?;
    let body = format!(
        "The limit is {} {} an hour. What {who} orders beyond it waits. Ask {who} whether they mean it, then release or cancel all of \
         it.",
        app.limit(burst.cap),
        burst.cap.title()
    );
    let alarm = Alarm {
        force: Some(burst.force),
        kind: AlarmKind::OrdersHeld,
        by: burst.opened_by.clone(),
        subject: format!("Orders are held: {who} reached a limit of an hour"),
        body,
        link: format!("/held/{}", burst.id),
    };
    raise(Work { app, tx, now }, alarm)
}

/// Notifies others that something which cannot be held was refused beyond a cap.
pub(super) fn of_refusal(
    Work { app, tx, now }: Work<'_, '_>,
    act: &Act<'_>,
    cap: Cap,
) -> Result<(), AppError> {
    let who = kernel::words::who(tx, act.by)?;
    let body = format!(
        "The limit is {} {} an hour. {who} asked for more: \"{}\". It was refused. Ask {who} whether they meant it.",
        app.limit(cap),
        cap.title(),
        act.deed.title(),
    );
    let alarm = Alarm {
        force: Some(act.force),
        kind: AlarmKind::RefusedBeyondCap,
        by: act.by.to_owned(),
        subject: format!("Refused: {who} reached a limit of an hour"),
        body,
        link: act.devices.first().map_or_else(|| "/held".to_owned(), |device| format!("/devices/{device}")),
    };
    raise(Work { app, tx, now }, alarm)
}

/// Notifies others that somebody ends the containment of a device whose loss is still open, and notes it in the case.
pub(crate) fn of_containment(
    Work { app, tx, now }: Work<'_, '_>,
    device: &Device,
    loss: CaseId,
    deed: Deed,
    Voice { name, shown }: Voice<'_>,
) -> Result<(), AppError> {
    cases_app::say(Work { app, tx, now }, loss, shown, &format!("{} while the loss is open", deed.title()))?;
    let alarm = Alarm {
        force: Some(device.force),
        kind: AlarmKind::ContainmentEnded,
        by: name.to_owned(),
        subject: format!("{shown} ends the lock of {}, which is lost", cases_app::device_item(device).title),
        body: format!(
            "\"{}\" was ordered while the case of the loss is open. If the device is not back, lock it again from its page.",
            deed.title()
        ),
        link: format!("/devices/{}", device.id),
    };
    raise(Work { app, tx, now }, alarm)
}

/// Notifies others that somebody released or cancelled a burst.
pub(super) fn of_decision(
    Work { app, tx, now }: Work<'_, '_>,
    burst: &Burst,
    word: &str,
    by: &str,
    why: &str,
) -> Result<(), AppError> {
    let (who, asked) = (kernel::words::who(tx, by)?, kernel::words::who(tx, &burst.opened_by)?);
    let alarm = Alarm {
        force: Some(burst.force),
        kind: AlarmKind::OrdersReleased,
        by: by.to_owned(),
        subject: format!("{who} {word} what {asked} ordered beyond a limit"),
        body: format!("The reason: {why}."),
        link: format!("/held/{}", burst.id),
    };
    raise(Work { app, tx, now }, alarm)
}

/// Notifies others that somebody called off what people ordered in a force.
pub(super) fn of_call_off(
    Work { app, tx, now }: Work<'_, '_>,
    which: &CalledOff,
    done: &CallOff,
    by: &str,
    why: &str,
) -> Result<(), AppError> {
    if done.called_off == 0 && done.go_on == 0 {
        return Ok(());
    }
    let who = kernel::words::who(tx, by)?;
    let whose = match &which.asked_by {
        Some(asked_by) => format!("what {} ordered", kernel::words::who(tx, asked_by)?),
        None => format!("what people ordered in {}", app.force_title(which.force)),
    };
    let mut body = format!(
        "{} orders had not reached their devices and were called off. The reason: {why}.",
        done.called_off
    );
    if done.go_on > 0 {
        body += &format!(
            " {} more lock lost devices and go on: a second person must agree before they end.",
            done.go_on
        );
    }
    let alarm = Alarm {
        force: Some(which.force),
        kind: AlarmKind::CalledOff,
        by: by.to_owned(),
        subject: format!("{who} called off {whose}"),
        body,
        link: "/held".to_owned(),
    };
    raise(Work { app, tx, now }, alarm)
}

/// Notifies others of a freeze, of a request to lift it, or that it is lifted.
pub(super) fn of_freeze(
    Work { app, tx, now }: Work<'_, '_>,
    force: Force,
    by: &str,
    subject: &str,
    body: &str,
) -> Result<(), AppError> {
    let alarm = Alarm {
        force: Some(force),
        kind: AlarmKind::Freeze,
        by: by.to_owned(),
        subject: subject.to_owned(),
        body: body.to_owned(),
        link: "/held".to_owned(),
    };
    raise(Work { app, tx, now }, alarm)
}
