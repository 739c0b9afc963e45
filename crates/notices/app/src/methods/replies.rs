//! Texts that people send back: whose they are, words that stop them, and answers to them. What a code answers is for its capability.

use domain::Channel;
use domain::{ContactMethodId, PersonId, PhoneNumber, Secret, Span, Timestamp};
use kernel::record::Record;
use kernel::{App, AppError};
use outbound::channel::Reply;
use store::contacts::{self, ContactMethod};
use store::{Tx, deliveries, people};

use super::change::{Change, tell_others};
use crate::deliveries::{Outgoing, queue};

/// Words that networks and people use to stop texts, and those that let them go on.
const STOP: [&str; 7] = ["STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL"];
const START: [&str; 2] = ["START", "UNSTOP"];
/// Most answers that one person is sent in an hour: two machines that answer each other come to an end.
const ANSWERS_AN_HOUR: i64 = 10;
/// Most messages about stopped texts that one person is sent in an hour.
const CHANGES_AN_HOUR: i64 = 10;
const HOUR: Span = Span::from_secs(3600);

/// Whose text it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Come {
    /// It came before: providers hand each over several times.
    Before,
    /// It came from a number that nobody has proved to be theirs.
    Unknown,
    /// It came from the number of these ways: more than one where people share a phone.
    From(Vec<Answering>),
}

/// A person to whom the number of a text belongs, with the way that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answering {
    /// The person.
    pub person: PersonId,
    /// The way.
    pub method: ContactMethodId,
}

/// A word that changes whether texts are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopWord {
    /// No more texts.
    Stop,
    /// Texts again.
    Start,
}

/// Notes that a text came, and looks up whose it is.
///
/// # Errors
/// Only if the database does not answer.
pub fn who_sent(app: &App, tx: &mut Tx<'_>, reply: &Reply) -> Result<Come, AppError> {
    if !deliveries::received(tx, &reply.id, app.world().now())? {
        return Ok(Come::Before);
    }
    let policy = app.policy();
    let Ok(number) = PhoneNumber::read(reply.from.expose(), policy.forces().calling_code.as_deref()) else {
        return Ok(Come::Unknown);
    };
    let ways = contacts::by_number(tx, number.as_str())?;
    if ways.is_empty() {
        return Ok(Come::Unknown);
    }
    Ok(Come::From(ways.into_iter().map(|way| Answering { person: way.person, method: way.id }).collect()))
}

/// Takes in a word that stops texts to a number, or lets them go on; `None` for a text that says neither. Who said so is an entry of the
/// ledger.
///
/// # Errors
/// Only if the database does not answer.
pub fn stop_or_start(
    app: &App,
    tx: &mut Tx<'_>,
    from: &[Answering],
    text: &str,
) -> Result<Option<StopWord>, AppError> {
    let said = text.trim().trim_end_matches(['.', '!']).to_ascii_uppercase();
    let word = match said.as_str() {
        said if STOP.contains(&said) => StopWord::Stop,
        said if START.contains(&said) => StopWord::Start,
        _ => return Ok(None),
    };
    let now = app.world().now();
    for one in from {
        let (changed, action) = match word {
            StopWord::Stop => (contacts::stop(tx, one.method, now)?, "contact.stopped"),
            StopWord::Start => (contacts::start(tx, one.method)?, "contact.started"),
        };
        if changed {
            let force = people::by_id(tx, one.person)?.map(|person| person.force);
            let actor = format!("person:{}", one.person);
            let record = Record::new(&actor, action, actor.clone()).force_if(force).reason("text");
            app.enter(tx, now, record)?;
            // Who forges the number that texts come from must not fill anybody's mail.
            let is_calm = deliveries::count(tx, one.person, "change", now.minus(HOUR))? < CHANGES_AN_HOUR;
            if word == StopWord::Stop
                && is_calm
                && let Some(method) = contacts::by_id(tx, one.method)?
            {
                tell_others(app, tx, &method, Change::Stopped)?;
            }
        }
    }
    Ok(Some(word))
}

/// Notes what came of a text, for the person whose it was.
///
/// # Errors
/// Only if the database does not answer.
pub fn note_outcome(tx: &mut Tx<'_>, reply: &Reply, person: PersonId, outcome: &str) -> Result<(), AppError> {
    Ok(deliveries::set_outcome(tx, &reply.id, person, outcome)?)
}

/// Counts the wrong codes that came from a person in the last hour.
///
/// # Errors
/// Only if the database does not answer.
pub fn wrong_codes(tx: &mut Tx<'_>, person: PersonId, now: Timestamp) -> Result<i64, AppError> {
    Ok(deliveries::texts_with(tx, person, "wrong", now.minus(HOUR))?)
}

/// Answers a text to the number that it came from, unless that person was answered too often already, or wants no texts.
///
/// # Errors
/// Only if the database does not answer.
pub fn answer(app: &App, tx: &mut Tx<'_>, reply: &Reply, to: Answering, says: &str) -> Result<(), AppError> {
    let since = app.world().now().minus(HOUR);
    let is_open = contacts::by_id(tx, to.method)?.as_ref().is_some_and(ContactMethod::counts);
    if !is_open || deliveries::count(tx, to.person, "answer", since)? >= ANSWERS_AN_HOUR {
        return Ok(());
    }
    let policy = app.policy();
    let out = Outgoing {
        key: format!("answer:{}", reply.id),
        purpose: "answer",
        person: to.person,
        method: Some(to.method),
        channel: Channel::Text,
        text: Secret::new(format!("{}. {says}", policy.forces().marking)),
    };
    queue(app, tx, &out)
}
