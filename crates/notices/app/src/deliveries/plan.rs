//! Plans messages: for a call one on each of a person's ways, each later than the one before; codes and answers at once.

use domain::{Channel, ContactMethodId, DeliveryId, DeliveryState, PersonId, Secret, Span, Timestamp};
use kernel::reach::{self, Way};
use outbound::channel::Channels;
use serde_json::json;
use store::deliveries::{self, Delivery};
use store::notice_calls::NoticeCall;
use store::notices::Notice;
use store::people::Person;
use store::{Tx, notice_calls};

use crate::calls::{self, Answers};
use kernel::{App, AppError};

/// What came of planning a call.
pub(crate) enum Planned {
    /// Messages are planned; the call's notice is looked at again by that time.
    Until(Timestamp),
    /// The person has no verified way of being reached.
    NoWay,
}

/// A message to one of a person's ways, apart from any call.
pub struct Outgoing {
    /// What makes it one and the same.
    pub key: String,
    /// The word of its purpose: code, answer or change.
    pub purpose: &'static str,
    /// The person.
    pub person: PersonId,
    /// The way; `None` for the mail address of the register.
    pub method: Option<ContactMethodId>,
    /// Its channel.
    pub channel: Channel,
    /// What it says.
    pub text: Secret<String>,
}

/// Queues a message that goes at once.
pub(crate) fn queue(app: &App, tx: &mut Tx<'_>, out: &Outgoing) -> Result<(), AppError> {
    let mut delivery = blank(app, out.key.clone(), out.purpose, out.channel);
    (delivery.person, delivery.method) = (Some(out.person), out.method);
    add(app, tx, delivery, &out.text)
}

/// Plans the messages of a call's notice. Planning again adds nothing.
pub(crate) fn plan(
    app: &App,
    tx: &mut Tx<'_>,
    channels: &Channels,
    notice: &Notice,
    person: &Person,
) -> Result<Planned, AppError> {
    let now = app.world().now();
    let again = now.plus(Span::from_secs(15 * 60));
    let planned = deliveries::of_notice(tx, notice.id)?;
    if planned.iter().any(|one| one.ended_at.is_none() && one.due_at.is_some()) {
        return Ok(Planned::Until(again));
    }
    let Some(call) = notice_calls::of(tx, notice.id)? else { return Ok(Planned::NoWay) };
    let ways: Vec<Way> =
        reach::ways(app, tx, person)?.into_iter().filter(|way| channels.of(way.channel).is_some()).collect();
    if !planned.is_empty() || ways.is_empty() {
        return Ok(Planned::NoWay);
    }
    let Some(answers) = calls::answers_of(app, notice.id, &call)? else { return Ok(Planned::NoWay) };
    let mut at = now;
    for (way, place) in ways.iter().zip(0_i64..) {
        let mut delivery = blank(app, format!("call:{}:{place}", notice.id), "call", way.channel);
        (delivery.person, delivery.notice, delivery.method) = (Some(person.id), Some(notice.id), way.method);
        (delivery.place, delivery.wait_minutes) = (place, way.wait_minutes);
        delivery.due_at = Some(at);
        at = at.plus(Span::from_secs(way.wait_minutes * 60));
        let text = match way.channel {
            Channel::Text => text_of_call(app, &answers),
            Channel::Mail | Channel::Hook => letter_of_call(app, &answers),
        };
        add(app, tx, delivery, &text)?;
    }
    Ok(Planned::Until(at.plus(Span::from_secs(15 * 60))))
}

/// Plans the request that tells a system of the force of an attempt: one for all people who are called in it. Planning again adds
/// nothing.
pub(crate) fn plan_event(
    app: &App,
    tx: &mut Tx<'_>,
    channels: &Channels,
    notice: &Notice,
    call: &NoticeCall,
) -> Result<(), AppError> {
    if channels.hook.is_none() {
        return Ok(());
    }
    let delivery = blank(app, format!("event:{}", notice.key), "event", Channel::Hook);
    let body = json!({
        "type": "people.called",
        "timestamp": app.world().now().to_string(),
        "data": {
            "force": notice.force,
            "call": call.subject,
            "attempt": notice.key,
            "link": format!("{}{}", app.config().address, notice.link),
        },
    });
    add(app, tx, delivery, &Secret::new(body.to_string()))
}

fn blank(app: &App, key: String, purpose: &str, channel: Channel) -> Delivery {
    let now = app.world().now();
    Delivery {
        id: DeliveryId::from_uuid(app.world().uuid()),
        key,
        purpose: purpose.to_owned(),
        channel,
        person: None,
        notice: None,
        method: None,
        place: 0,
        wait_minutes: reach::WAIT_MINUTES,
        content: None,
        state: DeliveryState::Pending,
        made_at: now,
        due_at: Some(now),
        attempts: 0,
        provider_id: None,
        sent_at: None,
        ended_at: None,
        why: None,
    }
}

fn add(app: &App, tx: &mut Tx<'_>, mut delivery: Delivery, text: &Secret<String>) -> Result<(), AppError> {
    let sealed = app.sealer().seal(app.world(), &place(delivery.id), text.expose().as_bytes())?;
    delivery.content = Some(sealed);
    deliveries::add(tx, &delivery)?;
    app.leave_letters();
    Ok(())
}

/// Opens what a message says; `None` once it was handed over.
pub(super) fn content(app: &App, delivery: &Delivery) -> Result<Option<Secret<String>>, AppError> {
    let Some(sealed) = &delivery.content else { return Ok(None) };
    let plain = app.sealer().open(&place(delivery.id), sealed)?;
    String::from_utf8(plain.into_exposed())
        .map(|text| Some(Secret::new(text)))
        .map_err(|error| AppError::fault(&error))
}

fn place(id: DeliveryId) -> String {
    format!("delivery:{id}")
}

/// Writes the subject of a message, for channels that have one.
pub(super) fn subject(app: &App, delivery: &Delivery) -> String {
    let policy = app.policy();
    let marking = &policy.forces().marking;
    match delivery.purpose.as_str() {
        "code" => format!("{marking} - Your code for Lanyard"),
        "change" => format!("{marking} - How you are reached was changed"),
        _ => format!("{marking} - You are called: answer now"),
    }
}

/// Writes the text that calls somebody: who calls and what about, so that nobody takes it for fraud at night, and how to answer. It names
/// no device and nobody. Its code makes it differ from every other one.
fn text_of_call(app: &App, answers: &Answers) -> Secret<String> {
    let policy = app.policy();
    let (marking, address) = (&policy.forces().marking, &app.config().address);
    let (link, says) = (answers.link.expose(), &answers.says);
    Secret::new(match &answers.code {
        Some(code) => {
            let code = code.expose();
            format!("{marking}. {says}. Answer: reply {code} or open {address}{link}")
        }
        None => format!("{marking}. {says}. Sign in: {address}{link}"),
    })
}

/// Writes the mail that calls somebody: nothing but the marking, who calls and what about, what to do and the link that answers.
fn letter_of_call(app: &App, answers: &Answers) -> Secret<String> {
    let (policy, config) = (app.policy(), app.config());
    let marking = &policy.forces().marking;
    let what = match &answers.code {
        Some(_) => "Answer with this link, which works once and is yours alone",
        None => "Sign in and decide",
    };
    let says = &answers.says;
    Secret::new(format!(
        "{marking}\r\n\r\n{says}.\r\n\r\nYou are called because you are on duty or on call for {}. {what}:\r\n\r\n{}{}\r\n\r\nOthers are \
             called after you until somebody answers.\r\n\r\nThis message was sent by a machine. Nobody reads answers to \
             it.\r\n\r\n{marking}\r\n",
        config.organisation,
        config.address,
        answers.link.expose()
    ))
}
