//! The ways by which a message leaves the service, behind one trait: mail, texts, requests to a system of the force.
//!
//! A channel hands one message over and says what came of that. Which channel is tried, and what follows from a failure, is decided
//! by the use cases.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::{Secret, Timestamp};

use crate::mail::{Letter, Mail, MailError};

/// A message for one channel. It contains no personal data but the address.
#[derive(Clone)]
pub struct Message {
    /// Its id: the provider is given it as a reference, and handing it over again uses the same one.
    pub id: String,
    /// The address: of mail, a mobile number in the international form; not used by a system of the force.
    pub to: Secret<String>,
    /// The subject, where the channel has one.
    pub subject: String,
    /// What it says. It may hold a code or a link that works once.
    pub text: Secret<String>,
    /// The time at which it is handed over.
    pub at: Timestamp,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({})", self.id)
    }
}

/// What a provider says when it accepts a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Its own id for the message, if it gives one.
    pub provider_id: Option<String>,
}

/// The reason why a message was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A temporary failure: the same message may be accepted later.
    #[error("{0}")]
    Later(String),
    /// A permanent failure: the same message would be refused again.
    #[error("{0}")]
    Never(String),
    /// The clock of this server is so many seconds ahead of the provider's (behind, if negative), more than the provider allows, so that
    /// it refuses every message.
    #[error("{}", clock(*.0))]
    Clock(i64),
    /// No answer came: the message may have been accepted or not.
    #[error("{0}")]
    Uncertain(String),
}

fn clock(ahead: i64) -> String {
    let (how, seconds) = (if ahead > 0 { "fast" } else { "slow" }, ahead.abs());
    format!(
        "this server's clock is {how} by {seconds} seconds, so the provider refuses every message: set the clock (NTP)"
    )
}

/// What a provider knows of a message that it accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It is on its way.
    OnItsWay,
    /// It arrived.
    Delivered,
    /// It did not arrive, for a reason that the provider names so.
    Failed(&'static str),
}

/// A text that somebody sent to the service.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The provider's id of it.
    pub id: String,
    /// The number that it came from.
    pub from: Secret<String>,
    /// What it says.
    pub text: Secret<String>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({})", self.id)
    }
}

/// A request under way.
pub type Waiting<T> = Pin<Box<dyn Future<Output = Result<T, Refused>> + Send>>;

/// A way by which a message leaves the service.
pub trait Channel: Send + Sync {
    /// Hands a message over. `Ok` means that the provider accepted it, not that it arrived.
    fn send(&self, message: Message) -> Waiting<Accepted>;

    /// Asks what became of a message, by the provider's id.
    fn ask(&self, _provider_id: &str, _now: Timestamp) -> Waiting<Receipt> {
        Box::pin(async { Ok(Receipt::OnItsWay) })
    }

    /// Fetches what people sent to the service lately, the newest first.
    fn replies(&self, _now: Timestamp) -> Waiting<Vec<Reply>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// The channels that the settings switch on.
#[derive(Clone, Default)]
pub struct Channels {
    /// The mail relay.
    pub mail: Option<Mail>,
    /// The provider of texts.
    pub text: Option<Arc<dyn Channel>>,
    /// The system of the force that is told of every call.
    pub hook: Option<Arc<dyn Channel>>,
}

impl Channels {
    /// Returns one of the channels, if the settings switch it on.
    #[must_use]
    pub fn of(&self, channel: domain::Channel) -> Option<Arc<dyn Channel>> {
        match channel {
            domain::Channel::Mail => self.mail.clone().map(|mail| Arc::new(mail) as Arc<dyn Channel>),
            domain::Channel::Text => self.text.clone(),
            domain::Channel::Hook => self.hook.clone(),
        }
    }
}

impl From<Option<&Mail>> for Channels {
    fn from(mail: Option<&Mail>) -> Self {
        Self { mail: mail.cloned(), ..Self::default() }
    }
}

impl From<&Self> for Channels {
    fn from(channels: &Self) -> Self {
        channels.clone()
    }
}

impl Channel for Mail {
    fn send(&self, message: Message) -> Waiting<Accepted> {
        let client = self.clone();
        Box::pin(async move {
            let Message { id, to, subject, text, at } = message;
            let letter = Letter { id, to, subject, text: text.into_exposed(), at };
            let sent = Mail::send(&client, &letter).await;
            sent.map(|()| Accepted::default()).map_err(|error| match error {
                MailError::Again(_) => Refused::Later(error.to_string()),
                MailError::Refused(_) | MailError::Address => Refused::Never(error.to_string()),
            })
        })
    }
}
