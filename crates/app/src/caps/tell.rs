//! Telling others at once: of a burst that is held or decided, and of a freeze.

use domain::{Force, Timestamp};
use store::Tx;
use store::orders::Burst;

use super::limit;
use crate::alarms::{Alarm, AlarmKind, raise};
use crate::{App, AppError};

/// Tells that what somebody asked for is held.
pub(super) fn of_burst(app: &App, tx: &mut Tx<'_>, burst: &Burst, now: Timestamp) -> Result<(), AppError> {
    let who = crate::read::who(tx, &burst.opened_by)?;
    let body = format!(
        "The cap is {} {} an hour. What {who} orders beyond it waits. Find out whether it is meant, then release or cancel all of it.",
        limit(app, burst.cap),
        burst.cap.title()
    );
    let alarm = Alarm {
        force: Some(burst.force),
        kind: AlarmKind::OrdersHeld,
        by: burst.opened_by.clone(),
        subject: format!("Orders are held: {who} reached a cap"),
        body,
        link: format!("/held/{}", burst.id),
    };
    raise(app, tx, alarm, now)
}

/// Tells that somebody released or cancelled a burst.
pub(super) fn of_decision(
    app: &App,
    tx: &mut Tx<'_>,
    (burst, word): (&Burst, &str),
    (by, why): (&str, &str),
    now: Timestamp,
) -> Result<(), AppError> {
    let (who, asked) = (crate::read::who(tx, by)?, crate::read::who(tx, &burst.opened_by)?);
    let alarm = Alarm {
        force: Some(burst.force),
        kind: AlarmKind::OrdersReleased,
        by: by.to_owned(),
        subject: format!("{who} {word} what {asked} ordered beyond a cap"),
        body: format!("The reason: {why}."),
        link: format!("/held/{}", burst.id),
    };
    raise(app, tx, alarm, now)
}

/// Tells of a freeze, or that somebody asks to lift it, or that it is lifted.
pub(super) fn of_freeze(
    app: &App,
    tx: &mut Tx<'_>,
    (force, by): (Force, &str),
    (subject, body): (&str, &str),
    now: Timestamp,
) -> Result<(), AppError> {
    let alarm = Alarm {
        force: Some(force),
        kind: AlarmKind::Freeze,
        by: by.to_owned(),
        subject: subject.to_owned(),
        body: body.to_owned(),
        link: "/held".to_owned(),
    };
    raise(app, tx, alarm, now)
}
