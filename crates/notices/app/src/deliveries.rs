//! Delivers messages on the channels that reach a person: plans one for each of their ways, sends what is due, takes in what became of
//! it, and goes on to the next way at once where one fails.
//!
//! A message is handed to its provider once. Only requests to a system of the force are tried again; anything else that is refused goes
//! on to the next way.

mod note;
mod plan;
mod receipts;

pub(crate) use note::give_up;
pub use plan::Outgoing;
pub(crate) use plan::{Planned, plan, plan_event, queue};
pub use receipts::{ReceiptCame, take_receipt};

use std::sync::Arc;

use domain::{Channel, DeliveryState, Secret, Span};
use duty::rule::Ruling;
use outbound::channel::{Accepted, Channel as Sends, Channels, Message, Receipt, Refused};
use store::deliveries::{self, Delivery};
use store::{Tx, contacts, people};
use tokio::task::JoinSet;

use crate::LEASE;
use kernel::{App, AppError, Work};

/// How long after a text was sent its provider is first asked about it, and how often then.
const ASK_EVERY: Span = Span::from_secs(20);
/// How long a text may be on its way before nothing more is expected of it.
const UNCERTAIN_AFTER: Span = Span::from_secs(180);
/// Most texts to one number in an hour: the networks drop what goes beyond a hundred.
const TEXTS_AN_HOUR: i64 = 90;
/// Most tries of what the other side recognises as the same message.
const MOST_TRIES: i64 = 6;
const HOUR: Span = Span::from_secs(3600);

/// A claimed message, with what is to be done.
struct Out {
    delivery: Delivery,
    channel: Arc<dyn Sends>,
    what: What,
}

enum What {
    /// To hand it over.
    Send(Message),
    /// To ask what became of it, by the provider's id.
    Ask(String),
}

/// What came of that.
enum Came {
    Sent(Result<Accepted, Refused>),
    Asked(Result<Receipt, Refused>),
}

/// Sends the messages of a channel that are due, at most `limit`, and asks about texts that are on their way; returns the number
/// examined. What cannot be noted keeps nothing else from being noted: its failure is returned at the end.
pub(crate) async fn deliver(
    app: &App,
    channels: &Channels,
    channel: Channel,
    limit: u32,
) -> Result<usize, AppError> {
    let now = app.world().now();
    let mut due =
        app.store().read(move |tx| deliveries::due(tx, channel, now, limit)).await.map_err(AppError::from)?;
    let count = due.len();
    if count == 0 {
        return Ok(0);
    }
    let (own, by) = (app.clone(), channels.clone());
    let outs: Vec<Out> = app
        .store()
        .write(move |tx| {
            let mut outs = Vec::new();
            // Locks of several people are taken in the order of their ids.
            due.sort_by_key(|one| one.person);
            for delivery in due {
                outs.extend(prepare(&own, tx, &by, delivery)?);
            }
            Ok::<_, AppError>(outs)
        })
        .await?;
    let mut under_way = JoinSet::new();
    for out in outs {
        let app = app.clone();
        under_way.spawn(async move {
            let came = carry_out(&app, &out).await;
            (out.delivery, came)
        });
    }
    let mut first = None;
    while let Some(done) = under_way.join_next().await {
        let noted = match done {
            Ok((delivery, came)) => note_came(app, delivery, came).await,
            Err(error) => Err(AppError::fault(&error)),
        };
        if let Err(error) = noted {
            first = first.or(Some(error));
        }
    }
    first.map_or(Ok(count), Err)
}

/// Notes what came of one message.
async fn note_came(app: &App, delivery: Delivery, came: Came) -> Result<(), AppError> {
    let own = app.clone();
    app.store()
        .write(move |tx| match came {
            Came::Sent(outcome) => note::sent(&own, tx, &delivery, outcome),
            Came::Asked(outcome) => note::asked(&own, tx, &delivery, outcome),
        })
        .await
}

async fn carry_out(app: &App, out: &Out) -> Came {
    match &out.what {
        // A node that was stopped for longer than the lease leaves the message to whoever claimed it since.
        What::Send(_) if out.delivery.due_at.is_none_or(|lease| app.world().now() >= lease) => {
            Came::Sent(Err(Refused::Uncertain("this node was stopped while it was to send it".into())))
        }
        What::Send(message) => Came::Sent(out.channel.send(message.clone()).await),
        What::Ask(id) => Came::Asked(out.channel.ask(id, app.world().now()).await),
    }
}

/// Claims a message that is due, or ends it where it cannot be sent.
fn prepare(
    app: &App,
    tx: &mut Tx<'_>,
    channels: &Channels,
    mut delivery: Delivery,
) -> Result<Option<Out>, AppError> {
    let now = app.world().now();
    note::lock(tx, &delivery)?;
    if delivery.state == DeliveryState::Sent {
        return ask(app, tx, channels, delivery);
    }
    if delivery.state == DeliveryState::Sending && delivery.channel == Channel::Text {
        // The node that was sending it died: a second text would be another one.
        note::uncertain(app, tx, &delivery, "this node was stopped while it was to send it")?;
        return Ok(None);
    }
    let Some(channel) = channels.of(delivery.channel) else {
        note::failed(app, tx, &delivery, "this way of sending is not configured")?;
        return Ok(None);
    };
    if delivery.attempts >= MOST_TRIES {
        note::failed(app, tx, &delivery, "it was tried again and again")?;
        return Ok(None);
    }
    let to = match address(Work { app, tx, now }, &delivery)? {
        Ok(to) => to,
        Err(why) => {
            note::failed(app, tx, &delivery, why)?;
            return Ok(None);
        }
    };
    let text = match plan::content(app, &delivery) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(None),
        // One message that cannot be opened must not hold up the others.
        Err(error) => {
            tracing::error!(%error, delivery = %delivery.id, "what a message says cannot be opened");
            note::failed(
                app,
                tx,
                &delivery,
                "what it says cannot be opened: the keys are others than when it was written",
            )?;
            return Ok(None);
        }
    };
    if !deliveries::claim(tx, &mut delivery, now.plus(LEASE))? {
        return Ok(None);
    }
    let message =
        Message { id: delivery.id.to_string(), to, subject: plan::subject(app, &delivery), text, at: now };
    Ok(Some(Out { delivery, channel, what: What::Send(message) }))
}

/// Asks about a text that is on its way, or gives up asking.
fn ask(app: &App, tx: &mut Tx<'_>, channels: &Channels, delivery: Delivery) -> Result<Option<Out>, AppError> {
    let now = app.world().now();
    let is_late = delivery.sent_at.is_none_or(|sent| now.since(sent) >= UNCERTAIN_AFTER);
    if is_late {
        note::uncertain(app, tx, &delivery, "the provider does not know whether it arrived")?;
        return Ok(None);
    }
    if !deliveries::asking(tx, &delivery, now.plus(ASK_EVERY))? {
        return Ok(None);
    }
    let known = channels.of(delivery.channel).zip(delivery.provider_id.clone());
    Ok(known.map(|(channel, id)| Out { delivery, channel, what: What::Ask(id) }))
}

/// Looks up where a message goes now, or why it cannot: a way may be gone, and a person's duty may have changed, since it was planned.
fn address(
    Work { app, tx, now }: Work<'_, '_>,
    delivery: &Delivery,
) -> Result<Result<Secret<String>, &'static str>, AppError> {
    let Some(person) = delivery.person else { return Ok(Ok(Secret::new(String::new()))) };
    let Some(person) = people::by_id(tx, person)?.filter(|person| person.ended_at.is_none()) else {
        return Ok(Err("they have left"));
    };
    if delivery.purpose == "call" {
        let state = duty_app::duty_state(tx, person.id, now)?;
        if crate::ruling(app, &state, duty::rule::Reason::OnCall, now) == Ruling::Hold {
            return Ok(Err("no longer on call nor on duty"));
        }
    }
    let Some(method) = delivery.method else {
        return Ok(person.email.map(Secret::new).ok_or("no work email is known"));
    };
    let Some(method) = contacts::by_id(tx, method)? else {
        return Ok(Err("the person took this way of being reached away"));
    };
    if matches!(delivery.purpose.as_str(), "call" | "change") && !method.counts() {
        return Ok(Err("this way of being reached is not verified, or its person stopped it"));
    }
    if delivery.channel == Channel::Text
        && deliveries::count_by(tx, method.id, now.minus(HOUR))? >= TEXTS_AN_HOUR
    {
        return Ok(Err("the networks take no more texts to this number in this hour"));
    }
    Ok(method.address.map(Secret::new).ok_or("no address is known"))
}
