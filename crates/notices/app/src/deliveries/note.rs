//! Notes what became of a message, and goes on: to the person's next way at once, or to the end of their notice.

use domain::{Channel, DeliveryState, NoticeId, NoticeState, Span};
use duty::rule::Ruling;
use outbound::channel::{Accepted, Receipt, Refused};
use store::deliveries::{self, Delivery};
use store::locks::{self, Lock};
use store::{Tx, alarms as alarm_rows, notices};

use super::{ASK_EVERY, MOST_TRIES};
use crate::alarms::{self, Alarm, AlarmKind};
use crate::calls;
use kernel::record::Record;
use kernel::{App, AppError, Work};

const DAY: Span = Span::from_secs(24 * 3600);

/// Takes the lock under which the messages of one person are decided about.
pub(super) fn lock(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<(), AppError> {
    match delivery.person {
        Some(person) => Ok(locks::take(tx, Lock::Person(person))?),
        None => Ok(()),
    }
}

/// Notes the provider's answer to a message that was handed over.
pub(super) fn sent(
    app: &App,
    tx: &mut Tx<'_>,
    delivery: &Delivery,
    outcome: Result<Accepted, Refused>,
) -> Result<(), AppError> {
    lock(tx, delivery)?;
    let now = app.world().now();
    let refused = match outcome {
        Ok(accepted) => {
            let is_text = delivery.channel == Channel::Text;
            let ask_at = is_text.then(|| now.plus(ASK_EVERY));
            let is_news = deliveries::sent(tx, delivery, now, accepted.provider_id.as_deref(), ask_at)?;
            return match delivery.channel {
                Channel::Mail if is_news => reached(app, tx, delivery),
                // Its answer is the receipt.
                Channel::Hook => {
                    deliveries::delivered(tx, delivery.id, now).map(drop).map_err(AppError::from)
                }
                Channel::Mail | Channel::Text => Ok(()),
            };
        }
        Err(refused) => refused,
    };
    let why = refused.to_string();
    if matches!(refused, Refused::Clock(_)) || delivery.channel == Channel::Hook {
        tracing::error!(why, channel = delivery.channel.as_str(), "a message was not accepted");
    }
    if delivery.channel == Channel::Hook
        && (delivery.attempts >= MOST_TRIES || matches!(refused, Refused::Never(_)))
    {
        hook_ended(app, tx, &why)?;
    }
    match (delivery.channel, refused) {
        // The system knows the request by its id: the same one again does no harm.
        (Channel::Hook, Refused::Later(_) | Refused::Uncertain(_)) if delivery.attempts < MOST_TRIES => {
            let pause = Span::from_secs(10_i64 << delivery.attempts.clamp(0, 8));
            deliveries::again(tx, delivery, now.plus(pause), &why).map(drop).map_err(AppError::from)
        }
        (_, Refused::Uncertain(_)) => uncertain(app, tx, delivery, &why),
        (_, Refused::Later(_) | Refused::Never(_) | Refused::Clock(_)) => failed(app, tx, delivery, &why),
    }
}

/// Raises an alarm that a system of the force was not told of an attempt, once a day while nobody has seen to it.
fn hook_ended(app: &App, tx: &mut Tx<'_>, why: &str) -> Result<(), AppError> {
    let (now, kind) = (app.world().now(), AlarmKind::NotTold);
    if !alarm_rows::same_since(
        tx,
        now.minus(DAY),
        &alarm_rows::SameAlarm { force: None, kind: kind.as_str(), caused_by: "system" },
        1,
    )?
    .is_empty()
    {
        return Ok(());
    }
    let alarm = Alarm {
        force: None,
        kind,
        by: "system".to_owned(),
        subject: "A system of the force was not told that people are called".to_owned(),
        body: format!(
            "The address in [webhook] did not take the request, and it is not sent again: {why}. People were called all the same. See that \
             the system is there and takes requests; if it is to be told no more, take [webhook] out of the settings."
        ),
        link: "/losses".to_owned(),
    };
    alarms::raise(Work { app, tx, now }, alarm)
}

/// Notes what the provider says of a text. That it does not answer tells nothing: it is asked again.
pub(super) fn asked(
    app: &App,
    tx: &mut Tx<'_>,
    delivery: &Delivery,
    outcome: Result<Receipt, Refused>,
) -> Result<(), AppError> {
    match outcome {
        Ok(receipt) => {
            lock(tx, delivery)?;
            take(app, tx, delivery, receipt)
        }
        Err(refused) => {
            tracing::warn!(why = %refused, "the provider of texts did not say what became of one");
            Ok(())
        }
    }
}

/// Takes in a receipt, in whatever order they come.
pub(super) fn take(
    app: &App,
    tx: &mut Tx<'_>,
    delivery: &Delivery,
    receipt: Receipt,
) -> Result<(), AppError> {
    match receipt {
        Receipt::OnItsWay => Ok(()),
        Receipt::Delivered => {
            if deliveries::delivered(tx, delivery.id, app.world().now())? {
                reached(app, tx, delivery)?;
            }
            Ok(())
        }
        Receipt::Failed(why) => failed(app, tx, delivery, why),
    }
}

/// Notes that a message failed, and goes on.
pub(super) fn failed(app: &App, tx: &mut Tx<'_>, delivery: &Delivery, why: &str) -> Result<(), AppError> {
    if deliveries::failed(tx, delivery.id, app.world().now(), why)? {
        go_on(app, tx, delivery.notice, why)?;
    }
    Ok(())
}

/// Notes that it is not known whether a message arrived, and goes on as if it had not: absence is no good news.
pub(super) fn uncertain(app: &App, tx: &mut Tx<'_>, delivery: &Delivery, why: &str) -> Result<(), AppError> {
    if deliveries::uncertain(tx, delivery.id, app.world().now(), why)? {
        go_on(app, tx, delivery.notice, why)?;
    }
    Ok(())
}

/// Brings the next way of the person forward to now; where none is left, gives their notice up.
fn go_on(app: &App, tx: &mut Tx<'_>, notice: Option<NoticeId>, why: &str) -> Result<(), AppError> {
    let Some(notice) = notice else { return Ok(()) };
    let now = app.world().now();
    let all = deliveries::of_notice(tx, notice)?;
    let waiting: Vec<&Delivery> = all.iter().filter(|one| one.state == DeliveryState::Pending).collect();
    if let Some(due) = waiting.first().and_then(|next| next.due_at) {
        let early = due.since(now);
        for one in waiting {
            if let Some(at) = one.due_at.filter(|_| early.millis() > 0) {
                deliveries::move_to(tx, one.id, at.minus(early))?;
            }
        }
        app.leave_letters();
        return Ok(());
    }
    let hopes = |one: &Delivery| {
        matches!(one.state, DeliveryState::Sending | DeliveryState::Sent | DeliveryState::Delivered)
    };
    if all.iter().any(hopes) { Ok(()) } else { give_up(app, tx, notice, why) }
}

/// Gives up a notice that reached its person by none of their ways, and tells its call.
pub(crate) fn give_up(app: &App, tx: &mut Tx<'_>, notice: NoticeId, why: &str) -> Result<(), AppError> {
    let Some((row, call)) = calls::of(tx, notice)? else { return Ok(()) };
    let now = app.world().now();
    let state = duty_app::duty_state(tx, row.person, now)?;
    if notices::failed(tx, &row, None, state.as_str(), why)? {
        calls::ended(app, tx, notice, &call)?;
        let record = Record::new("system", "notice.undelivered", format!("person:{}", row.person));
        app.enter(tx, now, record.force(row.force))?;
    }
    Ok(())
}

/// Notes that a message of a notice reached its person, once, and tells its call.
fn reached(app: &App, tx: &mut Tx<'_>, delivery: &Delivery) -> Result<(), AppError> {
    let Some(notice) = delivery.notice else { return Ok(()) };
    let Some((row, call)) = calls::of(tx, notice)? else { return Ok(()) };
    let now = app.world().now();
    let state = duty_app::duty_state(tx, row.person, now)?;
    let exception = crate::ruling(app, &state, crate::rule_of(&row.reason), now) == Ruling::TellThoughOff;
    if notices::told(
        tx,
        notice,
        &notices::Told { state: NoticeState::Mailed, duty: state.as_str(), exception },
        now,
    )? {
        calls::ended(app, tx, notice, &call)?;
        let reason = crate::reason_told(&row.reason, state.as_str(), exception);
        let record = Record::new("system", "notice.told", format!("person:{}", row.person));
        app.enter(tx, now, record.force(row.force).reason(reason))?;
    }
    Ok(())
}
