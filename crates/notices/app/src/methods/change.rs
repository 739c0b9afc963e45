//! Tells a person on their other ways that one of them was changed: somebody else may have done it in their name.

use domain::{Channel, Secret};
use kernel::{App, AppError, reach};
use store::contacts::ContactMethod;
use store::{Tx, people};

use crate::deliveries::{Outgoing, queue};

/// What happened to a way of being reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It was proved, and counts from now on.
    Proved,
    /// It was taken away.
    Removed,
    /// A text from it stopped texts to it.
    Stopped,
}

impl Change {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Removed => "removed",
            Self::Stopped => "stopped",
        }
    }

    /// Says what happened, in one line, and what to do if it was somebody else.
    fn says(self, channel: Channel) -> (String, &'static str) {
        let what = if channel == Channel::Text { "mobile number" } else { "mail address" };
        match self {
            Self::Proved => (format!("A new {what} reaches you now"), "take it away"),
            Self::Removed => (format!("A {what} of yours was taken away"), "add it again"),
            Self::Stopped => {
                ("Texts to a number of yours were stopped by a text from it".to_owned(), "send START from it")
            }
        }
    }
}

/// Tells a person of a change at once, on each of their other ways that count.
pub(super) fn tell_others(
    app: &App,
    tx: &mut Tx<'_>,
    method: &ContactMethod,
    change: Change,
) -> Result<(), AppError> {
    let Some(person) = people::by_id(tx, method.person)? else { return Ok(()) };
    let now = app.world().now();
    let policy = app.policy();
    let (line, otherwise) = change.says(method.channel);
    let key = format!("contact-{}:{}:{}", change.as_str(), method.id, now.millis());
    let text = format!(
        "{}. {line}, says Lanyard, the device manager of {}. If that was not you, {otherwise} and tell information security. See \
         {}/me/contacts",
        policy.forces().marking,
        app.config().organisation,
        app.config().address
    );
    let others = reach::ways(app, tx, &person)?.into_iter().filter(|way| way.method != Some(method.id));
    for (way, place) in others.zip(0_i64..) {
        let out = Outgoing {
            key: format!("{key}:{place}"),
            purpose: "change",
            person: person.id,
            method: way.method,
            channel: way.channel,
            text: Secret::new(text.clone()),
        };
        queue(app, tx, &out)?;
    }
    Ok(())
}
