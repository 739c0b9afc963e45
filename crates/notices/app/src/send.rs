//! Sends the notices that are due: asks the rule again at that moment, then the mail service. What calls somebody goes by their own
//! ways ([`crate::deliveries`]).

use domain::{Channel, NoticeState, Secret, Span, Timestamp};
use duty::rule::Ruling;
use outbound::channel::Channels;
use outbound::mail::{Letter, MailError};
use store::notice_calls::{self, NoticeCall};
use store::notices::{self, Notice};
use store::{Tx, people};
use tokio::task::JoinSet;

use super::{LEASE, calls, deliveries, reason_told, rule_of};
use crate::deliveries::Planned;
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Most attempts before a notice is given up and shown to the Service Desk: over about a day.
const MOST_ATTEMPTS: i64 = 9;

/// A claimed notice that may be sent now.
struct Telling {
    notice: Notice,
    duty: &'static str,
    exception: bool,
    to: Option<String>,
    /// Set for a notice that calls somebody where nothing can be sent: their own page tells them.
    call: Option<NoticeCall>,
}

/// Sends the notices that the rule allows now, and the messages that are due on every channel in turn, at most `limit` of each; returns
/// the number examined.
///
/// # Errors
/// As [`send_letters`] and [`send_messages`].
pub async fn send_notices(app: &App, channels: impl Into<Channels>, limit: u32) -> Result<usize, AppError> {
    let channels = channels.into();
    let mut count = send_letters(app, &channels, limit).await?;
    for channel in [Channel::Text, Channel::Mail, Channel::Hook] {
        count += send_messages(app, &channels, channel, limit).await?;
    }
    Ok(count)
}

/// Sends the messages that are due on one channel, at most `limit`; returns the number examined. Each channel has its own, so that a slow
/// provider holds up no other.
///
/// # Errors
/// Only if the database does not answer.
pub async fn send_messages(
    app: &App,
    channels: &Channels,
    channel: Channel,
    limit: u32,
) -> Result<usize, AppError> {
    if !kernel::health::clock_is_right(app) {
        return Ok(0);
    }
    deliveries::deliver(app, channels, channel, limit).await
}

/// Sends the notices that the rule allows now, at most `limit`, and plans the messages of those that call somebody; returns the number
/// examined. Without any channel they are delivered by the person's own page.
///
/// # Errors
/// Only if the database does not answer.
pub async fn send_letters(app: &App, channels: &Channels, limit: u32) -> Result<usize, AppError> {
    if !kernel::health::clock_is_right(app) {
        return Ok(0);
    }
    send_due(app, channels, limit).await
}

async fn send_due(app: &App, channels: &Channels, limit: u32) -> Result<usize, AppError> {
    let now = app.world().now();
    let due = app.store().read(move |tx| notices::due(tx, now, limit)).await.map_err(AppError::from)?;
    let count = due.len();
    if count == 0 {
        return Ok(0);
    }
    let (own, by) = (app.clone(), channels.clone());
    let tellings: Vec<Telling> = app
        .store()
        .write(move |tx| {
            let mut tellings = Vec::new();
            for notice in due {
                tellings.extend(claim_notice(&own, tx, &by, notice)?);
            }
            Ok::<_, AppError>(tellings)
        })
        .await?;
    let mut sends = JoinSet::new();
    for telling in tellings {
        let (app, client, letter) = (app.clone(), channels.mail.clone(), self::letter(app, &telling, now));
        sends.spawn(async move {
            // A node that was stopped for longer than the lease leaves the notice to the node that has claimed it
            // since.
            let lost = telling.notice.due_at.is_none_or(|lease| app.world().now() >= lease);
            let outcome = match (client, letter) {
                _ if lost => Err(MailError::Again("this node was stopped while it was to send it".into())),
                (None, _) => Ok(NoticeState::Shown),
                (Some(_), None) => Err(MailError::Address),
                (Some(client), Some(letter)) => client.send(&letter).await.map(|()| NoticeState::Mailed),
            };
            (telling, outcome)
        });
    }
    while let Some(sent) = sends.join_next().await {
        let (telling, outcome) = sent.map_err(|error| AppError::fault(&error))?;
        let (app, now) = (app.clone(), app.world().now());
        app.clone()
            .store()
            .write(move |tx| note_telling(Work { app: &app, tx, now }, &telling, outcome))
            .await?;
    }
    Ok(count)
}

/// Asks the rule again, since the person's duty may have changed; then claims the notice for this node. Messages of a call are
/// planned; anything else is returned, to be sent at once.
fn claim_notice(
    app: &App,
    tx: &mut Tx<'_>,
    channels: &Channels,
    mut notice: Notice,
) -> Result<Option<Telling>, AppError> {
    let now = app.world().now();
    if !notices::claim(tx, &mut notice, now.plus(LEASE))? {
        return Ok(None);
    }
    let Some(person) = people::by_id(tx, notice.person)? else { return Ok(None) };
    let state = duty_app::duty_state(tx, person.id, now)?;
    let call = notice_calls::of(tx, notice.id)?;
    if let Some(call) = &call {
        deliveries::plan_event(app, tx, channels, &notice, call)?;
    }
    if person.ended_at.is_some() {
        notices::failed(tx, &notice, None, state.as_str(), "they have left")?;
        if let Some(call) = &call {
            calls::ended(app, tx, notice.id, call)?;
        }
        return Ok(None);
    }
    let ruling = crate::ruling(app, &state, rule_of(&notice.reason), now);
    if call.is_some() && (channels.mail.is_some() || channels.text.is_some()) {
        if ruling == Ruling::Hold {
            deliveries::give_up(app, tx, notice.id, "no longer on call nor on duty")?;
            return Ok(None);
        }
        match deliveries::plan(app, tx, channels, &notice, &person)? {
            Planned::Until(until) => notices::hold(tx, &notice, until, state.as_str())?,
            Planned::NoWay => {
                deliveries::give_up(app, tx, notice.id, "no verified way of reaching them is known")?;
            }
        }
        return Ok(None);
    }
    Ok(match ruling {
        Ruling::Hold => {
            if call.is_some() {
                deliveries::give_up(app, tx, notice.id, "no longer on call nor on duty")?;
                return Ok(None);
            }
            notices::hold(tx, &notice, crate::look_again_at(app, &state, now), state.as_str())?;
            None
        }
        ruling => Some(Telling {
            call,
            notice,
            duty: state.as_str(),
            exception: ruling == Ruling::TellThoughOff,
            to: person.email,
        }),
    })
}

/// Writes the mail: a marking and a link, without the text of the notice.
fn letter(app: &App, telling: &Telling, now: Timestamp) -> Option<Letter> {
    let address = &app.config().address;
    let policy = app.policy();
    let marking = &policy.forces().marking;
    Some(Letter {
        id: format!("notice-{}", telling.notice.id),
        to: Secret::new(telling.to.clone()?),
        subject: format!("{marking} - There is something for you to read in Lanyard"),
        text: format!(
            "{marking}\r\n\r\nThere is something for you to read in Lanyard, {}'s device manager.\r\n\r\nSign in \
                 and read it: {address}/me\r\n\r\nThis message was sent by a machine. Nobody reads answers to \
                 it.\r\n\r\n{marking}\r\n",
            app.config().organisation
        ),
        at: now,
    })
}

fn note_telling(
    Work { app, tx, now }: Work<'_, '_>,
    telling: &Telling,
    outcome: Result<NoticeState, MailError>,
) -> Result<(), AppError> {
    let notice = &telling.notice;
    let record =
        |action| Record::new("system", action, format!("person:{}", notice.person)).force(notice.force);
    match outcome {
        Ok(state) => {
            if let Some(call) = &telling.call {
                calls::ended(app, tx, notice.id, call)?;
            }
            if notices::told(
                tx,
                notice.id,
                &notices::Told { state, duty: telling.duty, exception: telling.exception },
                now,
            )? {
                let reason = reason_told(&notice.reason, telling.duty, telling.exception);
                return app.enter(tx, now, record("notice.told").reason(reason));
            }
        }
        Err(error) => {
            let again = match &error {
                MailError::Again(_) if telling.call.is_none() && notice.attempts + 1 < MOST_ATTEMPTS => {
                    Some(now.plus(Span::from_secs(300_i64 << notice.attempts.clamp(0, 8))))
                }
                _ => None,
            };
            let why = if telling.to.is_none() { "no work email is known".into() } else { error.to_string() };
            if notices::failed(tx, notice, again, telling.duty, &why)? && again.is_none() {
                if let Some(call) = &telling.call {
                    calls::ended(app, tx, notice.id, call)?;
                }
                return app.enter(tx, now, record("notice.undelivered"));
            }
        }
    }
    Ok(())
}
