//! Decides which devices to push, and records the result; the vendor's service sends the pushes.

use std::sync::Arc;

use domain::{EnrolmentId, Span, Timestamp};
use platform_port::{PushClient, Unreached};
use store::pushes::{self, PushDue};
use store::{Tx, commands};

use kernel::{App, AppError};

/// Time for which the push service may keep trying to reach a device.
const PUSH_LIFE: Span = Span::from_secs(7 * 24 * 3600);
/// Time that a push is leased to one node before another may send it: longer than a push may take, and short, because it is also
/// how long a lost device waits whose push was claimed by a process that was killed.
const LEASE: Span = Span::from_secs(20);
/// Time after which a push that was not accepted is retried.
const AGAIN_AFTER: Span = Span::from_secs(60);
/// Time after which a device is pushed again if a command still waits for it.
const WAITED: Span = Span::from_secs(4 * 3600);

/// Sends the pushes that are due, `limit` at most; returns the number removed from the list. If no service reaches a platform,
/// its entries are removed as well: those devices get their commands when they next connect.
///
/// # Errors
/// Only if the database does not answer.
pub async fn send_pushes(app: &App, services: &[Arc<dyn PushClient>], limit: u32) -> Result<usize, AppError> {
    let now = app.world().now();
    let due = claim_pushes(app, now, limit).await?;
    let count = due.len();
    let mut outcomes = Vec::with_capacity(count);
    let mut sends = tokio::task::JoinSet::new();
    for push in due {
        let service = services.iter().find(|service| service.platforms().contains(&push.platform));
        match (service, &push.address) {
            (Some(service), Some(address)) => {
                let push_under_way = service.reach(address, now.plus(PUSH_LIFE));
                sends.spawn(async move {
                    let said = push_under_way.await;
                    (push, said.err())
                });
            }
            (Some(_), None) => {
                let why = "the device gave no address for pushes".into();
                outcomes.push((push, Some(Unreached::Refused(why))));
            }
            (None, _) => outcomes.push((push, None)),
        }
    }
    while let Some(sent) = sends.join_next().await {
        outcomes.push(sent.map_err(|error| AppError::fault(&error))?);
    }
    if count > 0 {
        app.store()
            .write(move |tx| outcomes.iter().try_for_each(|(push, said)| note(tx, push, said.as_ref(), now)))
            .await?;
    }
    Ok(count)
}

/// Claims the due pushes that this node sends. Reads before it claims, so that an idle service writes nothing.
async fn claim_pushes(app: &App, now: Timestamp, limit: u32) -> Result<Vec<PushDue>, AppError> {
    let due = app.store().read(move |tx| pushes::due(tx, now, limit)).await.map_err(AppError::from)?;
    if due.is_empty() {
        return Ok(due);
    }
    app.store()
        .write(move |tx| {
            let mut claimed = Vec::with_capacity(due.len());
            for mut push in due {
                if pushes::claim(tx, &mut push, now.plus(LEASE))? {
                    claimed.push(push);
                }
            }
            Ok(claimed)
        })
        .await
}

/// Pushes devices again whose commands have waited for hours: a push can be lost.
///
/// # Errors
/// Only if the database does not answer.
pub async fn push_the_waiting(app: &App, limit: u32) -> Result<usize, AppError> {
    let now = app.world().now();
    let before = now.minus(WAITED);
    app.store()
        .write(move |tx| {
            let waiting: Vec<EnrolmentId> = commands::unpushed(tx, before, before, limit)?;
            for enrolment in &waiting {
                pushes::want(tx, *enrolment, now)?;
            }
            Ok(waiting.len())
        })
        .await
}

fn note(tx: &mut Tx<'_>, push: &PushDue, said: Option<&Unreached>, now: Timestamp) -> Result<(), AppError> {
    match said {
        None => pushes::done(tx, push, now, None)?,
        Some(error @ Unreached::Again(_)) => {
            pushes::again(tx, push, now.plus(AGAIN_AFTER), now, &error.to_string())?;
        }
        Some(error @ Unreached::Gone(_)) => pushes::gone(tx, push, now, &error.to_string())?,
        Some(error @ Unreached::Refused(_)) => pushes::done(tx, push, now, Some(&error.to_string()))?,
    }
    Ok(())
}
