//! Takes in texts that people send back: a code answers a call as its link does.
//!
//! A code counts only from a number that its person has proved to be theirs. Wrong ones are limited, because a code is short; old ones and
//! repeated ones get an answer that says so.

use losses::reference::reply_codes_in;
use outbound::channel::{Channels, Reply};
use store::locks::{self, Lock};
use store::loss_calls::{self, LossMessage};
use store::{Tx, contacts, deliveries, people};

use super::answer::{By, is_duty_officer, take_answer};
use super::{Line, contain_within};
use kernel::{App, AppError, Work};
use notices_app::methods::{self, Answering, Come, StopWord};

/// Most wrong codes of one person in an hour.
const MOST_WRONG: i64 = 5;
/// What is written into the case about a text that was not looked at.
const TOO_MANY: &str =
    "Sent another text after five wrong codes in an hour; it was not looked at. Ring them.";
/// How long after the last text replies are still fetched.
const FETCH_FOR: domain::Span = domain::Span::from_secs(24 * 3600);

/// What came of a text that somebody sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replied {
    /// It was taken in before.
    Again,
    /// It came from a number that nobody has proved to be theirs.
    Unknown,
    /// Its person wants no more texts.
    Stopped,
    /// Its person wants texts again.
    Started,
    /// Its person takes the call.
    Taken,
    /// Its person, or somebody else, had answered before.
    Before,
    /// The call is over, or the code has expired.
    Old,
    /// The code was used or has expired, and people are called again.
    Superseded,
    /// No message to its person has that code.
    Wrong,
    /// Too many codes were wrong: this one was not looked at.
    TooMany,
}

impl Replied {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Unknown => "unknown-number",
            Self::Stopped => "stop",
            Self::Started => "start",
            Self::Taken => "taken",
            Self::Before => "before",
            Self::Old => "old",
            Self::Superseded => "superseded",
            Self::Wrong => "wrong",
            Self::TooMany => "too-many",
        }
    }

    /// Says what comes back to the person; nothing where an answer would not help.
    fn answer(self, app: &App) -> Option<String> {
        let minutes = contain_within(app).millis() / 60_000;
        Some(match self {
            Self::Taken => format!(
                "You take it. See that the device is locked, or that the duty officer knows that it is not: people are called again in \
                 {minutes} minutes otherwise."
            ),
            Self::Before => "It is taken already. You need do nothing.".into(),
            Self::Old => {
                "That call is over, or its code has expired. If you were called again, answer with the latest code."
                    .into()
            }
            Self::Superseded => {
                "This code has been used or has expired, and people are being called again. Answer with the code of the latest message, \
                 or ring the service desk."
                    .into()
            }
            Self::Wrong => {
                "That code is not known. Send the code of the latest message, or open its link.".into()
            }
            Self::TooMany => {
                "Too many codes were not known. Open the link of the message, or ring the service desk."
                    .into()
            }
            Self::Again | Self::Unknown | Self::Stopped | Self::Started => return None,
        })
    }
}

/// Takes in a text that somebody sent to the service. The same one again changes nothing.
///
/// # Errors
/// Only if the database does not answer.
pub async fn take_text(app: &App, reply: Reply) -> Result<Replied, AppError> {
    let app = app.clone();
    app.clone().store().write(move |tx| take(&app, tx, &reply)).await
}

fn take(app: &App, tx: &mut Tx<'_>, reply: &Reply) -> Result<Replied, AppError> {
    let from = match methods::who_sent(app, tx, reply)? {
        Come::Before => return Ok(Replied::Again),
        Come::Unknown => return Ok(Replied::Unknown),
        Come::From(from) => from,
    };
    let Some(first) = from.first().copied() else { return Ok(Replied::Unknown) };
    if let Some(word) = methods::stop_or_start(app, tx, &from, reply.text.expose())? {
        return stopped(app, tx, reply, &from, word);
    }
    let now = app.world().now();
    let (whose, replied) = if methods::wrong_codes(tx, first.person, now)? >= MOST_WRONG {
        (first, Replied::TooMany)
    } else {
        match find(tx, &from, reply.text.expose())? {
            None => (first, Replied::Wrong),
            Some(message) => {
                let whose = from.iter().find(|one| one.person == message.person).copied().unwrap_or(first);
                (whose, answer_by_text(Work { app, tx, now }, &message)?)
            }
        }
    };
    methods::note_outcome(tx, reply, whose.person, replied.as_str())?;
    match replied {
        Replied::Wrong => say(app, tx, whose, "Sent a text with a code that is not known")?,
        Replied::TooMany => say(app, tx, whose, TOO_MANY)?,
        _ => {}
    }
    if let Some(says) = replied.answer(app) {
        methods::answer(app, tx, reply, whose, &says)?;
    }
    Ok(replied)
}

/// Notes a word that stops texts, where the desk sees it: in the case of the loss about which the person was called.
fn stopped(
    app: &App,
    tx: &mut Tx<'_>,
    reply: &Reply,
    from: &[Answering],
    word: StopWord,
) -> Result<Replied, AppError> {
    let (replied, says) = match word {
        StopWord::Stop => {
            (Replied::Stopped, "Stopped texts to their number: only their other ways are tried")
        }
        StopWord::Start => (Replied::Started, "Lets texts come to their number again"),
    };
    for one in from {
        methods::note_outcome(tx, reply, one.person, replied.as_str())?;
        say(app, tx, *one, says)?;
    }
    Ok(replied)
}

/// Writes into the case of the open loss about which a person was called.
fn say(app: &App, tx: &mut Tx<'_>, who: Answering, says: &str) -> Result<(), AppError> {
    let Some(loss) = loss_calls::open_of(tx, who.person)? else { return Ok(()) };
    let Some(row) = loss_calls::by_id(tx, loss)? else { return Ok(()) };
    let shown = people::by_id(tx, who.person)?.as_ref().map(kernel::words::shown).unwrap_or_default();
    cases_app::say(Work { app, tx, now: app.world().now() }, row.case, &shown, says)
}

/// Finds the message whose code a text holds, among those to the people whose number it came from.
fn find(tx: &mut Tx<'_>, from: &[Answering], text: &str) -> Result<Option<LossMessage>, AppError> {
    for code in reply_codes_in(text) {
        let messages = loss_calls::by_reply(tx, &kernel::digest_hex(code.as_bytes()))?;
        let theirs = messages.into_iter().find(|one| from.iter().any(|from| from.person == one.person));
        if theirs.is_some() {
            return Ok(theirs);
        }
    }
    Ok(None)
}

fn answer_by_text(Work { app, tx, now }: Work<'_, '_>, message: &LossMessage) -> Result<Replied, AppError> {
    let Some(row) = loss_calls::by_id(tx, message.loss)? else { return Ok(Replied::Old) };
    locks::take(tx, Lock::Case(row.case))?;
    let person = people::by_id(tx, message.person)?.filter(|person| person.ended_at.is_none());
    let Some(person) = person else { return Ok(Replied::Old) };
    let line = Line::of(app, tx, message.loss, now)?;
    let (is_open, is_calling) = (line.is_open(), line.is_calling());
    if !loss_calls::use_token(tx, &message.token_digest, now)? {
        return Ok(match message.token_used_at {
            _ if is_calling => Replied::Superseded,
            Some(_) if is_open => Replied::Before,
            _ => Replied::Old,
        });
    }
    let (name, shown) = (format!("person:{}", person.id), kernel::words::shown(&person));
    let is_duty_officer = is_duty_officer(tx, person.id, now)?;
    let by = By { name: &name, shown: &shown, instead_of: None, is_duty_officer, how: "text" };
    Ok(match (take_answer(Work { app, tx, now }, message.loss, &by)?, is_open) {
        (true, _) => Replied::Taken,
        (false, true) => Replied::Before,
        (false, false) => Replied::Old,
    })
}

/// Fetches what people sent lately, for a provider that does not send it of its own accord; returns how many texts were new. Nothing is
/// fetched where no text went out lately, unless somebody stopped texts: they may send START at any time.
///
/// # Errors
/// Only if the database does not answer. A text that cannot be taken in keeps no other out.
pub async fn fetch_replies(app: &App, channels: &Channels) -> Result<usize, AppError> {
    let now = app.world().now();
    let Some(channel) = &channels.text else { return Ok(0) };
    let since = now.minus(FETCH_FOR);
    let may_come = app.store().read(move |tx| {
        Ok::<_, AppError>(deliveries::texts_since(tx, since)? > 0 || contacts::stopped(tx)? > 0)
    });
    if !may_come.await? {
        return Ok(0);
    }
    let replies = match channel.replies(now).await {
        Ok(replies) => replies,
        Err(why) => {
            tracing::warn!(%why, "the provider of texts did not hand over what people sent");
            return Ok(0);
        }
    };
    let unknown = app.store().read(move |tx| {
        let mut unknown = Vec::new();
        // The oldest first, as people sent them.
        for reply in replies.into_iter().rev() {
            if !deliveries::is_received(tx, &reply.id)? {
                unknown.push(reply);
            }
        }
        Ok::<_, AppError>(unknown)
    });
    let take = |reply: Reply| async move { take_text(app, reply).await.map(drop) };
    kernel::jobs::each(unknown.await?, take).await
}
